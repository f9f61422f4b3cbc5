using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary>Work on the ledger of a running server, which does it itself while it goes on.</summary>
internal static class RemoteUpkeep
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Begins it and waits for its end; the exit code.</summary>
    /// <param name="parsed">The command line, with the server's address.</param>
    /// <param name="kind"><c>compact</c> or <c>repair</c>.</param>
    /// <param name="tell">Says what it came to, where the answer is not to be JSON.</param>
    /// <param name="cancellationToken">Ends the waiting; the server goes on.</param>
    public static Task<int> RunAsync(
        ParseResult parsed,
        string kind,
        Action<UpkeepItem> tell,
        CancellationToken cancellationToken
    ) =>
        CommandRun.GuardAsync(async () =>
        {
            await using var connection = await ServerConnection.OpenAsync(parsed, readsLogs: false, cancellationToken);
            if (connection.Client is not { } client)
            {
                return CommandRun.Fail(connection);
            }

            var done = await client.StartUpkeepAsync(new NewUpkeep(kind), cancellationToken);
            using (var note = new StepNote())
            {
                while (done.State == "running")
                {
                    note.Progress?.Invoke(done.Part ?? kind, done.Progress);
                    await Task.Delay(Pause, TimeProvider.System, cancellationToken);
                    done = await client.UpkeepAsync(done.Id, cancellationToken);
                }
            }

            if (parsed.GetValue(CommonOptions.Json))
            {
                CommandRun.WriteJson(done, LedgerReportJson.Default.UpkeepItem);
            }
            else
            {
                tell(done);
            }

            if (done.Error is not { } error)
            {
                return ExitCodes.Ok;
            }

            CommandRun.Note(error);
            return ExitCodes.Failed;
        });
}
