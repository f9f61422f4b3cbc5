using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir blocks</c>.</summary>
internal static class BlocksCommand
{
    private const int BarWidth = 16;

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

    private static readonly Option<bool> Active = new("--active") { Description = "The running block alone" };

    private static readonly Option<bool> Gaps = new("--gaps") { Description = "The silences between blocks too" };

    private static readonly Option<string?> Client = new("--client")
    {
        Description = "Of this program alone, as claude-code; default all coding agents",
        HelpName = "NAME",
    };

    public static Command Create()
    {
        var command = new Command("blocks", "What coding agents used in each window of five hours")
        {
            Since,
            Until,
            Active,
            Gaps,
            Client,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir blocks",
            "weir blocks --active",
            "weir blocks --since 30d --client claude-code --json"
        );
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var query = new UsageQueryString().With("from", parsed.GetValue(Since)).With("to", parsed.GetValue(Until));
        query.With("client", parsed.GetValue(Client));
        query.With("gaps", parsed.GetValue(Gaps) ? "true" : null);
        query.With("active", parsed.GetValue(Active) ? "true" : null);
        return CommandRun.WithUsageAsync(
            parsed,
            async client =>
            {
                var list = await client.BlocksAsync(query, cancellationToken);
                if (parsed.GetValue(CommonOptions.Json))
                {
                    CommandRun.WriteJson(list, WeirJsonIndented.Written.BlockList);
                }
                else
                {
                    Show(list, parsed.GetValue(Active));
                }
            },
            cancellationToken
        );
    }

    private static void Show(BlockList list, bool activeAlone)
    {
        if (list.Blocks.Count == 0)
        {
            CommandRun.Note(activeAlone ? "no block is running" : "nothing was used");
            return;
        }

        var most = list.Blocks.Max(block => block.CostUsd);
        var table = new TextTable(
            "BLOCK",
            ">REQUESTS",
            ">INPUT",
            ">CACHE READ",
            ">CACHE WRITE",
            ">OUTPUT",
            ">COST",
            "",
            "MODELS"
        );
        foreach (var block in list.Blocks)
        {
            if (block.IsGap)
            {
                table.Add($"{Figures.LocalTime(block.Start)}  {Figures.Span(block.End - block.Start)} of silence");
                continue;
            }

            table.Add(
                BlockText.Range(block) + (block.IsActive ? "  now" : ""),
                Figures.Count(block.Requests),
                Figures.Count(block.InputTokens),
                Figures.Count(block.CacheReadTokens),
                Figures.Count(block.CacheWrite5mTokens + block.CacheWrite1hTokens),
                Figures.Count(block.OutputTokens),
                Figures.Usd(block.CostUsd),
                Meter.Of(most == 0 ? 0 : (double)(block.CostUsd / most), BarWidth),
                string.Join(", ", block.Models.Select(Figures.Name))
            );
        }

        table.Write();
        foreach (var block in list.Blocks.Where(block => block.IsActive))
        {
            ShowRunning(block);
        }
    }

    private static void ShowRunning(BlockItem block)
    {
        foreach (var line in BlockText.Running(block))
        {
            CommandRun.Note(line);
        }
    }
}
