using Weir.Foundation;

namespace Weir.Ledger.Queries;

/// <summary>How dimensions stand in the tables.</summary>
internal static class DimensionColumn
{
    /// <summary>
    /// The dimensions of <c>rollup_key</c>. A combination is an array of stored numbers with the enumeration's numbers as
    /// indexes.
    /// </summary>
    public static readonly UsageDimensionKind[] Wide =
    [
        UsageDimensionKind.Model,
        UsageDimensionKind.RequestedModel,
        UsageDimensionKind.Provider,
        UsageDimensionKind.Key,
        UsageDimensionKind.User,
        UsageDimensionKind.Team,
        UsageDimensionKind.Project,
        UsageDimensionKind.Client,
        UsageDimensionKind.Source,
        UsageDimensionKind.Status,
        UsageDimensionKind.Route,
    ];

    /// <summary>The length of a combination's array.</summary>
    public const int Count = (int)UsageDimensionKind.Tag + 1;

    /// <summary>The column of a dimension, the same in <c>record</c> and in the tables of combinations. Tags have none.</summary>
    public static string Of(UsageDimensionKind kind) =>
        kind switch
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
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    /// <summary>The column of a dimension in the tables that a record stands in (<see cref="Storage.Sqlite.RecordRows.Joins"/>).</summary>
    public static string OfRecord(UsageDimensionKind kind) => (IsLineage(kind) ? "r." : "k.") + Of(kind);

    /// <summary>True for the dimensions that the lineage set alone has.</summary>
    public static bool IsLineage(UsageDimensionKind kind) =>
        kind is UsageDimensionKind.Session or UsageDimensionKind.Agent;

    /// <summary>The stored number of a dimension that has an enumeration of its own; null when there is none of that name.</summary>
    public static long? EnumNumber(UsageDimensionKind kind, string? value) =>
        kind == UsageDimensionKind.Source
            ? UsageNames.TryParse(value ?? "unknown", out UsageSource source)
                ? (long)source
                : null
            : UsageNames.TryParse(value ?? "unknown", out RequestStatus status)
                ? (long)status
                : null;

    /// <summary>The stored numbers of such a dimension whose names a condition holds for.</summary>
    public static IEnumerable<long> EnumNumbers(UsageDimensionKind kind, Func<string, bool> holds) =>
        kind == UsageDimensionKind.Source
            ? Enum.GetValues<UsageSource>().Where(source => holds(UsageNames.Of(source))).Select(source => (long)source)
            : Enum.GetValues<RequestStatus>().Where(status => holds(UsageNames.Of(status))).Select(s => (long)s);
}
