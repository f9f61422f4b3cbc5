using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>How dimensions stand in the tables, and how their values are told.</summary>
internal static class DimensionColumn
{
    /// <summary>The column of a dimension, the same in <c>record</c> and <c>rollup_key</c>; null for tags, which have none.</summary>
    public static string? Of(UsageDimension dimension) =>
        dimension.Kind switch
        {
            UsageDimensionKind.Model => "model_id",
            UsageDimensionKind.RequestedModel => "requested_model_id",
            UsageDimensionKind.Provider => "provider_id",
            UsageDimensionKind.Key => "key_id",
            UsageDimensionKind.User => "user_id",
            UsageDimensionKind.Team => "team_id",
            UsageDimensionKind.Project => "project_id",
            UsageDimensionKind.Session => "session_id",
            UsageDimensionKind.Agent => "agent_id",
            UsageDimensionKind.Client => "client_id",
            UsageDimensionKind.Source => "source",
            UsageDimensionKind.Status => "status",
            UsageDimensionKind.Route => "route_id",
            UsageDimensionKind.Tag => null,
            _ => throw new ArgumentOutOfRangeException(nameof(dimension)),
        };

    /// <summary>True for the dimensions that only the lineage rollups have.</summary>
    public static bool IsLineage(UsageDimension dimension) =>
        dimension.Kind is UsageDimensionKind.Session or UsageDimensionKind.Agent;

    /// <summary>The text of a stored value; null is "unknown".</summary>
    public static string? Text(UsageDimension dimension, object? value, SqliteConnection connection, NameTable names) =>
        dimension.Kind switch
        {
            UsageDimensionKind.Source => UsageNames.Of((UsageSource)(long)value!),
            UsageDimensionKind.Status => UsageNames.Of((RequestStatus)(long)value!),
            UsageDimensionKind.Tag => (string?)value,
            _ => names.Text(connection, (long)value!),
        };

    /// <summary>
    /// The condition of a filter over a table that goes by <paramref name="alias"/>, its parameters added to the command. A
    /// value that the ledger has never seen matches nothing.
    /// </summary>
    public static string Condition(
        UsageFilter filter,
        string alias,
        WorkspaceId workspace,
        SqliteConnection connection,
        SqliteCommand command
    )
    {
        if (filter.Dimension.Kind == UsageDimensionKind.Tag)
        {
            var tag = Add(command, filter.Dimension.Tag!);
            var texts = filter.Values.Where(v => v is not null).Select(v => Add(command, v!)).ToImmutableArray();
            var conditions = new List<string> { $"tag({alias}.tags, {tag}) IN ({string.Join(", ", texts)})" };
            if (filter.Values.Contains(null))
            {
                conditions.Add($"tag({alias}.tags, {tag}) IS NULL");
            }

            return $"({string.Join(" OR ", conditions)})";
        }

        var numbers = filter.Values.Select(v => Number(filter.Dimension, v, workspace, connection)).OfType<long>();
        return $"{alias}.{Of(filter.Dimension)} IN ({string.Join(", ", numbers)})";
    }

    private static long? Number(
        UsageDimension dimension,
        string? value,
        WorkspaceId workspace,
        SqliteConnection connection
    ) =>
        dimension.Kind switch
        {
            UsageDimensionKind.Source => UsageNames.TryParse(value ?? "unknown", out UsageSource source)
                ? (long)source
                : null,
            UsageDimensionKind.Status => UsageNames.TryParse(value ?? "unknown", out RequestStatus status)
                ? (long)status
                : null,
            _ => value is null ? 0 : NameTable.Find(connection, workspace, value),
        };

    private static string Add(SqliteCommand command, string value)
    {
        var name = $"$p{command.Parameters.Count}";
        command.Parameters.AddWithValue(name, value);
        return name;
    }
}
