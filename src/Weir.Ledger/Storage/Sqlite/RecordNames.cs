using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>The numbers of a record's names in its workspace; 0 where the record has null.</summary>
internal readonly record struct RecordNames
{
    public long Provider { get; init; }
    public long Model { get; init; }
    public long RequestedModel { get; init; }
    public long Route { get; init; }
    public long Key { get; init; }
    public long User { get; init; }
    public long Team { get; init; }
    public long Project { get; init; }
    public long Session { get; init; }
    public long Agent { get; init; }
    public long ParentAgent { get; init; }
    public long Client { get; init; }
    public long ErrorType { get; init; }
    public long HandoffReason { get; init; }
    public long PriceMode { get; init; }
    public long PriceVersion { get; init; }
    public long Dropped { get; init; }

    /// <summary>Looks the names up and stores those that are new. Writer only, inside a transaction.</summary>
    public static RecordNames Intern(NameTable names, SqliteConnection writer, UsageRecord record)
    {
        var workspace = record.Workspace;
        return new RecordNames
        {
            Provider = names.Intern(writer, workspace, record.Provider),
            Model = names.Intern(writer, workspace, record.Model),
            RequestedModel = names.Intern(writer, workspace, record.RequestedModel),
            Route = names.Intern(writer, workspace, record.Route),
            Key = names.Intern(writer, workspace, record.Key),
            User = names.Intern(writer, workspace, record.User),
            Team = names.Intern(writer, workspace, record.Team),
            Project = names.Intern(writer, workspace, record.Project),
            Session = names.Intern(writer, workspace, record.Session),
            Agent = names.Intern(writer, workspace, record.Agent),
            ParentAgent = names.Intern(writer, workspace, record.ParentAgent),
            Client = names.Intern(writer, workspace, record.Client),
            ErrorType = names.Intern(writer, workspace, record.ErrorType),
            HandoffReason = names.Intern(writer, workspace, record.HandoffReason),
            PriceMode = names.Intern(writer, workspace, record.PriceMode),
            PriceVersion = names.Intern(writer, workspace, record.PriceVersion),
            Dropped = names.Intern(writer, workspace, DroppedNames.Join(record.Dropped, RecordLimits.Usual.Text)),
        };
    }
}
