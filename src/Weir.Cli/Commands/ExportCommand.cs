using System.CommandLine;
using System.Net;
using System.Text.Json;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir export</c>.</summary>
internal static class ExportCommand
{
    private const string StandardOutput = "-";

    private static readonly Option<string> Format = new("--format")
    {
        Description = "csv, ndjson, json, xlsx, focus (FOCUS 1.2), parquet or pdf (a report)",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "csv",
    };

    private static readonly Option<string> Since = new("--since")
    {
        Description = "From when: 7d, 24h, a day or a time",
        HelpName = "TIME",
        DefaultValueFactory = _ => "7d",
    };

    private static readonly Option<string?> Until = new("--until")
    {
        Description = "Until when; default now",
        HelpName = "TIME",
    };

    private static readonly Option<string[]> Where = new("--where")
    {
        Description = "Only where a dimension has a value, as project=web or tag.team=a,b (repeatable)",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<string?> By = new("--by")
    {
        Description = "What the table of a pdf is by; default model",
        HelpName = "NAMES",
    };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "The file; - for standard output",
        HelpName = "FILE",
        Required = true,
    };

    public static Command Create()
    {
        var command = new Command("export", "Write single requests, or a report, into a file")
        {
            Format,
            Since,
            Until,
            Where,
            By,
            Output,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir export --since 30d --output requests.csv",
            "weir export --format xlsx --where project=web --output web.xlsx",
            "weir export --format focus --since 2026-01-01 --until 2026-02-01 --output january.csv",
            "weir export --format pdf --by team --since 30d --output report.pdf",
            "weir export --format ndjson --output - | jq .costUsd"
        );
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var filters = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var filter in parsed.GetValue(Where) ?? [])
        {
            var split = filter.IndexOf('=', StringComparison.Ordinal);
            if (split < 1)
            {
                CommandRun.Note($"--where takes NAME=VALUE, not \"{filter}\"");
                return Task.FromResult(ExitCodes.WrongUse);
            }

            filters[filter[..split]] = [.. filters.GetValueOrDefault(filter[..split], []), filter[(split + 1)..]];
        }

        var asked = new NewExport
        {
            Format = parsed.GetValue(Format),
            From = parsed.GetValue(Since),
            To = parsed.GetValue(Until),
            Filters = filters,
            GroupBy = parsed.GetValue(By)?.Split(','),
        };
        return CommandRun.GuardAsync(async () =>
        {
            var connection = await ServerConnection.OpenAsync(parsed, readsLogs: true, cancellationToken);
            if (connection.Client is not { } client)
            {
                return CommandRun.Fail(connection);
            }

            await using (connection)
            {
                try
                {
                    return await FetchAsync(client, asked, parsed, cancellationToken);
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    CommandRun.Note(failure.Message);
                    return ExitCodes.Failed;
                }
            }
        });
    }

    private static async Task<int> FetchAsync(
        WeirClient client,
        NewExport asked,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        var path = parsed.GetValue(Output)!;
        var file = path == StandardOutput ? null : new PartFile(path);
        var question = JsonSerializer.Serialize(asked, WeirJson.Default.NewExport);
        using var note = new ProgressNote(TimeProvider.System);
        var fetch = new ExportFetch(client, TimeProvider.System, note);
        var export =
            await BegunAsync(client, file?.Begun(question), cancellationToken)
            ?? await client.StartExportAsync(asked, cancellationToken);
        if (file is not null && file.Begun(question) != export.Id)
        {
            file.Begin(question, export.Id);
        }

        export = await fetch.WaitAsync(export, cancellationToken);
        if (export.State != "done")
        {
            CommandRun.Note($"the export failed: {export.Error}");
            return ExitCodes.Failed;
        }

        await using (var output = file?.Open() ?? Console.OpenStandardOutput())
        {
            await fetch.TakeAsync(export, output, cancellationToken);
        }

        file?.Finish();
        note.Dispose();
        await client.RemoveExportAsync(export.Id, cancellationToken);
        Tell(export, path, parsed.GetValue(CommonOptions.Json));
        return ExitCodes.Ok;
    }

    // What a broken command began may be gone by now, or have failed; then it begins anew.
    private static async Task<ExportItem?> BegunAsync(
        WeirClient client,
        string? id,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return id is not null && await client.ExportAsync(id, cancellationToken) is { State: not "failed" } export
                ? export
                : null;
        }
        catch (WeirApiException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static void Tell(ExportItem export, string path, bool isJson)
    {
        if (isJson && path != StandardOutput)
        {
            CommandRun.WriteJson(export, WeirJsonIndented.Written.ExportItem);
        }
        else
        {
            var rows = export.Format == "pdf" ? "" : $"{Figures.Count(export.Rows)} requests, ";
            CommandRun.Note(
                $"{rows}{Figures.Count(export.Bytes)} bytes{(path == StandardOutput ? "" : $" in {path}")}"
            );
        }
    }
}
