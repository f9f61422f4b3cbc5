using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary>A backup of another machine's server: made there, taken by ranges, and removed there once it is here.</summary>
internal static class RemoteBackup
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Does it; the exit code.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="file">The file to make, or null to name it in <paramref name="folder"/> as the server does.</param>
    /// <param name="folder">The folder of a file that the server names.</param>
    /// <param name="cancellationToken">Gives up; the server gives it up too.</param>
    public static Task<int> RunAsync(
        ParseResult parsed,
        string? file,
        string folder,
        CancellationToken cancellationToken
    ) =>
        CommandRun.GuardAsync(async () =>
        {
            await using var connection = await ServerConnection.OpenAsync(parsed, readsLogs: false, cancellationToken);
            if (connection.Client is not { } client)
            {
                return CommandRun.Fail(connection);
            }

            var made = await client.StartBackupAsync(cancellationToken);
            try
            {
                made = await WaitAsync(client, made, cancellationToken);
                if (made.Error is { } error)
                {
                    CommandRun.Note(error);
                    return ExitCodes.Failed;
                }

                var target = file ?? Path.Combine(folder, $"{made.Id}.weirbackup");
                await TakeAsync(client, made, target, cancellationToken);
                BackupCommand.Tell(parsed, new BackupReport(target, made.Bytes, made.CreatedAt, null, null));
                return ExitCodes.Ok;
            }
            catch (IOException failure)
            {
                CommandRun.Note(failure.Message);
                return ExitCodes.Failed;
            }
            finally
            {
                await client.RemoveBackupAsync(made.Id, CancellationToken.None);
            }
        });

    private static async Task<BackupItem> WaitAsync(
        WeirClient client,
        BackupItem made,
        CancellationToken cancellationToken
    )
    {
        using var note = new StepNote();
        while (made.State == "running")
        {
            note.Progress?.Invoke(made.Part ?? "journal", made.Progress);
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            made = await client.BackupAsync(made.Id, cancellationToken);
        }

        return made;
    }

    private static async Task TakeAsync(
        WeirClient client,
        BackupItem made,
        string target,
        CancellationToken cancellationToken
    )
    {
        var part = new PartFile(target);
        using (var note = new ProgressNote(TimeProvider.System))
        {
            await using var output = part.Open(truncates: true);
            await new ExportFetch(client, TimeProvider.System, note).TakeAsync(
                offset => client.BackupFileAsync(made.Id, offset, cancellationToken),
                made.Bytes,
                output,
                cancellationToken
            );
            output.Flush(flushToDisk: true);
        }

        part.Finish();
    }
}
