using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir config dry-run</c>.</summary>
internal static class ConfigDryRunCommand
{
    private const int MostShown = 20;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The whole new text; - for standard input" };
        var since = new Option<string>("--since")
        {
            Description = "How far back to look, up to 7d",
            HelpName = "SPAN",
            DefaultValueFactory = _ => "24h",
        };
        var command = new Command(
            "dry-run",
            "What a file in the place of the configuration would have done to the requests of the past"
        )
        {
            file,
            since,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (await ConfigCommand.ReadAsync(parsed.GetValue(file)!, cancellationToken) is not { } text)
                {
                    return ExitCodes.WrongUse;
                }

                return await CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var result = await client.DryRunConfigAsync(
                            new ConfigDryRun(text, parsed.GetValue(since)),
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(result, WeirJsonIndented.Written.ConfigDryRunResult);
                        }
                        else
                        {
                            Write(result);
                        }
                    },
                    cancellationToken
                );
            }
        );
        return command.WithExamples(
            "weir config dry-run weir.yaml",
            "weir config dry-run weir.yaml --since 7d --json",
            "weir config show | sed s/claude-opus/claude-sonnet/ | weir config dry-run -"
        );
    }

    private static void Write(ConfigDryRunResult result)
    {
        var cost = result.Cost;
        Line(
            "requests",
            $"{Figures.Count(result.Requests)} since {Figures.LocalTime(result.From)}{(result.More ? "; older ones were left out" : "")}"
        );
        Line("same", Figures.Count(result.Same));
        Line("moved", Figures.Count(result.Moved));
        Line("refused", Figures.Count(result.Refused));
        if (result.Open > 0)
        {
            var by = result.OpenBy.Select(open => $"{open.Key} {Figures.Count(open.Value)}");
            Line("open", $"{Figures.Count(result.Open)}: records do not tell of {string.Join(", ", by)}");
        }

        if (result.Unrouted > 0)
        {
            Line("unrouted", Figures.Count(result.Unrouted));
        }

        Line(
            "cost",
            $"{Figures.Usd(cost.BeforeUsd)} then, {Figures.Usd(cost.AfterUsd)} so, of {Figures.Count(cost.Compared)} requests"
        );
        if (cost.Unpriced + cost.UnpricedAfter > 0)
        {
            Line(
                "unpriced",
                $"{Figures.Count(cost.Unpriced)} then, {Figures.Count(cost.UnpricedAfter)} so: their prices are not known"
            );
        }

        WriteRules(result.Rules);
        WriteRows(result);
    }

    private static void WriteRules(IReadOnlyList<ConfigDryRunRule> rules)
    {
        if (rules.Count == 0)
        {
            return;
        }

        Console.Out.WriteLine();
        var table = new TextTable(
            "RULE",
            "COUNTS",
            "WINDOW",
            ">REFUSED",
            ">COST",
            "FIRST",
            "WHOSE",
            ">WAITED",
            ">OTHER MODEL",
            ">WARNED"
        );
        foreach (var rule in rules)
        {
            table.Add(
                $"{rule.Kind} {Figures.Name(rule.Name)}",
                rule.Counts,
                rule.Window ?? "",
                Figures.Count(rule.Refused),
                Figures.Usd(rule.RefusedUsd),
                rule.FirstAt is { } at ? Figures.LocalTime(at) : "never",
                rule.FirstScope is { } scope ? Figures.Name(scope) : "",
                Figures.Count(rule.Waited),
                Figures.Count(rule.Downgraded),
                Figures.Count(rule.Warned)
            );
        }

        table.Write();
    }

    private static void WriteRows(ConfigDryRunResult result)
    {
        var rows = result.Rows.Where(row => row.Outcome != "same" || row.Cost.BeforeUsd != row.Cost.AfterUsd).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        Console.Out.WriteLine();
        var table = new TextTable(">REQUESTS", "MODEL", "KEY", "CLIENT", "WENT", "WOULD GO", ">THEN", ">SO");
        foreach (var row in rows.Take(MostShown))
        {
            table.Add(
                Figures.Count(row.Requests),
                Figures.Name(row.Model),
                row.Key is { } key ? Figures.Name(key) : "",
                row.Client is { } client ? Figures.Name(client) : "",
                Place(row.Went),
                row.Outcome switch
                {
                    "open" => $"open: {string.Join(", ", row.Open)}",
                    "refused" => string.Create(CultureInfo.InvariantCulture, $"refused, {row.Refusal?.Status}"),
                    _ => Place(row.WouldGo ?? row.Went),
                },
                Figures.Usd(row.Cost.CostUsd),
                row.Cost.Compared == row.Requests ? Figures.Usd(row.Cost.AfterUsd) : "?"
            );
        }

        table.Write();
        if (rows.Count > MostShown || result.RowsLeftOut > 0)
        {
            CommandRun.Note("there are more rows: --json shows up to 200");
        }
    }

    private static string Place(ConfigDryRunPlace place) =>
        place.Provider is { } provider
            ? Figures.Name(place.Model is { } model ? $"{provider} {model}" : provider)
            : "nowhere";

    private static void Line(string name, string text) => Console.Out.WriteLine($"{name, -9} {text}");
}
