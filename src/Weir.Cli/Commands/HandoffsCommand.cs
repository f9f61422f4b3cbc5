using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir handoffs</c>.</summary>
internal static class HandoffsCommand
{
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

    private static readonly Option<string?> Kind = new("--kind")
    {
        Description = "Only model (another one served), subagent or session (continued or forked)",
        HelpName = "KINDS",
    };

    private static readonly Option<string?> Session = new("--session")
    {
        Description = "Only of one session, by its whole id",
        HelpName = "ID",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "At most so many, 1 to 1000",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };

    public static Command Create()
    {
        var command = new Command(
            "handoffs",
            "What was handed over: requests to another model, work to subagents, sessions to others"
        )
        {
            Since,
            Until,
            Kind,
            Session,
            Limit,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir handoffs",
            "weir handoffs --kind model --since 30d",
            "weir handoffs --kind subagent,session --json"
        );
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var query = new UsageQueryString()
            .With("from", parsed.GetValue(Since))
            .With("to", parsed.GetValue(Until))
            .With("kind", parsed.GetValue(Kind))
            .With("session", parsed.GetValue(Session))
            .With("limit", parsed.GetValue(Limit).ToString(CultureInfo.InvariantCulture));
        return CommandRun.WithUsageAsync(
            parsed,
            async client =>
            {
                var page = await client.HandoffsAsync(query, cancellationToken);
                if (parsed.GetValue(CommonOptions.Json))
                {
                    CommandRun.WriteJson(page, WeirJsonIndented.Written.HandoffPage);
                }
                else
                {
                    Show(page);
                }
            },
            cancellationToken
        );
    }

    private static void Show(HandoffPage page)
    {
        if (page.Items.Count == 0)
        {
            CommandRun.Note("nothing was handed over");
            return;
        }

        var table = new TextTable([
            "WHEN",
            "KIND",
            "FROM",
            "TO",
            "WHY",
            "SESSION",
            ">REQUESTS",
            ">TOKENS",
            ">COST",
            ">SAVED",
        ]);
        foreach (var item in page.Items)
        {
            var (from, to, why) = item.Kind switch
            {
                "model" => (
                    Pair(item.RequestedProvider, item.RequestedModel),
                    Pair(item.Provider, item.Model),
                    Figures.Name(item.Reason)
                ),
                "subagent" => (
                    item.FromAgent is null ? "main" : Figures.Name(item.FromAgent),
                    Figures.Name(item.AgentType ?? item.Id),
                    ""
                ),
                _ => (Figures.Name(item.FromSession), Figures.Name(item.Id), "continued"),
            };
            table.Add([
                Figures.Time(item.At),
                item.Kind,
                from,
                to,
                why,
                item.Session is null ? "" : Figures.Name(item.Session),
                Figures.Count(item.Requests),
                Figures.Count(item.TotalTokens),
                Figures.Usd(item.CostUsd),
                item.Kind == "model" ? Figures.Usd(item.SavingsUsd) : "",
            ]);
        }

        table.Write();
        if (page.Next is not null)
        {
            CommandRun.Note("there are more; --limit shows them");
        }
    }

    private static string Pair(string? provider, string? model) =>
        provider is null ? Figures.Name(model) : $"{Figures.Name(provider)}/{Figures.Name(model)}";
}
