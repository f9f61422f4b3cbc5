using Weir.Foundation;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Rollups;

/// <summary>A combination of the wide set, as a row of <c>rollup_key</c>; names by number, 0 for "unknown".</summary>
internal readonly record struct RollupKey
{
    public int Workspace { get; init; }

    /// <summary>Whether the records have a session or an agent, and stand in the lineage set too.</summary>
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

    /// <summary>The combination of a record.</summary>
    public static RollupKey Of(UsageRecord record, in RecordNames names) =>
        new()
        {
            Workspace = record.Workspace.Value,
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

/// <summary>A combination that extends one of the wide set: by session and agent, or by a tag's name and value.</summary>
internal readonly record struct RollupSubkey(int Workspace, RollupSet Set, long Key, long First, long Second);
