using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>
/// Which group a combination of dimensions belongs to, each found out once for a query: cells name their combination by id.
/// Not thread-safe.
/// </summary>
internal sealed class Combinations : IDisposable
{
    private const int None = -1;

    private readonly QueryFilters filters;
    private readonly QuerySets sets;
    private readonly GroupTable groups;
    private readonly long? tag;
    private readonly long[] combination = new long[DimensionColumn.Count];
    private readonly Dictionary<long, (int Into, int OutOf)>[] known =
    [
        [],
        [],
        [],
    ];
    private readonly PreparedStatement[] find;

    public Combinations(
        SqliteConnection connection,
        UsageQuery query,
        QueryFilters filters,
        QuerySets sets,
        GroupTable groups
    )
    {
        this.filters = filters;
        this.sets = sets;
        this.groups = groups;
        tag = sets.Tag is { } name ? NameTable.Find(connection, query.Workspace, name) : null;
        var wide = string.Join(", ", DimensionColumn.Wide.Select(k => $"k.{DimensionColumn.Of(k)}"));
        find =
        [
            new PreparedStatement(connection, $"SELECT {wide}, k.lineage, 0 FROM rollup_key k WHERE k.id = ?"),
            new PreparedStatement(
                connection,
                $"""
                SELECT {wide}, s.session_id, s.agent_id FROM rollup_lineage s JOIN rollup_key k ON k.id = s.key WHERE s.id = ?
                """
            ),
            new PreparedStatement(
                connection,
                $"SELECT {wide}, s.tag_id, s.value_id FROM rollup_tag s JOIN rollup_key k ON k.id = s.key WHERE s.id = ?"
            ),
        ];
    }

    /// <summary>The groups that a cell is to be added to and to be taken out of; negative for none.</summary>
    public (int Into, int OutOf) GroupsOf(RollupSet set, long key)
    {
        var cache = known[(int)set];
        if (!cache.TryGetValue(key, out var found))
        {
            cache[key] = found = Find(set, key);
        }

        return found;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var statement in find)
        {
            statement.Dispose();
        }
    }

    private (int Into, int OutOf) Find(RollupSet set, long key)
    {
        var row = find[(int)set];
        row.Bind(1, key);
        if (!row.Step())
        {
            row.Reset();
            throw new InvalidDataException($"The ledger lacks combination {key} of set {(int)set}.");
        }

        var wide = DimensionColumn.Wide;
        for (var i = 0; i < wide.Length; i++)
        {
            combination[(int)wide[i]] = row.Int64(i);
        }

        var (first, second) = (row.Int64(wide.Length), row.Int64(wide.Length + 1));
        row.Reset();
        combination[(int)UsageDimensionKind.Session] = set == RollupSet.Lineage ? first : 0;
        combination[(int)UsageDimensionKind.Agent] = set == RollupSet.Lineage ? second : 0;
        if (!filters.Pass(combination))
        {
            return (None, None);
        }

        return set switch
        {
            RollupSet.Tags when first != tag => (None, None),
            RollupSet.Tags => (GroupOf(second), GroupOf(0)),
            RollupSet.Wide when sets.IsLineage && first != 0 => (None, None),
            _ => (GroupOf(0), None),
        };
    }

    private int GroupOf(long tagValue) => filters.PassTag(tagValue) ? groups.NumberOf(combination, tagValue) : None;
}
