using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir prices</c>.</summary>
internal static class PricesCommand
{
    private static readonly Argument<string[]> Search = new("search")
    {
        Description = "Words that must be in the model's name",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> Since = new("--since")
    {
        Description = "From when: 30d, a day or a time",
        HelpName = "TIME",
        Required = true,
    };

    private static readonly Option<string?> Until = new("--until")
    {
        Description = "Until when; default now",
        HelpName = "TIME",
    };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Compute and change nothing" };

    public static Command Create()
    {
        var command = new Command("prices", "What tokens cost, in US dollars per million")
        {
            Search,
            CommonOptions.Json,
            Reprice(),
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var words = parsed.GetValue(Search) ?? [];
                        var prices = await client.PricesAsync(
                            words.Length == 0 ? null : string.Join(' ', words),
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(prices, WeirJsonIndented.Written.PriceList);
                        }
                        else
                        {
                            Show(prices);
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir prices opus", "weir prices openai gpt --json");
    }

    private static Command Reprice()
    {
        var command = new Command("reprice", "Price history again at the prices in force; the old figures are kept")
        {
            Since,
            Until,
            DryRun,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var result = await client.RepriceAsync(
                            new RepriceRequest
                            {
                                From = parsed.GetValue(Since),
                                To = parsed.GetValue(Until),
                                DryRun = parsed.GetValue(DryRun),
                            },
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(result, WeirJsonIndented.Written.RepriceResult);
                            return;
                        }

                        var table = new TextTable(
                            "PRICES",
                            ">REQUESTS",
                            result.DryRun ? ">WOULD CHANGE" : ">CHANGED",
                            ">BEFORE",
                            ">AFTER"
                        );
                        table.Add(
                            result.PriceVersion,
                            Figures.Count(result.Examined),
                            Figures.Count(result.Changed),
                            Figures.Usd(result.BeforeUsd),
                            Figures.Usd(result.AfterUsd)
                        );
                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir prices reprice --since 30d --dry-run",
            "weir prices reprice --since 2026-07-01"
        );
    }

    private static void Show(PriceList prices)
    {
        CommandRun.Note($"prices {prices.Version}; {prices.Items.Count} entries");
        if (prices.Items.Count == 0)
        {
            return;
        }

        var table = new TextTable(
            "CATALOGUE",
            "MODEL",
            ">INPUT",
            ">OUTPUT",
            ">CACHE READ",
            ">WRITE 5M",
            ">WRITE 1H",
            ">CONTEXT"
        );
        foreach (var item in prices.Items)
        {
            table.Add(
                item.Source == "configuration" ? Own(item.Catalogue) : item.Catalogue ?? "",
                Figures.Name(item.Model),
                Rate(item.Rates.Input),
                Rate(item.Rates.Output),
                Rate(item.Rates.CacheRead),
                Rate(item.Rates.CacheWrite5m),
                Rate(item.Rates.CacheWrite1h),
                item.ContextLimit is { } limit ? Figures.Count(limit) : ""
            );
        }

        table.Write();
    }

    private static string Own(string? provider) =>
        provider is null ? "weir.yaml" : $"weir.yaml: {Figures.Name(provider)}";

    private static string Rate(decimal? rate) =>
        rate?.ToString("0.#########", CultureInfo.InvariantCulture) ?? Figures.Unknown;
}
