using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir sessions</c>.</summary>
internal static class SessionsCommand
{
    private const int MostLines = 200;
    private const int Bars = 24;
    private static readonly TimeSpan HourlyUpTo = TimeSpan.FromDays(3);

    private static readonly Option<string> Since = new("--since")
    {
        Description = "From when: 24h, 7d, a day or a time",
        HelpName = "TIME",
        DefaultValueFactory = _ => "24h",
    };

    private static readonly Option<string?> Until = new("--until")
    {
        Description = "Until when; default now",
        HelpName = "TIME",
    };

    private static readonly Option<bool> Active = new("--active")
    {
        Description = "Only those that run, or wait for a permission",
    };

    private static readonly Option<string?> Project = new("--project")
    {
        Description = "Only of a project",
        HelpName = "PROJECT",
    };

    private static readonly Option<string?> Client = new("--client")
    {
        Description = "Only of a program: claude-code, codex, …",
        HelpName = "CLIENT",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "At most so many, 1 to 1000",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };

    private static readonly Option<bool> Activity = new("--activity")
    {
        Description = "What they did instead: by tool, MCP server, kind of agent and model",
    };

    public static Command Create()
    {
        var command = new Command("sessions", "Sessions of coding agents: who runs, what happened, what it costs")
        {
            Since,
            Until,
            Active,
            Project,
            Client,
            Limit,
            Activity,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir sessions",
            "weir sessions --active",
            "weir sessions --since 7d --project weir --client claude-code --limit 20",
            "weir sessions --activity --since 30d",
            "weir sessions --json"
        );
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var query = new UsageQueryString()
            .With("from", parsed.GetValue(Since))
            .With("to", parsed.GetValue(Until))
            .With("project", parsed.GetValue(Project))
            .With("client", parsed.GetValue(Client));
        var isJson = parsed.GetValue(CommonOptions.Json);
        if (parsed.GetValue(Activity))
        {
            return CommandRun.WithUsageAsync(
                parsed,
                async client =>
                {
                    var activity = await client.SessionActivityAsync(query, cancellationToken);
                    if (isJson)
                    {
                        CommandRun.WriteJson(activity, WeirJsonIndented.Written.SessionActivityResult);
                    }
                    else
                    {
                        Show(activity);
                    }
                },
                cancellationToken
            );
        }

        query
            .With("limit", parsed.GetValue(Limit).ToString(CultureInfo.InvariantCulture))
            .With("active", parsed.GetValue(Active) ? "true" : null);
        return CommandRun.WithUsageAsync(
            parsed,
            async client =>
            {
                var page = await client.SessionsAsync(query, cancellationToken);
                if (isJson)
                {
                    CommandRun.WriteJson(page, WeirJsonIndented.Written.SessionPage);
                }
                else
                {
                    Show(page, await BarsAsync(client, page, cancellationToken));
                }
            },
            cancellationToken
        );
    }

    private static void Show(SessionPage page, Dictionary<string, string> bars)
    {
        CommandRun.Note($"{Figures.Time(page.From)} to {Figures.Time(page.To)}");
        if (page.Items.Count == 0)
        {
            CommandRun.Note("there were no sessions");
            return;
        }

        var table = new TextTable([
            "STATE",
            "SESSION",
            "CLIENT",
            "PROJECT",
            "BRANCH",
            "LAST",
            ">PROMPTS",
            ">REQUESTS",
            ">AGENTS",
            ">TOOLS",
            ">ERRORS",
            ">TOKENS",
            ">COST",
            "ACTIVITY",
            "MODELS",
        ]);
        foreach (var session in page.Items)
        {
            table.Add([
                session.State,
                Figures.Name(session.Id),
                Figures.Name(session.Client),
                session.Project is null ? "" : Figures.Name(session.Project),
                session.Branch is null ? "" : Figures.Name(session.Branch),
                Figures.Time(session.LastAt),
                Figures.Count(session.Prompts),
                Figures.Count(session.Requests),
                Figures.Count(session.Subagents),
                Figures.Count(session.ToolCalls),
                // A failed request is told by the agent too, when it tells anything.
                Figures.Count(Math.Max(session.Errors, session.AgentErrors)),
                Figures.Count(SessionTreeText.Tokens(session)),
                Figures.Cost(session.CostUsd, session.UnpricedRequests),
                bars.GetValueOrDefault(session.Id, ""),
                string.Join(", ", session.Models.Select(Figures.Name)),
            ]);
        }

        table.Write();
        if (page.Next is not null)
        {
            CommandRun.Note("there are more; --limit shows them");
        }
    }

    private static void Show(SessionActivityResult activity)
    {
        CommandRun.Note($"{Figures.Time(activity.From)} to {Figures.Time(activity.To)}");
        if (activity.Total.Requests == 0 && activity.Tools.Count == 0)
        {
            CommandRun.Note("there were no sessions");
            return;
        }

        Show("TOOL", "(no tool)", activity.Tools);
        Show("MCP SERVER", Figures.Unknown, activity.McpServers);
        Show("AGENT", Figures.Unknown, activity.Agents);
        Show("MODEL", Figures.Unknown, activity.Models);
    }

    private static void Show(string heading, string nameless, IReadOnlyList<ActivityItem> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var table = new TextTable([heading, ">CALLS", ">FAILED", ">P50", ">P95", ">TOKENS", ">COST"]);
        foreach (var row in rows)
        {
            table.Add([
                row.Name is null ? nameless : Figures.Name(row.Name),
                Figures.Count(row.Calls),
                Figures.Count(row.Failed),
                row.DurationMs.P50 is { } median ? SessionTreeText.Span(median) : "",
                row.DurationMs.P95 is { } most ? SessionTreeText.Span(most) : "",
                Figures.Count(SessionTreeText.Tokens(row)),
                Figures.Cost(row.CostUsd, row.UnpricedRequests),
            ]);
        }

        table.AddSpace();
        table.Write();
    }

    /// <summary>Tokens over the range, by session.</summary>
    private static async Task<Dictionary<string, string>> BarsAsync(
        WeirClient client,
        SessionPage page,
        CancellationToken cancellationToken
    )
    {
        // A comma separates the values of a filter.
        var sessions = page
            .Items.Where(s => s.Requests > 0 && !s.Id.Contains(',', StringComparison.Ordinal))
            .Take(MostLines)
            .ToList();
        if (sessions.Count == 0)
        {
            return [];
        }

        var series = await client.SeriesAsync(
            new UsageQueryString()
                .With("metric", "totalTokens")
                .With("interval", page.To - page.From <= HourlyUpTo ? "hour" : "day")
                .With("groupBy", "session")
                .With("session", string.Join(',', sessions.Select(s => s.Id)))
                .With("from", UtcTimeConverter.ToText(page.From))
                .With("to", UtcTimeConverter.ToText(page.To)),
            cancellationToken
        );
        return series.Series.ToDictionary(
            line => line.Keys["session"] ?? "",
            line => Sparkline.Of([.. line.Points.Select(point => point.Value.Amount)], Bars),
            StringComparer.Ordinal
        );
    }
}
