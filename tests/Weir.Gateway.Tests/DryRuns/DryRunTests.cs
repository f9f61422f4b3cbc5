using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.Gateway.Tests.DryRuns;

/// <summary>What a dry run makes of records that no running gateway could be made to leave in a moment.</summary>
public sealed class DryRunTests : IAsyncLifetime
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly WorkspaceId Other = new(2);

    private readonly TemporaryFolder folder = new();
    private readonly RecordIdSource ids = new(TimeProvider.System);
    private UsageLedger ledger = null!;

    private static GatewayConfig Plain { get; } =
        new()
        {
            Providers =
            [
                new ProviderConfig
                {
                    Name = "anthropic",
                    Kind = ProviderKind.Anthropic,
                    ApiKey = "sk-1",
                },
                new ProviderConfig
                {
                    Name = "second",
                    Kind = ProviderKind.Anthropic,
                    ApiKey = "sk-2",
                },
            ],
        };

    public ValueTask InitializeAsync()
    {
        ledger = UsageLedger.Open(new LedgerOptions { DataFolder = folder.Path }, TimeProvider.System).Ledger!;
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await ledger.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_claude_code_may_have_asked_beside_the_conversation_is_open_and_a_named_subagent_is_not()
    {
        await ImportAsync(
            Record(1) with
            {
                Client = "claude-code",
                Session = "s",
            },
            Record(2) with
            {
                Client = "claude-code",
                Session = "s",
                Agent = "reviewer-1",
            },
            Record(3) with
            {
                Client = "openai-node",
            }
        );

        var background = await TryAsync(Routed(new RouteConfig { Name = "away", Background = true }));
        Assert.Equal((1, 2), (background.Same, background.Open));
        Assert.Equal(2, background.OpenBy["background"]);
        var subagent = await TryAsync(
            Routed(new RouteConfig { Name = "away", Subagent = new SubagentConfig(true, "reviewer*") })
        );
        Assert.Equal((0, 1, 2), (subagent.Same, subagent.Moved, subagent.Open));
        var unlike = await TryAsync(
            Routed(new RouteConfig { Name = "away", Subagent = new SubagentConfig(true, "writer*") })
        );
        // How its instructions began is not recorded.
        Assert.Equal((0, 0, 3), (unlike.Same, unlike.Moved, unlike.Open));
    }

    [Fact]
    public async Task Weights_draw_as_they_drew_and_a_session_stays_together()
    {
        await ImportAsync([.. Enumerable.Range(0, 200).Select(i => Record(1000 + i) with { Session = $"s{i % 50}" })]);
        var spread = Routed(
            new RouteConfig
            {
                Name = "spread",
                Strategy = RouteStrategy.Weighted,
                Targets = [new TargetConfig("anthropic", null, 80), new TargetConfig("second", null, 20)],
            }
        );

        var first = await TryAsync(spread, spread);
        var moved = await TryAsync(spread);

        Assert.Equal((200L, 0L), (first.Same, first.Open));
        Assert.Equal(0, moved.Open);
        Assert.InRange(moved.Moved, 4, 90);
        Assert.Equal(0, moved.Moved % 4);
    }

    [Fact]
    public async Task Another_workspaces_records_and_those_of_other_witnesses_are_not_looked_at()
    {
        await ImportAsync(
            Record(1),
            Record(2) with
            {
                Workspace = Other,
            },
            Record(3) with
            {
                Source = UsageSource.Transcript,
            },
            Record(60 * 60 * 25)
        );

        Assert.Equal(1, (await TryAsync(Plain)).Total.Requests);
    }

    [Fact]
    public async Task What_was_spent_in_the_window_before_the_span_counts_and_only_that()
    {
        // $2 an hour ago and a week ago; $1 within the last minutes.
        await ImportAsync(
            Record(7200) with
            {
                Cost = Money.FromUsd(2),
            },
            Record(7200) with
            {
                Cost = Money.FromUsd(50),
                Workspace = Other,
            },
            Record(86400 * 6) with
            {
                Cost = Money.FromUsd(2),
            },
            Record(60) with
            {
                Cost = Money.FromUsd(1),
            }
        );

        Assert.Equal(0, Assert.Single((await BudgetAsync(3)).Rules).Refused);
        var tight = Assert.Single((await BudgetAsync(2.5m)).Rules);
        Assert.Equal((1, Money.FromUsd(1)), (tight.Refused, tight.RefusedCost));
        Assert.Equal(Now.AddSeconds(-60), tight.FirstAt);

        Task<DryRunResult> BudgetAsync(decimal usd) =>
            TryAsync(
                Plain with
                {
                    Budgets =
                    [
                        new BudgetConfig
                        {
                            Name = "b",
                            Limit = Money.FromUsd(usd),
                            Window = WindowConfig.Sliding(TimeSpan.FromDays(1)),
                        },
                    ],
                },
                span: TimeSpan.FromHours(1)
            );
    }

    [Fact]
    public async Task What_ran_at_once_waits_for_its_turn()
    {
        await ImportAsync([
            .. Enumerable.Range(0, 6).Select(i => Record(600 - i) with { Duration = TimeSpan.FromSeconds(4.5) }),
        ]);

        var rule = Assert.Single(
            (
                await TryAsync(
                    Plain with
                    {
                        Limits =
                        [
                            new LimitConfig
                            {
                                Name = "two",
                                Bounds = [new LimitBound(Measure.Concurrent, 2, WindowConfig.Forever)],
                            },
                        ],
                    }
                )
            ).Rules
        );

        // Seconds 0 and 1 are let in; 2, 3 and 4 find both under way; 5 finds the first ended.
        Assert.Equal((0, 3), (rule.Refused, rule.Waited));
    }

    [Fact]
    public async Task Absurd_figures_and_names_end_nothing()
    {
        await ImportAsync(
            Record(1) with
            {
                Cost = new Money(long.MaxValue),
                Usage = new TokenUsage { Input = long.MaxValue, Output = long.MaxValue },
            },
            Record(2) with
            {
                Cost = new Money(long.MaxValue),
                RequestedModel = new string('x', 256),
                Session = null,
                Duration = TimeSpan.FromDays(5_000_000),
            },
            Record(3) with
            {
                RequestedModel = null,
                Dialect = Dialect.PassThrough,
                Provider = null,
            }
        );

        var result = await TryAsync(
            Routed(
                new RouteConfig
                {
                    Name = "cheap",
                    Strategy = RouteStrategy.Cost,
                    Targets = [new TargetConfig("anthropic", null), new TargetConfig("second", "claude-haiku-4-5")],
                }
            ) with
            {
                Budgets = [new BudgetConfig { Name = "b", Limit = Money.FromUsd(1) }],
            }
        );

        Assert.Equal((3, 1), (result.Total.Requests, result.Unrouted));
    }

    private static GatewayConfig Routed(RouteConfig route) =>
        Plain with
        {
            Routes = [route.Targets.IsEmpty ? route with { Targets = [new TargetConfig("second", null)] } : route],
        };

    private async Task<DryRunResult> TryAsync(GatewayConfig tried, GatewayConfig? inForce = null, TimeSpan? span = null)
    {
        var prices = new PriceBook().Current;
        var (result, fault) = await ModelGateway.DryRunAsync(
            new DryRunQuery
            {
                Workspace = WorkspaceId.Default,
                From = Now - (span ?? TimeSpan.FromDays(1)),
                To = Now,
                InForce = new DryRunDocuments(inForce ?? Plain, [], prices),
                Tried = new DryRunDocuments(tried, [], prices),
            },
            ledger,
            Token
        );
        Assert.Null(fault);
        return result!;
    }

    private async Task ImportAsync(params UsageRecord[] records) =>
        await ledger.ImportAsync([.. records.OrderBy(record => record.Id.Value)], Token);

    private UsageRecord Record(int secondsAgo) =>
        new()
        {
            Id = ids.Next(),
            Workspace = WorkspaceId.Default,
            StartedAt = Now.AddSeconds(-secondsAgo),
            Duration = TimeSpan.FromSeconds(1),
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            Dialect = Dialect.AnthropicMessages,
            Provider = "anthropic",
            Model = "claude-sonnet-5",
            RequestedModel = "claude-sonnet-5",
            Usage = new TokenUsage { Input = 100, Output = 10 },
            Billing = Billing.Metered,
            Cost = Money.FromUsd(0.001m),
        };
}
