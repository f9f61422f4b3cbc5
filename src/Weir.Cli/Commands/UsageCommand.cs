using System.CommandLine;
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

    private static readonly Option<string[]> Where = new("--where")
    {
        Description = "Only where a dimension has a value, as project=web or tag.team=a,b (repeatable)",
        HelpName = "NAME=VALUE",
    };

    public static Command Create()
    {
        var command = new Command("usage", "What was used and what it costs")
        {
            By,
            Since,
            Until,
            Where,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir usage",
            "weir usage --by project,model --since 30d",
            "weir usage --by day --where model=claude-opus-4-8",
            "weir usage --json --server https://weir.example.com --key wk_…"
        );
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var query = new UsageQueryString()
            .With("groupBy", parsed.GetValue(By))
            .With("from", parsed.GetValue(Since))
            .With("to", parsed.GetValue(Until));
        foreach (var filter in parsed.GetValue(Where) ?? [])
        {
            var split = filter.IndexOf('=', StringComparison.Ordinal);
            if (split < 1)
            {
                CommandRun.Note($"--where takes NAME=VALUE, not \"{filter}\"");
                return Task.FromResult(ExitCodes.WrongUse);
            }

            query.With(filter[..split], filter[(split + 1)..]);
        }

        return CommandRun.WithUsageAsync(
            parsed,
            async client =>
            {
                var summary = await client.SummaryAsync(query, cancellationToken);
                if (parsed.GetValue(CommonOptions.Json))
                {
                    CommandRun.WriteJson(summary, WeirJsonIndented.Written.UsageSummaryResult);
                }
                else
                {
                    Show(summary, parsed.GetValue(By)!.Split(',', StringSplitOptions.RemoveEmptyEntries));
                }
            },
            cancellationToken
        );
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
