using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir privacy</c>.</summary>
internal static class PrivacyCommand
{
    private static readonly Argument<string> User = new("user")
    {
        Description = "A user's name or id, or what requests call somebody, exactly",
    };

    private static readonly Option<string[]> Also = new("--also")
    {
        Description = "What else requests call him, as an address of mail",
        HelpName = "NAME",
    };

    private static readonly Option<bool> Content = new("--content")
    {
        Description = "Also what was said in his sessions, where it is kept",
    };

    private static readonly Option<string?> To = new("--output", "-o")
    {
        Description = "Where to write; without it, standard output",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Yes = new("--yes")
    {
        Description = "Do it: without it you are only told what there is",
    };

    private static readonly Option<string> By = new("--by")
    {
        Description =
            "Group by model, requestedModel, provider, team, project, client, source, status, route, day, week, month",
        HelpName = "NAMES",
        DefaultValueFactory = _ => "model",
    };

    private static readonly Option<string> Since = new("--since")
    {
        Description = "From when, whole days: 30d or a day",
        HelpName = "TIME",
        DefaultValueFactory = _ => "30d",
    };

    private static readonly Option<string?> Until = new("--until")
    {
        Description = "Until when; default today",
        HelpName = "TIME",
    };

    private static readonly Option<int> AtLeast = new("--at-least")
    {
        Description = "Of how many people every row is at least, 3 or more",
        HelpName = "K",
        DefaultValueFactory = _ => 5,
    };

    public static Command Create() =>
        new("privacy", "Export and erase what is kept of a person; figures that tell of nobody")
        {
            Export(),
            Erase(),
            Anonymous(),
        };

    private static Command Export()
    {
        var command = new Command("export", "Write everything that is kept of a person, as JSON lines")
        {
            User,
            Also,
            Content,
            To,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var query = new UsageQueryString()
                            .With("user", parsed.GetValue(User))
                            .With("content", parsed.GetValue(Content) ? "true" : null);
                        foreach (var name in parsed.GetValue(Also) ?? [])
                        {
                            query.With("also", name);
                        }

                        await client.ExportPersonAsync(
                            query,
                            () => ResultFile.Open(parsed.GetValue(To)),
                            cancellationToken
                        );
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir privacy export ada -o ada.ndjson",
            "weir privacy export ada --also ada@example.org --content"
        );
    }

    private static Command Erase()
    {
        var command = new Command(
            "erase",
            "Forget a person: account, keys, sessions and content go, figures stay under a pseudonym"
        )
        {
            User,
            Also,
            Yes,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var result = await client.EraseAsync(
                            new ErasureRequest
                            {
                                User = parsed.GetValue(User),
                                Also = parsed.GetValue(Also),
                                DryRun = !parsed.GetValue(Yes),
                            },
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(result, WeirJsonIndented.Written.ErasureResult);
                            return;
                        }

                        Tell(result);
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir privacy erase ada --also ada@example.org",
            "weir privacy erase ada --also ada@example.org --yes"
        );
    }

    private static Command Anonymous()
    {
        var command = new Command("figures", "Sums that tell of no single person, to give to others")
        {
            By,
            Since,
            Until,
            AtLeast,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithUsageAsync(
                    parsed,
                    async client =>
                    {
                        var figures = await client.AnonymousFiguresAsync(
                            new UsageQueryString()
                                .With("groupBy", parsed.GetValue(By))
                                .With("from", parsed.GetValue(Since))
                                .With("to", parsed.GetValue(Until))
                                .With("atLeast", parsed.GetValue(AtLeast).ToString(CultureInfo.InvariantCulture)),
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(figures, WeirJsonIndented.Written.AnonymousFigures);
                            return;
                        }

                        Show(figures, parsed.GetValue(By)!.Split(',', StringSplitOptions.RemoveEmptyEntries));
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir privacy figures --by team,model --since 90d",
            "weir privacy figures --by month,model --at-least 10 --json"
        );
    }

    private static void Show(AnonymousFigures figures, string[] groups)
    {
        var table = new TextTable([
            .. groups.Select(name => name.ToUpperInvariant()),
            ">PEOPLE",
            ">REQUESTS",
            ">INPUT",
            ">OUTPUT",
            ">COST",
        ]);
        foreach (var row in figures.Rows)
        {
            table.Add(
                groups
                    .Select(
                        (name, i) =>
                            row.IsRest ? (i == 0 ? "(others)" : "") : Figures.Name(row.Keys.GetValueOrDefault(name))
                    )
                    .Concat([
                        Figures.Count(row.People),
                        Figures.Count(row.Requests),
                        Figures.Count(row.InputTokens + row.CacheReadTokens),
                        Figures.Count(row.OutputTokens),
                        Figures.Cost(row.CostUsd, row.UnpricedRequests),
                    ])
            );
        }

        table.Write();
        CommandRun.Note(
            figures.WithheldRows == 0
                ? $"every row is of {figures.AtLeast} people or more"
                : $"every row is of {figures.AtLeast} people or more; {figures.WithheldRows} combinations of fewer are withheld"
        );
    }

    private static void Tell(ErasureResult result)
    {
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"{(result.IsUser ? "a user, " : "")}{result.Records:N0} requests, {result.Sessions:N0} sessions, {result.Keys:N0} keys"
        );
        if (result.DryRun)
        {
            Console.Out.WriteLine($"found: {found}");
            CommandRun.Note("nothing was changed: add --yes to erase, which cannot be undone");
            return;
        }

        Console.Out.WriteLine($"erased: {found}; the figures go by {result.Pseudonym}");
        foreach (var left in result.Left)
        {
            CommandRun.Note(left);
        }
    }
}
