using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>
/// A query's filters as stored numbers, found once. A value that the ledger has never seen is left out: it matches nothing.
/// </summary>
internal sealed class QueryFilters
{
    private readonly ImmutableArray<(UsageDimensionKind Kind, ImmutableHashSet<long> Values)> plain;
    private readonly ImmutableArray<UsageFilter> tags;
    private readonly ImmutableHashSet<long>? tagValues;

    private QueryFilters(
        ImmutableArray<(UsageDimensionKind Kind, ImmutableHashSet<long> Values)> plain,
        ImmutableArray<UsageFilter> tags,
        ImmutableHashSet<long>? tagValues
    )
    {
        this.plain = plain;
        this.tags = tags;
        this.tagValues = tagValues;
    }

    /// <summary>Finds the numbers.</summary>
    public static QueryFilters Of(SqliteConnection connection, UsageQuery query)
    {
        ImmutableHashSet<long> Numbers(UsageFilter filter) =>
            [
                .. filter
                    .Values.Select(v => Number(connection, query.Workspace, filter.Dimension.Kind, v))
                    .OfType<long>(),
            ];

        var onTags = query.Filters.RemoveAll(f => f.Dimension.Kind != UsageDimensionKind.Tag);
        return new QueryFilters(
            [
                .. query
                    .Filters.Where(f => f.Dimension.Kind != UsageDimensionKind.Tag)
                    .Select(f => (f.Dimension.Kind, Numbers(f))),
            ],
            onTags,
            onTags.IsEmpty ? null : onTags.Select(Numbers).Aggregate((a, b) => a.Intersect(b))
        );
    }

    /// <summary>Whether a combination passes, tags aside.</summary>
    public bool Pass(ReadOnlySpan<long> combination)
    {
        foreach (var (kind, values) in plain)
        {
            if (!values.Contains(combination[(int)kind]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a tag's value passes where all filters on tags name the same tag; 0 stands for a record without it.</summary>
    public bool PassTag(long value) => tagValues is null || tagValues.Contains(value);

    /// <summary>Whether a record without session and agent can pass.</summary>
    public bool PassWithoutLineage => plain.All(f => !DimensionColumn.IsLineage(f.Kind) || f.Values.Contains(0));

    /// <summary>
    /// The sessions that alone can pass, by number; null when there is no filter on sessions, or "unknown" passes too.
    /// </summary>
    public ImmutableHashSet<long>? Sessions
    {
        get
        {
            var sets = plain.Where(f => f.Kind == UsageDimensionKind.Session).Select(f => f.Values).ToArray();
            return sets.Length == 0 ? null
                : sets.Aggregate((a, b) => a.Intersect(b)) is var all && all.Contains(0) ? null
                : all;
        }
    }

    /// <summary>The conditions over <c>record</c> as <c>r</c>, each begun by <c>AND</c>.</summary>
    public string Conditions(QueryText text)
    {
        var conditions = plain.Select(f => $" AND r.{DimensionColumn.Of(f.Kind)} IN ({text.List(f.Values)})");
        return string.Concat(conditions.Concat(tags.Select(f => TagCondition(f, text))));
    }

    private static string TagCondition(UsageFilter filter, QueryText text)
    {
        var tag = $"tag(r.tags, {text.Add(filter.Dimension.Tag!)})";
        var values = string.Join(", ", filter.Values.OfType<string>().Select(text.Add));
        return filter.Values.Contains(null)
            ? $" AND ({tag} IN ({values}) OR {tag} IS NULL)"
            : $" AND {tag} IN ({values})";
    }

    private static long? Number(
        SqliteConnection connection,
        WorkspaceId workspace,
        UsageDimensionKind kind,
        string? value
    ) =>
        kind is UsageDimensionKind.Source or UsageDimensionKind.Status ? DimensionColumn.EnumNumber(kind, value)
        : value is null ? 0
        : NameTable.Find(connection, workspace, value);
}
