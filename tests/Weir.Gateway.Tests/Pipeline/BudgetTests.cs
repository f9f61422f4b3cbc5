using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>Budgets and limits on the way of real requests.</summary>
public sealed class BudgetTests
{
    private const string Model = "claude-sonnet-4-5";

    // At list price 3 and 15 dollars for a million: 3,000 and 15,000 nano-dollars a token.
    private static readonly VendorCompletion Reply = new()
    {
        Id = "msg_1",
        Model = Model,
        Usage = new TokenUsage { Input = 100, Output = 40 },
    };

    private static readonly Money ReplyCost = new((100 * 3_000) + (40 * 15_000));

    private static string Ask(int maxTokens = 40, string model = Model) =>
        $$"""{"model":"{{model}}","max_tokens":{{maxTokens}},"messages":[{"role":"user","content":"hello"}]}""";

    private static GatewayConfig Config(FakeUpstream upstream, params BudgetConfig[] budgets) =>
        new()
        {
            Providers = [GatewayHost.Anthropic(upstream) with { PassThrough = [new PassThroughRule("*", "/*")] }],
            Budgets = [.. budgets],
        };

    private static BudgetConfig Budget(decimal usd, string name = "team") =>
        new()
        {
            Name = name,
            Limit = Money.FromUsd(usd),
            Window = WindowConfig.Day,
        };

    private static FakeUpstream Upstream() => new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));

    [Fact]
    public async Task What_is_spent_is_refused_in_the_callers_dialect_and_nothing_is_sent()
    {
        await using var upstream = Upstream();
        // Room for the first, which comes to 0.0009, and for no second: 0.0004 for the prompt at its dearest, 0.0006 for the output.
        await using var host = await GatewayHost.StartAsync(Config(upstream, Budget(0.0015m)));

        var (first, _) = await host.AskAsync(host.Post("/v1/messages", Ask()));
        var (second, body) = await host.AskAsync(host.Post("/v1/messages", Ask()));

        Assert.Equal((200, 429), ((int)first.StatusCode, (int)second.StatusCode));
        Assert.Equal("false", second.Header("x-should-retry"));
        var error = JsonDocument.Parse(body).RootElement.GetProperty("error");
        Assert.Equal("billing_error", error.GetProperty("type").GetString());
        Assert.Contains("team", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single(upstream.Requests);
        var record = await host.RecordAsync();
        Assert.Equal(ReplyCost, record.Cost);
        var standing = Assert.Single(host.Gateway.Standings(WorkspaceId.Default));
        Assert.Equal((ReplyCost.NanoUsd, 0L, 0L), (standing.Spent, standing.Reserved, standing.AtRisk));
    }

    [Fact]
    public async Task What_was_spent_before_a_restart_is_known_after_it()
    {
        using var folder = new TemporaryFolder();
        await using var upstream = Upstream();
        await using (var before = await GatewayHost.StartAsync(folder, GatewayHost.Anthropic(upstream)))
        {
            await before.AskAsync(before.Post("/v1/messages", Ask()));
            await before.RecordsAsync();
        }

        await using var host = await GatewayHost.StartAsync(folder, GatewayHost.Anthropic(upstream));
        host.Gateway.Apply(
            Config(
                upstream,
                Budget(1),
                Budget(1, "each") with
                {
                    Scope = new AdmissionScope { Key = "*" },
                },
                Budget(1, "hour") with
                {
                    Window = WindowConfig.Sliding(TimeSpan.FromHours(1)),
                },
                Budget(1, "others") with
                {
                    Scope = new AdmissionScope { Model = "gpt-*" },
                }
            )
        );

        var standings = host.Gateway.Standings(WorkspaceId.Default);
        Assert.Equal(
            [("team", ReplyCost.NanoUsd), ("each", ReplyCost.NanoUsd), ("hour", ReplyCost.NanoUsd), ("others", 0)],
            standings.Select(s => (s.Rule, s.Spent))
        );

        // And the next request is counted once, whichever snapshot and however often the configuration is applied.
        await host.AskAsync(host.Post("/v1/messages", Ask()));
        await host.RecordsAsync();
        host.Gateway.Apply(Config(upstream, Budget(1), Budget(2, "late")));
        Assert.Equal(
            [("team", 2 * ReplyCost.NanoUsd), ("late", 2 * ReplyCost.NanoUsd)],
            host.Gateway.Standings(WorkspaceId.Default).Select(s => (s.Rule, s.Spent))
        );
    }

    [Theory]
    [InlineData(EstimateMode.Worst)]
    [InlineData(EstimateMode.Learned)]
    public async Task A_thousand_at_once_do_not_overspend_and_the_room_is_used(EstimateMode mode)
    {
        const int Room = 10;
        await using var upstream = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        var bound = new Money(Room * ReplyCost.NanoUsd);
        await using var host = await GatewayHost.StartAsync(
            Config(upstream, Budget(1) with { Limit = bound, Estimate = mode })
        );

        // Its bound on the output is ten times what it comes to.
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 1000).Select(_ => host.AskAsync(host.Post("/v1/messages", Ask(maxTokens: 400))))
        );

        Assert.All(answers, a => Assert.True((int)a.Answer.StatusCode is 200 or 429));
        var served = answers.Count(a => (int)a.Answer.StatusCode == 200);
        Assert.InRange(served, 1, Room);
        Assert.Equal(served, upstream.Requests.Count);
        // What follows asks for less, and uses the room.
        for (var i = 0; i < Room; i++)
        {
            await host.AskAsync(host.Post("/v1/messages", Ask(maxTokens: 40)));
        }

        var standing = Assert.Single(host.Gateway.Standings(WorkspaceId.Default));
        Assert.InRange(standing.Spent, bound.NanoUsd * 7 / 10, bound.NanoUsd);
        Assert.Equal((0L, 0), (standing.Reserved, standing.Waiting));
        var spent = (await host.RecordsAsync()).Sum(r => r.Cost!.Value.NanoUsd);
        Assert.Equal(spent, standing.Spent);
    }

    [Fact]
    public async Task A_cheaper_model_is_asked_for_beyond_a_stage_and_the_record_says_so()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(Reply with { Model = "claude-haiku-4-5" })
        );
        await using var host = await GatewayHost.StartAsync(
            Config(
                upstream,
                Budget(0.0008m) with
                {
                    OnExceed = new BudgetStage(100, StageAction.Downgrade, "claude-haiku-4-5"),
                }
            )
        );

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask()));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("\"model\":\"claude-haiku-4-5\"", upstream.Request.BodyText, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal(
            ("budget:team", Model, "claude-haiku-4-5"),
            (record.HandoffReason, record.RequestedModel, record.Model)
        );
        Assert.Equal((new Money(300_000), ReplyCost), (record.Cost, record.RequestedCost));
    }

    [Fact]
    public async Task What_passes_through_is_held_too_and_is_never_edited()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(Config(upstream, Budget(0.0015m)));

        var (first, _) = await host.AskAsync(host.Post("/p/anthropic/v1/messages", Ask()));
        var (second, _) = await host.AskAsync(host.Post("/p/anthropic/v1/messages", Ask()));
        host.Gateway.Apply(
            Config(
                upstream,
                Budget(0.0015m) with
                {
                    OnExceed = new BudgetStage(100, StageAction.Downgrade, "claude-haiku-4-5"),
                }
            )
        );
        var (third, body) = await host.AskAsync(host.Post("/p/anthropic/v1/messages", Ask()));

        Assert.Equal((200, 429, 429), ((int)first.StatusCode, (int)second.StatusCode, (int)third.StatusCode));
        Assert.Contains("does not change what is asked for", body, StringComparison.Ordinal);
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Another_price_corrects_what_was_spent()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(Config(upstream, Budget(1)));
        await host.AskAsync(host.Post("/v1/messages", Ask()));
        var record = await host.RecordAsync();
        host.Prices.SetOverrides([
            new PriceOverride
            {
                Model = $"{Model}*",
                Rates = new PriceRates { Input = 1, Output = 1 },
            },
        ]);

        await new Repricer(host.Ledger).RunAsync(
            new RepriceScope
            {
                Workspace = WorkspaceId.Default,
                From = record.StartedAt.AddHours(-1),
                To = record.StartedAt.AddHours(1),
            },
            host.Prices.Current,
            _ => "anthropic",
            apply: true,
            CancellationToken.None
        );

        await Until.TrueAsync(() => Assert.Single(host.Gateway.Standings(WorkspaceId.Default)).Spent == 140_000);
    }

    [Fact]
    public async Task Streams_that_are_aborted_leave_nothing_set_aside()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            UpstreamAnswer.Sse(AnthropicAnswers.Events(Reply).Take(4)).Stall()
        );
        await using var host = await GatewayHost.StartAsync(
            Config(upstream, Budget(100)) with
            {
                Limits =
                [
                    new LimitConfig
                    {
                        Name = "room",
                        Bounds = [new LimitBound(Measure.Concurrent, 500, WindowConfig.Forever)],
                    },
                ],
            }
        );
        const string Stream =
            """{"model":"claude-sonnet-4-5","stream":true,"max_tokens":64,"messages":[{"role":"user","content":"hello"}]}""";

        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, 50)
                    .Select(async _ =>
                    {
                        using var leaves = new CancellationTokenSource();
                        using var answer = await host.SendAsync(host.Post("/v1/messages", Stream), leaves.Token);
                        Assert.Equal(200, (int)answer.StatusCode);
                        await leaves.CancelAsync();
                    })
            );
        }

        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
        var standings = host.Gateway.Standings(WorkspaceId.Default);
        Assert.All(standings, s => Assert.Equal((0L, 0L, 0), (s.Reserved, s.AtRisk, s.Waiting)));
        var records = await host.RecordsAsync();
        Assert.Equal(500, records.Length);
        Assert.Equal(records.Sum(r => r.Cost!.Value.NanoUsd), standings.Single(s => s.Rule == "team").Spent);
    }

    [Fact]
    public async Task Limits_are_told_in_headers_and_refuse_what_is_above()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(upstream)],
                Limits =
                [
                    new LimitConfig
                    {
                        Name = "pace",
                        Scope = new AdmissionScope { Key = "*" },
                        Bounds = [new LimitBound(Measure.Requests, 2, WindowConfig.Sliding(TimeSpan.FromHours(1)))],
                    },
                ],
            }
        );

        var (first, _) = await host.AskAsync(host.Post("/v1/messages", Ask()));
        await host.AskAsync(host.Post("/v1/messages", Ask()));
        var (third, body) = await host.AskAsync(host.Post("/v1/messages", Ask()));
        var other = host.Post("/v1/messages", Ask()).With("x-api-key", await host.NewKeyAsync("other"));

        Assert.Equal(
            ("2", "1"),
            (first.Header("anthropic-ratelimit-requests-limit"), first.Header("anthropic-ratelimit-requests-remaining"))
        );
        Assert.Equal(429, (int)third.StatusCode);
        Assert.Contains("rate_limit_error", body, StringComparison.Ordinal);
        Assert.True(int.Parse(third.Header("retry-after")!, System.Globalization.CultureInfo.InvariantCulture) > 3500);
        Assert.Equal(200, (int)(await host.AskAsync(other)).Answer.StatusCode);
        // A count is no request of a model.
        Assert.NotEqual(
            429,
            (int)(await host.AskAsync(host.Post("/v1/messages/count_tokens", Ask()))).Answer.StatusCode
        );
    }

    [Fact]
    public async Task A_budget_of_one_workspace_leaves_another_alone_and_the_servers_holds_both()
    {
        var second = new WorkspaceId(7);
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(upstream) with { Share = ProviderShare.Everybody }],
                Budgets = [Budget(0.0025m, "all")],
            },
            null,
            new WorkspaceConfig(second, "w7") { Budgets = [Budget(0.0015m, "own")] }
        );
        var key = await host.NewKeyOfAsync(second);
        Task<(HttpResponseMessage Answer, string Body)> TheirsAsync() =>
            host.AskAsync(host.Post("/v1/messages", Ask()).With("x-api-key", key));

        Assert.Equal(200, (int)(await TheirsAsync()).Answer.StatusCode);
        var refused = await TheirsAsync();
        Assert.Contains("own", refused.Body, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await host.AskAsync(host.Post("/v1/messages", Ask()))).Answer.StatusCode);
        var all = await host.AskAsync(host.Post("/v1/messages", Ask()));
        Assert.Equal(429, (int)all.Answer.StatusCode);
        Assert.Contains("all", all.Body, StringComparison.Ordinal);
        // Another workspace is told that the server's budget has no room, and not what it is and what others spent.
        host.Gateway.Apply(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(upstream) with { Share = ProviderShare.Everybody }],
                Budgets = [Budget(0.0025m, "all")],
            },
            new WorkspaceConfig(second, "w7")
        );
        var others = await TheirsAsync();
        Assert.Contains("The budget \\\"all\\\" of this server has no room", others.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("0.00", others.Body, StringComparison.Ordinal);
        host.Gateway.Apply(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(upstream) with { Share = ProviderShare.Everybody }],
                Budgets = [Budget(0.0025m, "all")],
            },
            new WorkspaceConfig(second, "w7") { Budgets = [Budget(0.0015m, "own")] }
        );
        Assert.Equal(["all"], host.Gateway.Standings(WorkspaceId.Default).Select(s => s.Rule));
        Assert.Equal(["all", "own"], host.Gateway.Standings(second).Select(s => s.Rule));
    }

    [Fact]
    public async Task A_warning_stands_in_a_header()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(
            Config(upstream, Budget(0.01m, "te\"am") with { Stages = [new BudgetStage(10, StageAction.Warn)] })
        );

        var (first, _) = await host.AskAsync(host.Post("/v1/messages", Ask(maxTokens: 1)));
        var (second, _) = await host.AskAsync(host.Post("/v1/messages", Ask()));

        Assert.Null(first.Header("x-weir-budget-warning"));
        Assert.Equal("\"te\\\"am\";at=10;do=warn", second.Header("x-weir-budget-warning"));
    }

    [Fact]
    public async Task Several_answers_are_reserved_for()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.OpenAI(upstream)], Budgets = [Budget(0.02m)] }
        );

        var (answer, body) = await host.AskAsync(
            host.Post(
                "/v1/chat/completions",
                """{"model":"gpt-4o","n":100,"max_tokens":100,"messages":[{"role":"user","content":"hello"}]}"""
            )
        );

        Assert.Equal(429, (int)answer.StatusCode);
        Assert.Contains("insufficient_quota", body, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
    }
}
