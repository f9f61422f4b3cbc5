using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway.Admission;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Tests.Configuration;

/// <summary>What <c>budgets</c> and <c>limits</c> say.</summary>
public sealed class BudgetReaderTests
{
    [Fact]
    public void The_contracts_own_example_is_read()
    {
        var (budgets, limits, faults) = Read(
            """
            budgets:
              - { name: team, scope: { workspace: default }, limitUsd: 500, window: month, onExceed: block }
            limits:
              - { scope: { key: "*" }, requestsPerMinute: 600, tokensPerMinute: 2000000, concurrent: 50 }
            """
        );

        Assert.Empty(faults);
        var budget = Assert.Single(budgets);
        Assert.Equal(
            ("team", "default", Money.FromUsd(500), WindowKind.Month, StageAction.Block),
            (budget.Name, budget.Scope.Workspace, budget.Limit, budget.Window.Kind, budget.OnExceed.Action)
        );
        Assert.Equal(
            (EstimateMode.Worst, CostBasis.Billed, false),
            (budget.Estimate, budget.Counts, budget.RefusesUnpriced)
        );
        var limit = Assert.Single(limits);
        Assert.Equal(("limit-1", "*", 100), (limit.Name, limit.Scope.Key, limit.CacheReadPercent));
        var minute = WindowConfig.Sliding(TimeSpan.FromMinutes(1));
        Assert.Equal(
            [
                new LimitBound(Measure.Requests, 600, minute),
                new LimitBound(Measure.Tokens, 2_000_000, minute),
                new LimitBound(Measure.Concurrent, 50, WindowConfig.Forever),
            ],
            limit.Bounds
        );
    }

    [Fact]
    public void Everything_that_can_be_said_is_read()
    {
        var (budgets, limits, faults) = Read(
            """
            budgets:
              - name: everything
                scope: { organisation: acme, team: "*", user: ann, key: "ci-*", model: "claude-*", provider: anthropic, tag.project: weir }
                limitUsd: 12.5
                window: week
                timeZone: Europe/Berlin
                weekStart: sunday
                estimate: learned
                counts: list
                unpriced: refuse
                stages:
                  - { at: 90, do: downgrade, model: claude-haiku-4-5 }
                  - { at: 50, do: warn }
                  - { at: 80, do: throttle, delay: 2s }
                  - { at: 85, do: throttle }
                onExceed: approve
              - { name: slides, limitUsd: 1, window: 5h, onExceed: downgrade, downgradeTo: sim-small }
              - { name: from-the-15th, limitUsd: 0, window: month, monthStart: 15 }
            limits:
              - { name: tokens, inputTokensPerHour: 1, outputTokensPerDay: 2, cacheReadPercent: 10, estimate: worst }
            """
        );

        Assert.Empty(faults);
        var all = budgets[0];
        Assert.Equal(
            new AdmissionScope
            {
                Organisation = "acme",
                Team = "*",
                User = "ann",
                Key = "ci-*",
                Model = "claude-*",
                Provider = "anthropic",
                TagName = "project",
                Tag = "weir",
            },
            all.Scope
        );
        Assert.Equal(
            WindowConfig.Week with
            {
                Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
                WeekStart = DayOfWeek.Sunday,
            },
            all.Window
        );
        Assert.Equal(
            [
                new BudgetStage(50, StageAction.Warn),
                new BudgetStage(80, StageAction.Throttle, Delay: TimeSpan.FromSeconds(2)),
                new BudgetStage(85, StageAction.Throttle),
                new BudgetStage(90, StageAction.Downgrade, "claude-haiku-4-5"),
            ],
            all.Stages
        );
        Assert.Equal(
            (EstimateMode.Learned, CostBasis.List, true, StageAction.Approve),
            (all.Estimate, all.Counts, all.RefusesUnpriced, all.OnExceed.Action)
        );
        Assert.Equal(WindowConfig.Sliding(TimeSpan.FromHours(5)), budgets[1].Window);
        Assert.Equal(new BudgetStage(100, StageAction.Downgrade, "sim-small"), budgets[1].OnExceed);
        Assert.Equal((15, Money.Zero), (budgets[2].Window.MonthStart, budgets[2].Limit));
        Assert.Equal((10, EstimateMode.Worst), (limits[0].CacheReadPercent, limits[0].Estimate));
        Assert.Equal([Measure.InputTokens, Measure.OutputTokens], limits[0].Bounds.Select(b => b.Measure));
    }

    [Theory]
    [InlineData("budgets: 5", "1:10 budgets")]
    [InlineData("budgets:\n  - 5", "2:5 budgets[0]")]
    [InlineData("budgets:\n  - { limitUsd: 5 }", "2:5 budgets[0].name")]
    [InlineData("budgets:\n  - { name: a }", "2:5 budgets[0].limitUsd")]
    [InlineData("budgets:\n  - { name: a, limitUsd: -5 }", "2:26 budgets[0].limitUsd")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5 }\n  - { name: A, limitUsd: 5 }", "3:13 budgets[1].name")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, window: fortnight }", "2:37 budgets[0].window")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, window: 1s }", "2:37 budgets[0].window")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, timeZone: Mars/Base }", "2:39 budgets[0].timeZone")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, window: 5h, timeZone: UTC }", "2:51 budgets[0].timeZone")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, weekStart: monday }", "2:40 budgets[0].weekStart")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, window: day, monthStart: 3 }", "2:54 budgets[0].monthStart")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, onExceed: downgrade }", "2:5 budgets[0].downgradeTo")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, onExceed: explode }", "2:39 budgets[0].onExceed")]
    [InlineData(
        "budgets:\n  - { name: a, limitUsd: 5, stages: [{ at: 100, do: warn }] }",
        "2:44 budgets[0].stages[0].at"
    )]
    [InlineData(
        "budgets:\n  - { name: a, limitUsd: 5, stages: [{ at: 5, do: downgrade }] }",
        "2:38 budgets[0].stages[0].model"
    )]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, scope: { tem: x } }", "2:38 budgets[0].scope.tem")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, scope: { tag.a: x, tag.b: y } }", "2:55 budgets[0].scope.tag.b")]
    [InlineData("budgets:\n  - { name: a, limitUsd: 5, limt: 7 }", "2:29 budgets[0].limt")]
    [InlineData("limits:\n  - { scope: { key: x } }", "2:5 limits[0].requestsPerMinute")]
    [InlineData("limits:\n  - { concurrent: -1 }", "2:19 limits[0].concurrent")]
    [InlineData("limits:\n  - { requestsPerYear: 1, concurrent: 5 }", "2:7 limits[0].requestsPerYear")]
    public void A_fault_is_named_where_it_stands(string text, string expected)
    {
        var (_, _, faults) = Read(text);

        var fault = Assert.Single(faults);
        Assert.Equal(expected, $"{fault.Line}:{fault.Column} {fault.Key}");
    }

    [Fact]
    public void A_workspace_speaks_for_itself_alone()
    {
        var (_, _, faults) = Read(
            "budgets:\n  - { name: a, limitUsd: 5, scope: { workspace: other, organisation: \"*\", team: x } }",
            isServers: false
        );

        Assert.Equal(["budgets[0].scope.workspace", "budgets[0].scope.organisation"], faults.Select(f => f.Key));
    }

    [Fact]
    public void Both_documents_hold_to_them()
    {
        const string Text = "version: 1\nbudgets: [{ name: a, limitUsd: 5 }]\nlimits: [{ concurrent: 3 }]";

        foreach (
            var result in new[]
            {
                ConfigReader.Read(Text, _ => null),
                WorkspaceReader.Read(Text, new WorkspaceTerms([], AddressPolicy.Server)),
            }
        )
        {
            Assert.Empty(result.Faults);
            Assert.Equal("a", Assert.Single(result.Config!.Gateway.Budgets).Name);
            Assert.Single(result.Config.Gateway.Limits);
        }
    }

    private static (
        ImmutableArray<BudgetConfig> Budgets,
        ImmutableArray<LimitConfig> Limits,
        ImmutableArray<ConfigFault> Faults
    ) Read(string text, bool isServers = true)
    {
        var reading = new ConfigReading(isServers ? _ => null : null);
        var root = YamlTree.Read(text, reading.Sink);
        var document = MapReader.Of(reading, root!, "")!;
        var budgets = BudgetReader.Read(reading, document, isServers);
        var limits = LimitReader.Read(reading, document, isServers);
        document.Finish();
        return (budgets, limits, [.. reading.Faults]);
    }
}
