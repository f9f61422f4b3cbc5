using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir budgets</c>.</summary>
internal static class BudgetsCommand
{
    private const int BarWidth = 16;

    private static readonly Argument<string> Budget = new("budget") { Description = "The budget's name" };

    private static readonly Argument<string> Grant = new("grant") { Description = "The grant's id" };

    private static readonly Option<decimal> Usd = new("--usd")
    {
        Description = "How much more, in US dollars",
        HelpName = "AMOUNT",
        Required = true,
    };

    private static readonly Option<string> For = new("--for")
    {
        Description = "For how long: 30m, 2h, 7d",
        HelpName = "SPAN",
        DefaultValueFactory = _ => "24h",
    };

    private static readonly Option<string[]> Scope = new("--scope")
    {
        Description = "Which counter, where the budget has several: key=ci; may be given again",
        HelpName = "PART=VALUE",
    };

    private static readonly Option<string?> Reason = new("--reason")
    {
        Description = "Why, for the audit trail",
        HelpName = "TEXT",
    };

    public static Command Create()
    {
        var command = new Command("budgets", "How budgets and limits stand, setting them, and more room for them")
        {
            List(),
            BudgetWriting.Set(),
            BudgetWriting.Remove(),
            Give(),
            End(),
        };
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "The budgets and limits that hold, and how they stand")
        {
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var list = await client.BudgetsAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(list, WeirJsonIndented.Written.BudgetList);
                        }
                        else
                        {
                            Show(list);
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir budgets list", "weir budgets list --json");
    }

    private static Command Give()
    {
        var command = new Command("grant", "Give a budget more room for a time")
        {
            Budget,
            Usd,
            For,
            Scope,
            Reason,
            CommonOptions.Json,
        }.WithServer();
        command.Validators.Add(result =>
        {
            if (
                result.GetValue(For) is { } span
                && (!TimeSpans.TryParse(span, out var length) || length <= TimeSpan.Zero)
            )
            {
                result.AddError($"--for: \"{span}\" is no span of time; write it as 30m, 2h or 7d");
            }

            foreach (var part in result.GetValue(Scope) ?? [])
            {
                if (part.IndexOf('=', StringComparison.Ordinal) is < 1)
                {
                    result.AddError($"--scope: \"{part}\" is no part of a scope; write it as key=ci");
                }
            }
        });
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed,
                    client =>
                    {
                        // Its validator has seen to it.
                        _ = TimeSpans.TryParse(parsed.GetValue(For)!, out var length);
                        return client.GrantBudgetAsync(
                            parsed.GetValue(Budget)!,
                            new NewBudgetGrantItem
                            {
                                AmountUsd = parsed.GetValue(Usd),
                                Until = TimeProvider.System.GetUtcNow() + length,
                                Scope = (parsed.GetValue(Scope) ?? [])
                                    .Select(part => part.Split('=', 2))
                                    .GroupBy(part => part[0], part => part[1])
                                    .ToDictionary(part => part.Key, part => part.Last(), StringComparer.Ordinal),
                                Reason = parsed.GetValue(Reason),
                            },
                            cancellationToken
                        );
                    },
                    grant =>
                        $"\"{Figures.Name(grant.Budget)}\" has {Figures.Usd(grant.AmountUsd)} more until {Figures.LocalTime(grant.Until)} ({grant.Id})",
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir budgets grant team --usd 50 --for 7d --reason \"release week\"",
            "weir budgets grant each --usd 5 --for 2h --scope key=ci"
        );
    }

    private static Command End()
    {
        var command = new Command("end", "End a grant before its time")
        {
            Budget,
            Grant,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed,
                    client =>
                        client.EndBudgetGrantAsync(
                            parsed.GetValue(Budget)!,
                            parsed.GetValue(Grant)!,
                            cancellationToken
                        ),
                    grant => $"\"{Figures.Name(grant.Budget)}\" has {Figures.Usd(grant.AmountUsd)} less again",
                    cancellationToken
                )
        );
        return command.WithExamples("weir budgets end team grt_5dJ0aWmQ2xYbTz");
    }

    private static Task<int> RunAsync(
        ParseResult parsed,
        Func<WeirClient, Task<BudgetGrantItem>> send,
        Func<BudgetGrantItem, string> tell,
        CancellationToken cancellationToken
    ) =>
        CommandRun.WithServerAsync(
            parsed,
            async client =>
            {
                var grant = await send(client);
                if (parsed.GetValue(CommonOptions.Json))
                {
                    CommandRun.WriteJson(grant, WeirJsonIndented.Written.BudgetGrantItem);
                }
                else
                {
                    CommandRun.Note(tell(grant));
                }
            },
            cancellationToken
        );

    private static void Show(BudgetList list)
    {
        if (list.Budgets.Count == 0 && list.Limits.Count == 0)
        {
            CommandRun.Note("there is no budget and no limit: weir budgets set, or the configuration, makes some");
            return;
        }

        if (list.Budgets.Count > 0)
        {
            var table = new TextTable(
                "BUDGET",
                "FOR",
                "WINDOW",
                "",
                ">SPENT",
                ">RESERVED",
                ">LEFT",
                ">LIMIT",
                "RESETS"
            );
            foreach (var budget in list.Budgets)
            {
                foreach (var counter in budget.Counters)
                {
                    var bound = budget.LimitUsd + counter.GrantedUsd;
                    table.Add(
                        Figures.Name(budget.Name),
                        Whose(counter.Scope),
                        budget.Window,
                        bound > 0 ? Meter.Of((double)(counter.SpentUsd / bound), BarWidth) : "",
                        Figures.Usd(counter.SpentUsd),
                        Figures.Usd(counter.ReservedUsd),
                        Figures.Usd(counter.RemainingUsd),
                        Figures.Usd(bound),
                        counter.ResetsAt is { } at ? Figures.LocalTime(at) : ""
                    );
                }
            }

            table.Write();
        }

        if (list.Limits.Count > 0)
        {
            var table = new TextTable("LIMIT", "FOR", "OF", "WINDOW", ">USED", ">LEFT", ">BOUND");
            foreach (var limit in list.Limits)
            {
                foreach (var counter in limit.Counters)
                {
                    table.Add(
                        Figures.Name(limit.Name),
                        Whose(counter.Scope),
                        limit.Measure.Replace('_', ' '),
                        limit.Window ?? "at once",
                        Figures.Count(counter.Used + counter.Reserved),
                        Figures.Count(counter.Remaining),
                        Figures.Count(limit.Bound)
                    );
                }
            }

            table.Write();
        }
    }

    private static string Whose(IReadOnlyDictionary<string, string> scope) =>
        scope.Count == 0
            ? "all"
            : string.Join(
                ", ",
                scope.Select(part =>
                    string.Create(CultureInfo.InvariantCulture, $"{part.Key} {Figures.Name(part.Value)}")
                )
            );
}
