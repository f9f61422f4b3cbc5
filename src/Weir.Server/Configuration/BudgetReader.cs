using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Admission;

namespace Weir.Server.Configuration;

/// <summary>Reads the list <c>budgets</c>.</summary>
internal static class BudgetReader
{
    private const int MostBudgets = 200;
    private const int MostStages = 8;
    private const decimal MostUsd = 1_000_000_000m;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    private static readonly FrozenDictionary<string, StageAction> Actions = Enum.GetValues<StageAction>()
        .ToFrozenDictionary(a => a.ToString().ToLowerInvariant(), a => a, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, CostBasis> Bases = new Dictionary<string, CostBasis>(
        StringComparer.Ordinal
    )
    {
        ["billed"] = CostBasis.Billed,
        ["list"] = CostBasis.List,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, bool> Unpriced = new Dictionary<string, bool>(
        StringComparer.Ordinal
    )
    {
        ["allow"] = false,
        ["refuse"] = true,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How much is set aside: for limits too.</summary>
    internal static FrozenDictionary<string, EstimateMode> Estimates { get; } =
        Enum.GetValues<EstimateMode>()
            .ToFrozenDictionary(e => e.ToString().ToLowerInvariant(), e => e, StringComparer.Ordinal);

    /// <summary>The budgets that could be read.</summary>
    /// <param name="reading">Where faults go.</param>
    /// <param name="document">The document.</param>
    /// <param name="isServers">Whether it is the server's.</param>
    public static ImmutableArray<BudgetConfig> Read(ConfigReading reading, MapReader document, bool isServers)
    {
        var budgets = ImmutableArray.CreateBuilder<BudgetConfig>();
        foreach (
            var (map, name) in RuleNames.Read(reading, document, "budgets", "budget", MostBudgets, isRequired: true)
        )
        {
            if (!map.Has("limitUsd"))
            {
                map.Take("limitUsd");
                map.Missing("limitUsd", "write the bound in US dollars, as \"limitUsd: 500\"");
            }

            var stages = Stages(reading, map);
            var exceed = map.Word("onExceed", Actions) ?? StageAction.Block;
            if (exceed == StageAction.Downgrade && !map.Has("downgradeTo"))
            {
                map.Missing("downgradeTo", "name the model to ask for instead");
            }
            else if (exceed != StageAction.Downgrade && map.Has("downgradeTo"))
            {
                map.Fault("downgradeTo", "belongs to \"onExceed: downgrade\"", "remove it");
            }

            var budget = new BudgetConfig
            {
                Name = name,
                Scope = ScopeReader.Read(map, isServers),
                Limit = Money.FromUsd(map.Amount("limitUsd", MostUsd, "US dollars") ?? 0),
                Window = WindowReader.Read(map),
                OnExceed = new BudgetStage(100, exceed, map.Text("downgradeTo")),
                Stages = stages,
                Estimate = map.Word("estimate", Estimates) ?? EstimateMode.Worst,
                Counts = map.Word("counts", Bases) ?? CostBasis.Billed,
                RefusesUnpriced = map.Word("unpriced", Unpriced) ?? false,
            };
            map.Finish();
            budgets.Add(budget);
        }

        return budgets.ToImmutable();
    }

    private static ImmutableArray<BudgetStage> Stages(ConfigReading reading, MapReader budget)
    {
        var stages = new List<BudgetStage>();
        foreach (var (node, path) in budget.List("stages"))
        {
            if (MapReader.Of(reading, node, path) is not { } map)
            {
                continue;
            }

            if (Stage(map) is { } stage)
            {
                if (stages.Exists(s => s.Percent == stage.Percent && s.Action == stage.Action))
                {
                    map.Fault("at", "the same stage stands here a second time");
                }

                stages.Add(stage);
            }

            map.Finish();
        }

        if (stages.Count > MostStages)
        {
            budget.Fault("stages", $"a budget has at most {MostStages} stages");
        }

        return [.. stages.OrderBy(s => s.Percent)];
    }

    private static BudgetStage? Stage(MapReader map)
    {
        if (!map.Has("at"))
        {
            map.Missing("at", "write the share of the bound in percent, as \"at: 80\"");
        }

        if (!map.Has("do"))
        {
            map.Missing("do", "write what happens, as \"do: warn\"");
        }

        var percent = map.Whole("at", 1, 99);
        var action = map.Word("do", Actions);
        var model = map.Text("model");
        var delay = map.Duration("delay", TimeSpan.FromMilliseconds(1), LongestDelay);
        if (action == StageAction.Downgrade && !map.Has("model"))
        {
            map.Missing("model", "name the model to ask for instead");
        }
        else if (action is not null and not StageAction.Downgrade && map.Has("model"))
        {
            map.Fault("model", "belongs to \"do: downgrade\"", "remove it");
        }

        if (action is not null and not StageAction.Throttle && map.Has("delay"))
        {
            map.Fault("delay", "belongs to \"do: throttle\"", "remove it");
        }

        return percent is { } at && action is { } does ? new BudgetStage((int)at, does, model, delay) : null;
    }
}
