using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>
/// One filter as stored numbers. A value that the ledger has never seen has no number: nothing is it, and nothing is kept from
/// passing by it. Not thread-safe.
/// </summary>
internal sealed class DimensionFilter : IDisposable
{
    private readonly UsageFilter filter;
    private readonly ImmutableHashSet<long> numbers;
    private readonly NamePrefixes? prefixes;

    public DimensionFilter(SqliteConnection connection, WorkspaceId workspace, UsageFilter filter)
    {
        this.filter = filter;
        var kind = filter.Dimension.Kind;
        if (filter.Kind != UsageFilterKind.Prefix)
        {
            numbers = [.. filter.Values.Select(v => Number(connection, workspace, kind, v)).OfType<long>()];
            return;
        }

        // Empty is "unknown" here too: it would otherwise be the filter that keeps out nothing.
        var beginnings = filter.Values.Where(v => !string.IsNullOrEmpty(v)).Select(v => v!).ToArray();
        numbers =
            filter.Values.Any(string.IsNullOrEmpty) && Number(connection, workspace, kind, null) is { } unknown
                ? [unknown]
                : [];
        if (IsEnumeration(kind))
        {
            numbers = numbers.Union(DimensionColumn.EnumNumbers(kind, name => NamePrefixes.IsOne(name, beginnings)));
        }
        else if (beginnings.Length > 0)
        {
            prefixes = new NamePrefixes(connection, beginnings);
        }
    }

    /// <summary>The dimension.</summary>
    public UsageDimensionKind Kind => filter.Dimension.Kind;

    /// <summary>The numbers that alone can pass; null when they were not found out.</summary>
    public ImmutableHashSet<long>? Only => filter.Kind != UsageFilterKind.NotIn && prefixes is null ? numbers : null;

    /// <summary>Whether a number passes; 0 is "unknown".</summary>
    public bool Pass(long number) =>
        filter.Kind == UsageFilterKind.NotIn
            ? !numbers.Contains(number)
            : numbers.Contains(number) || (prefixes?.Pass(number) ?? false);

    /// <summary>The condition over a record, of the tables of <see cref="RecordRows.Joins"/>.</summary>
    public string Condition(QueryText text) =>
        Kind == UsageDimensionKind.Tag ? TagCondition(text) : ColumnCondition(text);

    /// <inheritdoc />
    public void Dispose() => prefixes?.Dispose();

    private string ColumnCondition(QueryText text)
    {
        var column = DimensionColumn.OfRecord(Kind);
        var among = $"{column} {(filter.Kind == UsageFilterKind.NotIn ? "NOT IN" : "IN")} ({text.List(numbers)})";
        return prefixes is null
            ? among
            : $"({among} OR EXISTS (SELECT 1 FROM name n WHERE n.id = {column} AND ({prefixes.Condition("n.text", text)})))";
    }

    private string TagCondition(QueryText text)
    {
        var tag = $"tag(r.tags, {text.Add(filter.Dimension.Tag!)})";
        if (filter.Kind == UsageFilterKind.Prefix)
        {
            var begins = prefixes?.Condition(tag, text) ?? "0";
            return numbers.IsEmpty ? $"({begins})" : $"({begins} OR {tag} IS NULL)";
        }

        var values = string.Join(", ", filter.Values.OfType<string>().Select(text.Add));
        var hasNull = filter.Values.Contains(null);
        return (filter.Kind, hasNull) switch
        {
            (UsageFilterKind.NotIn, true) => $"({tag} IS NOT NULL AND {tag} NOT IN ({values}))",
            (UsageFilterKind.NotIn, false) => $"({tag} IS NULL OR {tag} NOT IN ({values}))",
            (_, true) => $"({tag} IN ({values}) OR {tag} IS NULL)",
            _ => $"{tag} IN ({values})",
        };
    }

    private static bool IsEnumeration(UsageDimensionKind kind) =>
        kind is UsageDimensionKind.Source or UsageDimensionKind.Status;

    private static long? Number(
        SqliteConnection connection,
        WorkspaceId workspace,
        UsageDimensionKind kind,
        string? value
    ) =>
        IsEnumeration(kind) ? DimensionColumn.EnumNumber(kind, value)
        : value is null ? 0
        : NameTable.Find(connection, workspace, value);
}
