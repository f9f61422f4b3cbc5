using System.CommandLine;
using System.Globalization;
using System.Net;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir budgets set</c> and <c>weir budgets remove</c>.</summary>
internal static class BudgetWriting
{
    private static readonly Argument<string> Name = new("name") { Description = "The budget's name" };

    private static readonly Argument<string> Budget = new("budget") { Description = "The budget's name" };

    private static readonly Option<decimal?> Amount = new("--amount")
    {
        Description = "The bound in US dollars",
        HelpName = "USD",
    };

    private static readonly Option<string?> Per = new("--per")
    {
        Description = "The window: hour, day, week, month, or a span that slides, as 24h",
        HelpName = "WINDOW",
    };

    private static readonly Option<string[]> Scope = new("--scope")
    {
        Description = "Whose requests: team=research, key=* …; may be given again; \"\" for all",
        HelpName = "PART=VALUE",
    };

    private static readonly Option<string?> OnExceed = new("--on-exceed")
    {
        Description = "What becomes of requests beyond it: block, approve, downgrade, throttle, warn",
        HelpName = "WORD",
    };

    private static readonly Option<string?> DowngradeTo = new("--downgrade-to")
    {
        Description = "The model to ask for instead, with downgrade",
        HelpName = "MODEL",
    };

    private static readonly Option<string[]> Stage = new("--stage")
    {
        Description =
            "What happens on the way: 80=warn, 90=downgrade:MODEL, 95=throttle:2s; may be given again; \"\" for nothing",
        HelpName = "PERCENT=WORD",
    };

    private static readonly Option<string?> TimeZone = new("--time-zone")
    {
        Description = "Whose midnight counts, as Europe/Berlin",
        HelpName = "ZONE",
    };

    private static readonly Option<string?> WeekStart = new("--week-start")
    {
        Description = "On which day a week begins",
        HelpName = "DAY",
    };

    private static readonly Option<int?> MonthStart = new("--month-start")
    {
        Description = "On which day a month begins, 1 to 31",
        HelpName = "DAY",
    };

    private static readonly Option<string?> Estimate = new("--estimate")
    {
        Description = "What is set aside for a request: worst or learned",
        HelpName = "WORD",
    };

    private static readonly Option<string?> Counts = new("--counts")
    {
        Description = "Which money counts: billed or list",
        HelpName = "WORD",
    };

    private static readonly Option<string?> Unpriced = new("--unpriced")
    {
        Description = "What becomes of requests without a known price: allow or refuse",
        HelpName = "WORD",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Show what would change, and change nothing",
    };

    // By the field of the API, for faults that it tells of.
    private static readonly (string Field, Option Option)[] Fields =
    [
        ("limitUsd", Amount),
        ("window", Per),
        ("scope", Scope),
        ("onExceed", OnExceed),
        ("downgradeTo", DowngradeTo),
        ("stages", Stage),
        ("timeZone", TimeZone),
        ("weekStart", WeekStart),
        ("monthStart", MonthStart),
        ("estimate", Estimate),
        ("counts", Counts),
        ("unpriced", Unpriced),
        ("comment", ConfigVersionCommands.Comment),
    ];

    /// <summary>Makes <c>set</c>.</summary>
    public static Command Set()
    {
        var command = new Command("set", "Add a budget to the configuration, or change what is said of one") { Name };
        foreach (var (_, option) in Fields)
        {
            command.Options.Add(option);
        }

        command.Options.Add(DryRun);
        command.Options.Add(CommonOptions.Json);
        command.Validators.Add(result =>
        {
            foreach (var part in result.GetValue(Scope) ?? [])
            {
                if (part.Length > 0 && part.IndexOf('=', StringComparison.Ordinal) is < 1)
                {
                    result.AddError($"--scope: \"{part}\" is no part of a scope; write it as team=research");
                }
            }

            foreach (var stage in result.GetValue(Stage) ?? [])
            {
                if (stage.Length > 0 && StageOf(stage) is null)
                {
                    result.AddError($"--stage: \"{stage}\" is no stage; write it as 80=warn");
                }
            }
        });
        command
            .WithServer()
            .SetAction(
                (parsed, cancellationToken) =>
                    RunAsync(parsed, client => SetAsync(client, parsed, cancellationToken), cancellationToken)
            );
        return command.WithExamples(
            "weir budgets set research --amount 50 --per month --scope team=research --on-exceed block",
            "weir budgets set research --amount 80 --stage 80=warn --dry-run",
            "weir budgets set each-key --amount 20 --per day --scope \"key=*\" --on-exceed downgrade --downgrade-to claude-haiku-4-5"
        );
    }

    /// <summary>Makes <c>remove</c>.</summary>
    public static Command Remove()
    {
        var command = new Command("remove", "Take a budget out of the configuration")
        {
            Budget,
            DryRun,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed,
                    client =>
                        client.RemoveBudgetAsync(parsed.GetValue(Budget)!, parsed.GetValue(DryRun), cancellationToken),
                    cancellationToken
                )
        );
        return command.WithExamples("weir budgets remove research", "weir budgets remove research --dry-run");
    }

    private static async Task<RuleChange> SetAsync(
        WeirClient client,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        var (name, budget, isTrial) = (parsed.GetValue(Name)!, Written(parsed), parsed.GetValue(DryRun));
        try
        {
            return await client.ChangeBudgetAsync(name, budget, isTrial, cancellationToken);
        }
        catch (WeirApiException none) when (none.Status == HttpStatusCode.NotFound)
        {
            return await client.AddBudgetAsync(budget with { Name = name }, isTrial, cancellationToken);
        }
    }

    private static BudgetEdit Written(ParseResult parsed) =>
        new()
        {
            LimitUsd = parsed.GetValue(Amount),
            Window = parsed.GetValue(Per),
            Scope = parsed.GetValue(Scope) is { Length: > 0 } parts
                ? parts
                    .Where(part => part.Length > 0)
                    .Select(part => part.Split('=', 2))
                    .GroupBy(part => part[0], part => part[1])
                    .ToDictionary(part => part.Key, part => part.Last(), StringComparer.Ordinal)
                : null,
            OnExceed = parsed.GetValue(OnExceed),
            DowngradeTo = parsed.GetValue(DowngradeTo),
            Stages = parsed.GetValue(Stage) is { Length: > 0 } stages
                ? [.. stages.Select(StageOf).OfType<BudgetStageEdit>()]
                : null,
            TimeZone = parsed.GetValue(TimeZone),
            WeekStart = parsed.GetValue(WeekStart),
            MonthStart = parsed.GetValue(MonthStart),
            Estimate = parsed.GetValue(Estimate),
            Counts = parsed.GetValue(Counts),
            Unpriced = parsed.GetValue(Unpriced),
            Comment = parsed.GetValue(ConfigVersionCommands.Comment),
        };

    private static BudgetStageEdit? StageOf(string text)
    {
        if (
            text.Split('=', 2) is not [var percent, { Length: > 0 } what]
            || !int.TryParse(percent, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
        )
        {
            return null;
        }

        var (word, more) = what.Split(':', 2) is [var before, var behind] ? (before, behind) : (what, null);
        return word == "downgrade"
            ? new BudgetStageEdit(at, word, Model: more)
            : new BudgetStageEdit(at, word, Delay: more);
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        Func<WeirClient, Task<RuleChange>> send,
        CancellationToken cancellationToken
    )
    {
        var code = ExitCodes.Ok;
        var ran = await CommandRun.WithServerAsync(
            parsed,
            async client =>
            {
                try
                {
                    Show(parsed, await send(client));
                }
                catch (WeirApiException refusal) when (refusal.Problem.Errors is { } errors)
                {
                    foreach (var (field, message) in errors)
                    {
                        CommandRun.Note($"{OptionOf(field)}: {message}");
                    }

                    code = ExitCodes.WrongUse;
                }
            },
            cancellationToken
        );
        return ran == ExitCodes.Ok ? code : ran;
    }

    private static void Show(ParseResult parsed, RuleChange change)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(change, WeirJsonIndented.Written.RuleChange);
            return;
        }

        Console.Out.Write(change.Diff);
        var name = Figures.Name(change.Name);
        CommandRun.Note(
            change switch
            {
                { Outcome: "same" } => $"\"{name}\" is so already",
                { DryRun: true } => $"\"{name}\" would be {change.Outcome}; nothing was changed",
                _ => string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"{name}\" is {change.Outcome}: version {change.Version} of the configuration"
                ),
            }
        );
    }

    // What the API says of /stages/0/at is said of --stage.
    private static string OptionOf(string field)
    {
        var first = field.TrimStart('/').Split('/')[0];
        var option = Fields.FirstOrDefault(known => known.Field == first).Option;
        return option is null
            ? first.Length == 0
                ? "the budget"
                : first
            : option.Name;
    }
}
