using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Gateway.Activities;

/// <summary>An event as a row: in which column what stands, once for writing and for reading.</summary>
internal static class ActivityRow
{
    /// <summary>The columns but the number, in the order of the parameters.</summary>
    public const string Columns =
        "at, workspace, kind, provider, model, account, budget, limit_name, organisation, team, user_name, key_name, tag, actor, details";

    /// <summary>Binds them from parameter 1.</summary>
    public static void Bind(PreparedStatement statement, ActivityEvent happened)
    {
        var subject = happened.Subject;
        statement.Bind(1, happened.At.ToUnixTimeMilliseconds());
        statement.Bind(2, happened.Workspace?.Value);
        statement.Bind(3, happened.Kind.Name);
        statement.Bind(4, subject.Provider);
        statement.Bind(5, subject.Model);
        statement.Bind(6, subject.Account);
        statement.Bind(7, subject.Budget);
        statement.Bind(8, subject.Limit);
        statement.Bind(9, subject.Organisation);
        statement.Bind(10, subject.Team);
        statement.Bind(11, subject.User);
        statement.Bind(12, subject.Key);
        statement.Bind(13, subject.Tag);
        statement.Bind(14, subject.Actor);
        statement.Bind(15, ActivityJson.Write(happened.Details));
    }

    /// <summary>Reads a row whose first column is the number; null for one that this version does not understand.</summary>
    public static StoredActivity? Read(PreparedStatement row) =>
        ActivityKinds.Find(row.Text(3) ?? "") is { } kind && ActivityJson.Read(kind, row.Bytes(15)) is { } details
            ? new StoredActivity(
                row.Int64(0),
                new ActivityEvent(
                    DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(1)),
                    row.IsNull(2) ? null : new WorkspaceId((int)row.Int64(2)),
                    new ActivitySubject
                    {
                        Provider = row.Text(4),
                        Model = row.Text(5),
                        Account = row.Text(6),
                        Budget = row.Text(7),
                        Limit = row.Text(8),
                        Organisation = row.Text(9),
                        Team = row.Text(10),
                        User = row.Text(11),
                        Key = row.Text(12),
                        Tag = row.Text(13),
                        Actor = row.Text(14),
                    },
                    details
                )
            )
            : null;
}
