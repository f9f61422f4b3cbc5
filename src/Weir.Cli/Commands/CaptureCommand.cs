using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir capture</c>.</summary>
internal static class CaptureCommand
{
    public static Command Create()
    {
        var to = new Option<string?>("--to")
        {
            Description = "Send it to this server instead, with a key of the scope ingest; goes on where it stood",
            HelpName = "URL",
        };
        var watch = new Option<bool>("--watch") { Description = "With --to: go on with what comes" };
        var host = new Option<string?>("--host")
        {
            Description = "With --to: this machine's name there",
            HelpName = "NAME",
        };
        var user = new Option<string?>("--user")
        {
            Description = "With --to: whom it is attributed to (the key's owner)",
            HelpName = "NAME",
        };
        var command = new Command("capture", "Read what coding agents have left on disk, and say what was found")
        {
            to,
            watch,
            host,
            user,
            CommonOptions.Json,
        }.WithServer();
        command.Validators.Add(result =>
        {
            if (
                result.GetResult(to) is null
                && (result.GetValue(watch) || result.GetValue(host) is not null || result.GetValue(user) is not null)
            )
            {
                result.AddError("--watch, --host and --user go with --to");
            }
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(to) is { } server)
                {
                    return await CaptureDeliveries.RunAsync(
                        parsed,
                        server,
                        parsed.GetValue(host),
                        parsed.GetValue(user),
                        parsed.GetValue(watch),
                        cancellationToken
                    );
                }

                var failed = false;
                var code = await CommandRun.WithUsageAsync(
                    parsed,
                    async client =>
                    {
                        var sources = await client.CaptureSourcesAsync(cancellationToken);
                        failed = sources.State == "failed";
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(sources, WeirJsonIndented.Written.CaptureSources);
                        }
                        else
                        {
                            Show(sources);
                        }
                    },
                    cancellationToken
                );
                return failed ? ExitCodes.Failed : code;
            }
        );
        return command.WithExamples(
            "weir capture",
            "weir capture --json --data ./trial",
            "weir capture --to https://weir.example --key wk_… --watch"
        );
    }

    private static void Show(CaptureSources sources)
    {
        var table = new TextTable(["AGENT", "FOLDER", ">FILES", ">MB", "LAST CHANGE", ">SKIPPED", ">UNREADABLE"]);
        foreach (var source in sources.Sources.Where(source => source.Exists))
        {
            table.Add([
                source.Agent,
                source.Path,
                Figures.Count(source.Files),
                Figures.Count(source.Bytes / 1_000_000),
                source.LastChange is { } at ? Figures.Time(at) : "",
                Figures.Count(source.Skipped.Values.Sum()),
                Figures.Count(source.Problems.Count),
            ]);
        }

        if (sources.Sources.Any(source => source.Exists))
        {
            table.Write();
        }
        else
        {
            CommandRun.Note("no coding agent has left files here. Looked in:");
            foreach (var source in sources.Sources)
            {
                CommandRun.Note($"  {source.Path} ({source.Agent})");
            }
        }

        foreach (var problem in sources.Sources.SelectMany(source => source.Problems))
        {
            CommandRun.Note($"{problem.File} could not be read: {problem.Problem}");
        }

        if (sources.Archive is { } archive)
        {
            CommandRun.Note(
                $"archive: {Figures.Count(archive.Files)} files, {Figures.Count(archive.Bytes / 1000)} KB since {archive.FirstDay?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "today"} in {archive.Path}"
                    + (
                        archive.SealedBytes is { } content
                            ? $"; sealed content: {Figures.Count(content / 1000)} KB"
                            : ""
                    )
            );
            if (archive.SealFailure is { } failure)
            {
                CommandRun.Note($"content is NOT being sealed: {failure}");
            }
        }

        CommandRun.Note(
            $"{Figures.Count(sources.Files)} of {Figures.Count(sources.FilesInAll)} changed files read, {Figures.Count(sources.Requests)} requests new or better known. See: weir usage --by model,project"
        );
    }
}
