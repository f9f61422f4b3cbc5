using Weir.Foundation;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Rollups;

/// <summary>A combination of dimensions, as a row of <c>rollup_key</c>; names by number, 0 for "unknown".</summary>
internal readonly record struct RollupKey
{
    /// <summary>The set without session and agent.</summary>
    public const int Wide = 0;

    /// <summary>The set with session and agent, for records that have one.</summary>
    public const int Lineage = 1;

    public int Workspace { get; init; }
    public int Set { get; init; }
    public bool HasLineage { get; init; }
    public UsageSource Source { get; init; }
    public RequestStatus Status { get; init; }
    public long Provider { get; init; }
    public long Model { get; init; }
    public long RequestedModel { get; init; }
    public long Route { get; init; }
    public long Key { get; init; }
    public long User { get; init; }
    public long Team { get; init; }
    public long Project { get; init; }
    public long Client { get; init; }
    public long Session { get; init; }
    public long Agent { get; init; }

    /// <summary>The combination of a record in the wide set.</summary>
    public static RollupKey Of(UsageRecord record, in RecordNames names) =>
        new()
        {
            Workspace = record.Workspace.Value,
            Set = Wide,
            HasLineage = names.Session != 0 || names.Agent != 0,
            Source = record.Source,
            Status = record.Status,
            Provider = names.Provider,
            Model = names.Model,
            RequestedModel = names.RequestedModel,
            Route = names.Route,
            Key = names.Key,
            User = names.User,
            Team = names.Team,
            Project = names.Project,
            Client = names.Client,
        };
}

/// <summary>The spans of time that rollups have; the numbers are stored.</summary>
internal enum RollupWidth
{
    /// <summary>15 minutes: some time zones are that far apart. The wide set alone.</summary>
    Quarter = 0,

    /// <summary>An hour.</summary>
    Hour = 1,

    /// <summary>A day.</summary>
    Day = 2,
}

/// <summary>Arithmetic with <see cref="RollupWidth"/>.</summary>
internal static class RollupWidths
{
    /// <summary>The span in seconds.</summary>
    public static long Seconds(this RollupWidth width) =>
        width switch
        {
            RollupWidth.Quarter => 900,
            RollupWidth.Hour => 3600,
            _ => 86_400,
        };

    /// <summary>The largest multiple of <paramref name="step"/> that is not above, also below zero.</summary>
    public static long Floor(long value, long step)
    {
        var rest = value % step;
        return rest < 0 ? value - rest - step : value - rest;
    }

    /// <summary>The smallest multiple of <paramref name="step"/> that is not below.</summary>
    public static long Ceiling(long value, long step) => -Floor(-value, step);
}
