using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir auth-sessions</c>.</summary>
internal static class AuthSessionsCommand
{
    private static readonly Argument<string> Id = new("id") { Description = "The session's id, ses_…" };

    public static Command Create() => new("auth-sessions", "Who is signed in") { List(), Revoke() };

    private static Command List()
    {
        var command = new Command("list", "Everybody who is signed in") { CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var sessions = await client.AuthSessionsAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(sessions, WeirJsonIndented.Written.AuthSessionList);
                            return;
                        }

                        var table = new TextTable("USER", "ID", "BY", "FROM", "SINCE", "LAST USED", "ENDS");
                        foreach (var session in sessions.Items)
                        {
                            table.Add(
                                Figures.Name(session.User),
                                session.Id,
                                session.Method,
                                session.Address ?? "",
                                Figures.Time(session.CreatedAt),
                                Figures.Time(session.SeenAt),
                                Figures.Time(session.EndsAt)
                            );
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir auth-sessions list", "weir auth-sessions list --json");
    }

    private static Command Revoke()
    {
        var command = new Command("revoke", "End a session, now") { Id, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var session = await client.RevokeAuthSessionAsync(parsed.GetValue(Id)!, cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(session, WeirJsonIndented.Written.AuthSessionItem);
                        }
                        else
                        {
                            CommandRun.Note($"the session {session.Id} of {Figures.Name(session.User)} is over");
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir auth-sessions revoke ses_Xk2bQ9a0Lm3nPz");
    }
}
