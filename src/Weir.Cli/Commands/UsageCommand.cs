using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir usage</c>.</summary>
internal static class UsageCommand
{
    private static readonly Option<string> By = new("--by")
    {
        Description =
            "Group by model, requestedModel, provider, key, user, team, project, session, agent, client, source, status, route, tag.NAME, hour, day, week, month",
        HelpName = "NAMES",
        DefaultValueFactory = _ => "model",
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

    private static readonly Option<string?> Compare = new("--compare")
    {
        Description = "With the period before (previous) or the same a year earlier (year), one figure over time",
        HelpName = "WHAT",
    };

    private static readonly Option<int?> Top = new("--top")
    {
        Description = "The largest of one dimension, and what the others come to",
        HelpName = "N",
    };

    private static readonly Option<bool> Heatmap = new("--heatmap")
    {
        Description = "One figure by weekday and hour of the day",
    };

    private static readonly Option<string?> Distribution = new("--distribution")
    {
        Description = "How long requests took: durationMs or timeToFirstTokenMs",
        HelpName = "WHAT",
    };

    private static readonly Option<string?> Metric = new("--metric")
    {
        Description = "What --compare, --top and --heatmap show: costUsd, requests, totalTokens …",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Interval = new("--interval")
    {
        Description = "How wide a bar of --compare is: hour, day, week, month",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Pdf = new("--pdf")
    {
        Description = "The same on paper, into a file",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command("usage", "What was used and what it costs") { By, Since, Until };
        UsageFilterOptions.AddTo(command);
        command.Options.Add(Compare);
        command.Options.Add(Top);
        command.Options.Add(Heatmap);
        command.Options.Add(Distribution);
        command.Options.Add(Metric);
        command.Options.Add(Interval);
        command.Options.Add(Pdf);
        command.Options.Add(CommonOptions.Json);
        command.WithServer().SetAction(RunAsync);
        return command.WithExamples(
            "weir usage",
            "weir usage --by project,model --since 30d",
            "weir usage --by day --where model=claude-opus-4-8 --not user=ada",
            "weir usage --by model --prefix model=claude- --compare previous",
            "weir usage --by session --top 10 --metric totalTokens",
            "weir usage --heatmap --since 90d --timezone America/New_York --week-start sunday",
            "weir usage --by model --distribution timeToFirstTokenMs",
            "weir usage --heatmap --since 90d --pdf weekdays.pdf",
            "weir usage --json --server https://weir.example.com --key wk_…"
        );
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var query = new UsageQueryString().With("from", parsed.GetValue(Since)).With("to", parsed.GetValue(Until));
        var views = new[]
        {
            parsed.GetValue(Compare) is not null,
            parsed.GetValue(Top) is not null,
            parsed.GetValue(Heatmap),
            parsed.GetValue(Distribution) is not null,
        }.Count(isAsked => isAsked);
        var fault =
            views > 1
                ? "one of --compare, --top, --heatmap and --distribution is enough"
                : UsageFilterOptions.AddTo(query, parsed);
        if (fault is not null)
        {
            CommandRun.Note(fault);
            return Task.FromResult(ExitCodes.WrongUse);
        }

        return CommandRun.WithUsageAsync(
            parsed,
            client => AskAsync(client, query, parsed, cancellationToken),
            cancellationToken
        );
    }

    private static async Task AskAsync(
        WeirClient client,
        UsageQueryString query,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        var (route, question) = Question(query, parsed);
        if (parsed.GetValue(Pdf) is { } path)
        {
            var document = await client.UsagePaperAsync(route, question, cancellationToken);
            await File.WriteAllBytesAsync(path, document, cancellationToken);
            CommandRun.Note($"{Figures.Count(document.Length)} bytes in {path}");
            return;
        }

        var written = WeirJsonIndented.Written;
        var by = parsed.GetValue(By)!;
        switch (route)
        {
            case "series":
                var series = await client.SeriesAsync(question, cancellationToken);
                Tell(series, written.UsageSeriesResult, () => UsageViews.Show(series, Split(by)), parsed);
                break;
            case "top":
                var members = await client.TopAsync(question, cancellationToken);
                Tell(members, written.UsageTopResult, () => UsageViews.Show(members), parsed);
                break;
            case "heatmap":
                var map = await client.HeatmapAsync(question, cancellationToken);
                Tell(map, written.UsageHeatmapResult, () => UsageViews.Show(map), parsed);
                break;
            case "distribution":
                var found = await client.DistributionAsync(question, cancellationToken);
                Tell(found, written.UsageDistributionResult, () => UsageViews.Show(found), parsed);
                break;
            default:
                var summary = await client.SummaryAsync(question, cancellationToken);
                Tell(summary, written.UsageSummaryResult, () => Show(summary, Split(by)), parsed);
                break;
        }
    }

    // What was not said is left to the route: a heatmap has no groups, a year by day no default of a model.
    private static (string Route, UsageQueryString Question) Question(UsageQueryString query, ParseResult parsed)
    {
        var by = parsed.GetValue(By)!;
        var metric = parsed.GetValue(Metric);
        if (parsed.GetValue(Compare) is { } compare)
        {
            query.With("groupBy", by).With("metric", metric).With("interval", parsed.GetValue(Interval));
            return ("series", Calendar(query, parsed).With("compare", compare));
        }

        if (parsed.GetValue(Top) is { } top)
        {
            query.With("by", by).With("metric", metric).With("limit", top.ToString(CultureInfo.InvariantCulture));
            return ("top", UsageFilterOptions.Zone(query, parsed));
        }

        if (parsed.GetValue(Heatmap))
        {
            return ("heatmap", Calendar(query.With("metric", metric), parsed));
        }

        return parsed.GetValue(Distribution) is { } of
            ? ("distribution", UsageFilterOptions.Zone(query.With("groupBy", by).With("of", of), parsed))
            : ("summary", Calendar(query.With("groupBy", by), parsed));
    }

    private static UsageQueryString Calendar(UsageQueryString query, ParseResult parsed) =>
        UsageFilterOptions.WeekStart(UsageFilterOptions.Zone(query, parsed), parsed);

    private static string[] Split(string by) => by.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static void Tell<T>(T answer, JsonTypeInfo<T> type, Action show, ParseResult parsed)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(answer, type);
        }
        else
        {
            show();
        }
    }

    private static void Show(UsageSummaryResult summary, string[] groups)
    {
        CommandRun.Note($"{Figures.Time(summary.From)} to {Figures.Time(summary.To)}");
        if (summary.Rows.Count == 0)
        {
            CommandRun.Note("nothing was used");
            return;
        }

        var table = new TextTable([
            .. groups.Select(name => name.ToUpperInvariant()),
            ">REQUESTS",
            ">ERRORS",
            ">INPUT",
            ">CACHE READ",
            ">CACHE WRITE",
            ">OUTPUT",
            ">COST",
            ">BILLED",
        ]);
        foreach (var row in summary.Rows)
        {
            table.Add(groups.Select(name => Figures.Name(row.Keys.GetValueOrDefault(name))).Concat(Cells(row)));
        }

        table.AddSpace();
        table.Add(groups.Select((_, i) => i == 0 ? "total" : "").Concat(Cells(summary.Total)));
        table.Write();
        if (summary.Total.UnpricedRequests > 0)
        {
            CommandRun.Note(
                $"{Figures.Count(summary.Total.UnpricedRequests)} requests have no known price: they are in no sum. \"weir prices\" shows what is known; prices in weir.yaml add to it."
            );
        }

        if (summary.Total.EstimatedRequests > 0)
        {
            CommandRun.Note(
                $"{Figures.Count(summary.Total.EstimatedRequests)} requests were cut short: their tokens are estimated."
            );
        }
    }

    private static IEnumerable<string> Cells(UsageFigures figures) =>
        [
            Figures.Count(figures.Requests),
            Figures.Count(figures.Errors),
            Figures.Count(figures.InputTokens),
            Figures.Count(figures.CacheReadTokens),
            Figures.Count(figures.CacheWrite5mTokens + figures.CacheWrite1hTokens),
            Figures.Count(figures.OutputTokens),
            Figures.Cost(figures.CostUsd, figures.UnpricedRequests),
            Figures.Cost(figures.BilledUsd, figures.UnpricedRequests),
        ];
}
