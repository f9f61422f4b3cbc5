using System.Buffers;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;
using Weir.Ledger.Rollups.Pages;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>
/// Which group a cell belongs to. What its combination of the wide set makes of it is found out once for a query; of sessions,
/// agents and tags, which are many, each only with the groups that those combinations lead to. Not thread-safe.
/// </summary>
internal sealed class Combinations : IDisposable
{
    private const int None = -1;
    private const int Unknown = -2;

    private readonly QueryFilters filters;
    private readonly QuerySets sets;
    private readonly GroupTable groups;
    private readonly GroupTable wideGroups;
    private readonly CombinationTable table;
    private readonly bool isWideGrouped;
    private readonly bool withSession;
    private readonly bool withAgent;
    private readonly long? tag;
    private readonly long[] combination = new long[DimensionColumn.Count];
    private readonly Dictionary<long, Wide> far = [];
    private readonly Dictionary<(int Wide, long First, long Second), int> known = [];
    private readonly List<int> plain = []; // by wide group, for cells that nothing else is asked of
    private readonly PreparedStatement findWide;
    private readonly PreparedStatement findLineage;
    private readonly PreparedStatement findTag;
    private Wide[] near = [];

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
        wideGroups = new GroupTable([
            .. query.GroupBy.Where(d => d.Kind != UsageDimensionKind.Tag && !DimensionColumn.IsLineage(d.Kind)),
        ]);
        isWideGrouped = query.GroupBy.Any(d => d.Kind != UsageDimensionKind.Tag && !DimensionColumn.IsLineage(d.Kind));
        var asked = query.GroupBy.Concat(query.Filters.Select(f => f.Dimension)).Select(d => d.Kind).ToHashSet();
        withSession = asked.Contains(UsageDimensionKind.Session);
        withAgent = asked.Contains(UsageDimensionKind.Agent);
        AreOne = query.GroupBy.IsEmpty && query.Filters.IsEmpty;
        tag = sets.Tag is { } name ? NameTable.Find(connection, query.Workspace, name) : null;
        table = CombinationTable.Of(connection);
        findWide = StatementCache.Prepare(
            connection,
            $"SELECT {CombinationTable.Columns} FROM rollup_key k WHERE k.id = ?"
        );
        findLineage = StatementCache.Prepare(
            connection,
            "SELECT session_id, agent_id, key FROM rollup_lineage WHERE id = ?"
        );
        findTag = StatementCache.Prepare(connection, "SELECT tag_id, value_id, key FROM rollup_tag WHERE id = ?");
    }

    /// <summary>The groups that a row's cell is to be added to and to be taken out of; negative for none.</summary>
    /// <param name="set">Its set.</param>
    /// <param name="id">The combination's id in the set.</param>
    public (int Into, int OutOf) GroupsOf(RollupSet set, long id)
    {
        if (set == RollupSet.Wide)
        {
            return GroupsOf(set, new PageCell(0, 0, 0, id));
        }

        var find = set == RollupSet.Lineage ? findLineage : findTag;
        find.Bind(1, id);
        var cell = find.Step() ? new PageCell(0, find.Int64(0), find.Int64(1), find.Int64(2)) : (PageCell?)null;
        find.Reset();
        return cell is { } found ? GroupsOf(set, found) : throw Lacks(set, id);
    }

    /// <summary>The groups that a page's cell is to be added to and to be taken out of; negative for none.</summary>
    public (int Into, int OutOf) GroupsOf(RollupSet set, in PageCell cell)
    {
        var wide = WideOf(cell.Key);
        return wide.Group < 0 ? (None, None)
            : set == RollupSet.Lineage
                ? (GroupOf(wide.Group, withSession ? cell.First : 0, withAgent ? cell.Second : 0, cell), None)
            : set == RollupSet.Tags
                ? cell.First == tag ? (GroupOf(wide.Group, cell.Second, 0, cell), GroupOf(wide.Group, 0, 0, cell))
                    : (None, None)
            : (GroupOfWide(cell.Key), None);
    }

    /// <summary>Whether every cell of the wide set is in the one group that there is.</summary>
    public bool AreOne { get; }

    /// <summary>The group of all, where <see cref="AreOne"/>.</summary>
    public int GroupOfAll() => groups.NumberOf(combination, 0);

    /// <summary>The group that a cell of the wide set is added to; negative for none.</summary>
    public int GroupOfWide(long key)
    {
        var wide = WideOf(key);
        return wide.Group < 0 || (sets.IsLineage && wide.HasLineage) ? None
            : wide.Group < plain.Count && plain[wide.Group] is var known and not Unknown ? known
            : GroupOf(wide.Group, 0, 0, new PageCell(0, 0, 0, key));
    }

    /// <summary>The group of whatever has one value in the only dimension that the query is about; negative for none.</summary>
    public int GroupOf(UsageDimensionKind kind, long value)
    {
        combination[(int)kind] = value;
        return filters.PassWide(combination) && filters.PassLineage(combination)
            ? groups.NumberOf(combination, 0)
            : None;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Return();
        findWide.Dispose();
        findLineage.Dispose();
        findTag.Dispose();
    }

    private void Return()
    {
        if (near.Length > 0)
        {
            ArrayPool<Wide>.Shared.Return(near);
            near = [];
        }
    }

    private Wide WideOf(long key)
    {
        if (key >= 0 && key < near.Length && near[key].Group != Unknown)
        {
            return near[key];
        }

        if (far.TryGetValue(key, out var found))
        {
            return found;
        }

        found = FindWide(key);
        if (key is > 0 and < 1 << 20)
        {
            if (near.Length <= key)
            {
                // Rented: a new one would be among the large objects, which are cleared when made and collected last.
                var more = ArrayPool<Wide>.Shared.Rent((int)Math.Max(key + 1, Math.Min(1 << 20, near.Length * 2)));
                near.CopyTo(more, 0);
                more.AsSpan(near.Length).Fill(new Wide(Unknown, false));
                Return();
                near = more;
            }

            return near[key] = found;
        }

        return far[key] = found;
    }

    private Wide FindWide(long key)
    {
        Span<long> row = stackalloc long[DimensionColumn.Wide.Length + 1];
        if (table.Find(key) is { IsEmpty: false } kept)
        {
            kept.CopyTo(row);
        }
        else
        {
            findWide.Bind(1, key);
            if (!findWide.Step())
            {
                findWide.Reset();
                throw Lacks(RollupSet.Wide, key);
            }

            for (var i = 0; i < row.Length; i++)
            {
                row[i] = findWide.Int64(i);
            }

            findWide.Reset();
        }

        for (var i = 0; i < row.Length - 1; i++)
        {
            combination[(int)DimensionColumn.Wide[i]] = row[i];
        }

        return new Wide(filters.PassWide(combination) ? wideGroups.NumberOf(combination, 0) : None, row[^1] != 0);
    }

    private int GroupOf(int wide, long first, long second, in PageCell cell)
    {
        if (first == 0 && second == 0)
        {
            while (plain.Count <= wide)
            {
                plain.Add(Unknown);
            }

            return plain[wide] != Unknown ? plain[wide] : plain[wide] = FindGroup(0, 0, cell);
        }

        if (!known.TryGetValue((wide, first, second), out var group))
        {
            known[(wide, first, second)] = group = FindGroup(first, second, cell);
        }

        return group;
    }

    private int FindGroup(long first, long second, in PageCell cell)
    {
        if (isWideGrouped)
        {
            FindWide(cell.Key);
        }

        var isTag = sets.Tag is not null;
        combination[(int)UsageDimensionKind.Session] = isTag ? 0 : first;
        combination[(int)UsageDimensionKind.Agent] = isTag ? 0 : second;
        var value = isTag ? first : 0;
        return filters.PassLineage(combination) && filters.PassTag(value) ? groups.NumberOf(combination, value) : None;
    }

    private static InvalidDataException Lacks(RollupSet set, long id) =>
        new($"The ledger lacks combination {id} of set {(int)set}.");

    /// <summary>What a combination of the wide set comes to.</summary>
    /// <param name="Group">The number of what it groups to without session, agent and tag; negative when it does not pass.</param>
    /// <param name="HasLineage">Whether its records stand in the lineage set too.</param>
    private readonly record struct Wide(int Group, bool HasLineage);
}
