using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>A query's filters as stored numbers, found once. Not thread-safe.</summary>
internal sealed class QueryFilters : IDisposable
{
    private readonly ImmutableArray<DimensionFilter> plain;
    private readonly ImmutableArray<DimensionFilter> tags;

    private QueryFilters(ImmutableArray<DimensionFilter> filters)
    {
        plain = filters.RemoveAll(f => f.Kind == UsageDimensionKind.Tag);
        tags = filters.RemoveAll(f => f.Kind != UsageDimensionKind.Tag);
    }

    /// <summary>Finds the numbers.</summary>
    public static QueryFilters Of(SqliteConnection connection, UsageQuery query) =>
        new([.. query.Filters.Select(f => new DimensionFilter(connection, query.Workspace, f))]);

    /// <summary>Whether a combination passes, session, agent and tags aside.</summary>
    public bool PassWide(ReadOnlySpan<long> combination) => Pass(combination, lineage: false);

    /// <summary>Whether a combination's session and agent pass.</summary>
    public bool PassLineage(ReadOnlySpan<long> combination) => Pass(combination, lineage: true);

    /// <summary>Whether a tag's value passes where all filters on tags name the same tag; 0 stands for a record without it.</summary>
    public bool PassTag(long value)
    {
        foreach (var filter in tags)
        {
            if (!filter.Pass(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a record without session and agent can pass.</summary>
    public bool PassWithoutLineage => plain.All(f => !DimensionColumn.IsLineage(f.Kind) || f.Pass(0));

    /// <summary>
    /// The sessions that alone can pass, by number; null when no filter names them all, or "unknown" passes too.
    /// </summary>
    public ImmutableHashSet<long>? Sessions
    {
        get
        {
            var sets = plain
                .Where(f => f.Kind == UsageDimensionKind.Session)
                .Select(f => f.Only)
                .OfType<ImmutableHashSet<long>>()
                .ToArray();
            return sets.Length == 0 ? null
                : sets.Aggregate((a, b) => a.Intersect(b)) is var all && all.Contains(0) ? null
                : all;
        }
    }

    /// <summary>The conditions over a record, of the tables of <see cref="Storage.Sqlite.RecordRows.Joins"/>, each begun by <c>AND</c>.</summary>
    public string Conditions(QueryText text) =>
        string.Concat(plain.Concat(tags).Select(f => $" AND {f.Condition(text)}"));

    private bool Pass(ReadOnlySpan<long> combination, bool lineage)
    {
        foreach (var filter in plain)
        {
            if (DimensionColumn.IsLineage(filter.Kind) == lineage && !filter.Pass(combination[(int)filter.Kind]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var filter in plain.Concat(tags))
        {
            filter.Dispose();
        }
    }
}
