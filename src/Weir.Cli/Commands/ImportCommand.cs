using System.CommandLine;
using Weir.Capture.Sync;
using Weir.Cli.Output;
using Weir.Foundation;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir import</c>.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH")
        {
            Description = "A file of Weir's archive, or a folder with such files",
        };
        var workspace = new Option<int?>("--workspace")
        {
            Description = "Only what the archive holds of this workspace, by its number",
            HelpName = "NUMBER",
        };
        var command = new Command("import", "Bring what an archive holds into the ledger: nothing of it twice")
        {
            path,
            workspace,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(parsed, parsed.GetValue(path)!, parsed.GetValue(workspace), cancellationToken)
        );
        return command.WithExamples(
            "weir import ~/.local/share/weir/archive",
            "weir import archive/claude-code/2026-05-13.jsonl.gz --data ./trial"
        );
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        string path,
        int? workspace,
        CancellationToken cancellationToken
    )
    {
        if (Read(path) is not { } contents)
        {
            return ExitCodes.NotFound;
        }

        var of = contents.Workspaces();
        if (workspace is null && of.Count > 1)
        {
            CommandRun.Note(
                $"the archive holds the workspaces {string.Join(", ", of.Select(w => w.Value).Order())}: name one by --workspace, and bring it in with a key of its own"
            );
            return ExitCodes.WrongUse;
        }

        var code = ExitCodes.Ok;
        var connected = await CommandRun.WithServerAsync(
            parsed,
            async client =>
            {
                var sender = new BatchSender(
                    (body, cancel) => CaptureDeliveries.SendAsync(client, body, cancel),
                    patience: 5,
                    new DeliveryNote(),
                    TimeProvider.System
                );
                code = await CaptureDeliveries.SendAllAsync(
                    parsed,
                    sender,
                    () =>
                        contents.SendAsync(
                            sender,
                            workspace is { } only ? new WorkspaceId(only) : null,
                            cancellationToken
                        ),
                    CommonOptions.ServerAddress(parsed),
                    host: null
                );
            },
            cancellationToken
        );
        return connected == ExitCodes.Ok ? code : connected;
    }

    private static ArchiveContents? Read(string path)
    {
        try
        {
            var contents = ArchiveContents.Of(Path.GetFullPath(path));
            if (contents.DamagedBytes > 0)
            {
                CommandRun.Note($"{Figures.Count(contents.DamagedBytes)} bytes are damaged and are passed over");
            }

            if (contents.Frames.Count > 0)
            {
                return contents;
            }

            CommandRun.Note($"there is nothing of an archive at {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            CommandRun.Note($"{path} cannot be read: {e.Message}");
        }

        return null;
    }
}
