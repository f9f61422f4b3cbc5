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
        var command = new Command("capture", "Read what coding agents have left on disk, and say what was found")
        {
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
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
        return command.WithExamples("weir capture", "weir capture --json --data ./trial");
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

        CommandRun.Note(
            $"{Figures.Count(sources.Files)} of {Figures.Count(sources.FilesInAll)} changed files read, {Figures.Count(sources.Requests)} requests new or better known. See: weir usage --by model,project"
        );
    }
}
