using Weir.Foundation;
using Weir.Gateway.Resilience;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>What is known of targets' health decides where requests go, over real sockets.</summary>
public sealed class ResilienceAtWorkTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string AskStream = """{"model":"claude-sonnet-4-5","stream":true,"max_tokens":64,"messages":[]}""";

    private static readonly VendorCompletion Reply = new() { Id = "msg_1", Model = "claude-sonnet-4-5" };
    private static readonly UpstreamAnswer Good = AnthropicAnswers.Message(Reply);

    [Fact]
    public async Task A_dying_target_is_left_alone_and_comes_back_by_probes_among_the_requests()
    {
        var isDead = true;
        await using var first = new FakeUpstream().Handle(_ =>
            isDead ? AnthropicAnswers.Error(500, "api_error") : Good
        );
        await using var second = new FakeUpstream().Handle(_ => Good);
        var clock = new FakeClock();
        await using var host = await GatewayHost.StartAsync(Two(first, second), clock);

        await AskManyAsync(host, 30);
        Assert.Equal(10, first.Requests.Count);
        Assert.Equal("open", Stands(host, "first"));
        var records = await host.RecordsAsync();
        Assert.All(records, record => Assert.Equal(RequestStatus.Ok, record.Status));
        Assert.All(records[..10], record => Assert.Equal("fallback:upstream_error", record.HandoffReason));
        Assert.All(records[10..], record => Assert.Equal("fallback:open", record.HandoffReason));
        Assert.All(records[10..], record => Assert.Empty(record.Attempts));

        clock.Advance(TimeSpan.FromSeconds(6));
        await AskManyAsync(host, 5);
        Assert.Equal(11, first.Requests.Count);

        isDead = false;
        clock.Advance(TimeSpan.FromSeconds(11));
        await AskManyAsync(host, 2);
        Assert.Equal(13, first.Requests.Count);
        Assert.Equal("returning", Stands(host, "first"));
        clock.Advance(TimeSpan.FromSeconds(11));
        await AskManyAsync(host, 5);
        Assert.Equal(18, first.Requests.Count);
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData(null, 1)]
    public async Task A_target_that_is_rate_limited_rests_as_long_as_it_says(string? retryAfter, int seconds)
    {
        var refusal = AnthropicAnswers.Error(429, "rate_limit_error");
        refusal = retryAfter is null ? refusal : refusal.Header("retry-after", retryAfter);
        await using var first = new FakeUpstream().First("/v1/messages", refusal).Handle(_ => Good);
        await using var second = new FakeUpstream().Handle(_ => Good);
        var clock = new FakeClock();
        await using var host = await GatewayHost.StartAsync(Two(first, second), clock);

        await AskManyAsync(host, 5);
        Assert.Single(first.Requests);
        Assert.Equal("cooling", Stands(host, "first"));
        clock.Advance(TimeSpan.FromSeconds(seconds));
        await AskManyAsync(host, 3);
        Assert.Equal((4, 5), (first.Requests.Count, second.Requests.Count));
    }

    [Fact]
    public async Task The_only_target_is_asked_again_and_what_it_charged_before_is_in_the_record()
    {
        await using var upstream = new FakeUpstream()
            .First(
                "/v1/messages",
                AnthropicAnswers.Error(529, "overloaded_error"),
                AnthropicAnswers.Error(429, "rate_limit_error").Header("retry-after-ms", "40")
            )
            .Handle(_ => Good);
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.All(upstream.Requests, request => Assert.Equal(Ask, request.BodyText));
        var record = await host.RecordAsync();
        Assert.Equal(
            [RequestStatus.Overloaded, RequestStatus.RateLimited, RequestStatus.Ok],
            record.Attempts.Select(a => a.Status)
        );
        Assert.Equal(record.Cost, record.Attempts[2].Cost);
        Assert.Null(record.HandoffReason);
        Assert.Equal(2, host.Gateway.Metrics.Retries);
    }

    [Fact]
    public async Task A_rest_that_is_too_long_is_the_callers_to_know()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            AnthropicAnswers.Error(429, "rate_limit_error", "Later.").Header("retry-after", "60")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        for (var i = 0; i < 2; i++)
        {
            var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));
            Assert.Equal((429, "60"), ((int)answer.StatusCode, answer.Header("retry-after")));
            Assert.Contains("Later.", body, StringComparison.Ordinal);
        }

        // Who has nobody else is asked all the same.
        Assert.Equal(2, upstream.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_overload_inside_the_stream_is_replayed_elsewhere_or_passed_on_as_it_is(bool hasOther)
    {
        var events = AnthropicAnswers.Events(Reply);
        var broken = UpstreamAnswer.Sse(events[0], AnthropicAnswers.ErrorEvent());
        await using var first = new FakeUpstream().Handle(_ => broken);
        await using var second = new FakeUpstream().Handle(_ => AnthropicAnswers.Stream(Reply));
        await using var host = hasOther
            ? await GatewayHost.StartAsync(Two(first, second))
            : await GatewayHost.StartAsync(GatewayHost.Anthropic(first, "first"));

        var (_, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(hasOther ? string.Concat(events) : events[0] + AnthropicAnswers.ErrorEvent(), body);
        Assert.Equal(hasOther ? RequestStatus.Ok : RequestStatus.StreamError, (await host.RecordAsync()).Status);
        Assert.Single(first.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_byte_has_a_bound_of_its_own_that_a_head_does_not_meet(bool sendsHead)
    {
        var late = AnthropicAnswers.Stream(Reply);
        late = sendsHead ? UpstreamAnswer.Sse().Stall() : late.StallBeforeHead();
        await using var first = new FakeUpstream().Handle(_ => late);
        await using var second = new FakeUpstream().Handle(_ => AnthropicAnswers.Stream(Reply));
        var timeouts = new TimeoutConfig { FirstByte = TimeSpan.FromMilliseconds(200) };
        await using var host = await GatewayHost.StartAsync(
            Two(first, second, new ResilienceConfig { Timeouts = timeouts })
        );

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(string.Concat(AnthropicAnswers.Events(Reply)), body);
        Assert.Equal(RequestStatus.Timeout, (await host.RecordAsync()).Attempts[0].Status);
    }

    [Fact]
    public async Task An_answer_that_has_begun_may_be_silent_for_longer_than_its_beginning()
    {
        var events = AnthropicAnswers.Events(Reply);
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Sse(events.Take(3)).Wait(TimeSpan.FromMilliseconds(600)).Body(string.Concat(events.Skip(3)))
        );
        var timeouts = new TimeoutConfig { FirstByte = TimeSpan.FromMilliseconds(300) };
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream) with
            {
                Resilience = new ResilienceConfig { Timeouts = timeouts },
            }
        );

        var (_, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(string.Concat(events), body);
    }

    [Fact]
    public async Task A_provider_rests_when_all_of_its_keys_do_and_not_before()
    {
        string? bad = null;
        var allAreBad = false;
        await using var first = new FakeUpstream().Handle(request =>
            allAreBad || request.Header("x-api-key") == (bad ??= request.Header("x-api-key"))
                ? AnthropicAnswers.Error(429, "rate_limit_error").Header("retry-after", "30")
                : Good
        );
        await using var second = new FakeUpstream().Handle(_ => Good);
        var config = Two(first, second);
        config = config with
        {
            Providers =
            [
                config.Providers[0] with
                {
                    ApiKeys = [new PoolKeyConfig("sk-pool-two", null)],
                },
                config.Providers[1],
            ],
        };
        await using var host = await GatewayHost.StartAsync(config, new FakeClock());

        await AskManyAsync(host, 3);
        Assert.Equal("ready", Stands(host, "first"));
        Assert.Empty(second.Requests);
        allAreBad = true;
        await AskManyAsync(host, 3);
        Assert.Equal("cooling", Stands(host, "first"));
        Assert.Equal(3, second.Requests.Count);
        Assert.Equal(5, first.Requests.Count);
    }

    [Fact]
    public async Task A_limit_of_one_callers_own_account_is_nobody_elses()
    {
        await using var first = new FakeUpstream().Handle(request =>
            request.Header("x-api-key") == "sk-of-ada"
                ? AnthropicAnswers.Error(429, "rate_limit_error").Header("retry-after", "600")
                : Good
        );
        await using var second = new FakeUpstream().Handle(_ => Good);
        var config = Two(first, second);
        await using var host = await GatewayHost.StartAsync(
            config with
            {
                Providers = [config.Providers[0] with { ApiKey = null }, config.Providers[1]],
            }
        );

        foreach (var own in new[] { "sk-of-ada", "sk-of-grace" })
        {
            await host.AskAsync(host.Post("/v1/messages", Ask).With("x-weir-key", host.Key).With("x-api-key", own));
        }

        Assert.Equal((2, 1), (first.Requests.Count, second.Requests.Count));
        Assert.Equal("ready", Stands(host, "first"));
    }

    [Fact]
    public async Task A_count_that_is_limited_says_nothing_of_the_model()
    {
        await using var first = new FakeUpstream()
            .On("/v1/messages/count_tokens", AnthropicAnswers.Error(429, "rate_limit_error"))
            .On("/v1/messages", Good);
        await using var second = new FakeUpstream().Handle(_ => Good);
        await using var host = await GatewayHost.StartAsync(Two(first, second));

        await host.AskAsync(host.Post("/v1/messages/count_tokens", Ask));
        await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Empty(second.Requests);
        Assert.Equal("ready", Stands(host, "first"));
    }

    [Fact]
    public async Task What_finds_no_place_goes_to_the_next_target()
    {
        var gate = new Gate();
        await using var first = new FakeUpstream().Handle(_ => Good.PauseBeforeHead(gate));
        await using var second = new FakeUpstream().Handle(_ => Good);
        await using var host = await GatewayHost.StartAsync(
            Two(first, second, new ResilienceConfig { Concurrency = new ConcurrencyConfig(Adaptive: true, 2, 2) })
        );

        var held = new[] { AskAsync(host), AskAsync(host) };
        await first.WaitForRequestAsync(2);
        await AskManyAsync(host, 6);
        Assert.Equal("full", Stands(host, "first"));
        gate.Open();
        await Task.WhenAll(held);

        Assert.Equal((2, 6), (first.Requests.Count, second.Requests.Count));
        Assert.Equal((0, 0, 2), Slots(host, "first"));
    }

    [Fact]
    public async Task Who_waits_too_long_for_a_place_is_told_when_to_come_back_and_leaves_nothing_behind()
    {
        var gate = new Gate();
        await using var upstream = new FakeUpstream().Handle(_ => Good.PauseBeforeHead(gate));
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream, "first") with
            {
                Resilience = new ResilienceConfig { Concurrency = new ConcurrencyConfig(Adaptive: false, Most: 1) },
            }
        );
        var held = AskAsync(host);
        await upstream.WaitForRequestAsync();

        using var gone = new CancellationTokenSource();
        var leaves = host.SendAsync(host.Post("/v1/messages", Ask), gone.Token);
        await Until.TrueAsync(() => Slots(host, "first").Waiting == 1);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        await Until.TrueAsync(() => Slots(host, "first").Waiting == 0);

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));
        Assert.Equal((503, "1"), ((int)answer.StatusCode, answer.Header("retry-after")));
        Assert.Contains("\"type\":\"error\"", body, StringComparison.Ordinal);
        gate.Open();
        await held;
        Assert.Equal(RequestStatus.Ok, (await host.RecordAsync()).Status);
        Assert.Equal((0, 0, 1), Slots(host, "first"));
        Assert.Equal(1, host.Gateway.Metrics.Sheds);
    }

    [Fact]
    public async Task An_open_breaker_that_nobody_tries_is_probed_for_its_models_with_weirs_own_key()
    {
        await using var first = new FakeUpstream()
            .On("/v1/messages", AnthropicAnswers.Error(500, "api_error"))
            .On("/v1/models", UpstreamAnswer.Json("""{"data":[]}"""));
        await using var second = new FakeUpstream().Handle(_ => Good);
        var clock = new FakeClock();
        await using var host = await GatewayHost.StartAsync(Two(first, second), clock);
        await AskManyAsync(host, 10);
        Assert.Equal("open", Stands(host, "first"));

        // Its time is up after 5 s, and 30 s later nobody has tried it.
        Pass(clock, 34);
        Assert.Equal(10, first.Requests.Count);
        // A probe that is under way may take ten of these seconds.
        for (var i = 0; i < 9 && Stands(host, "first") != "returning"; i++)
        {
            Pass(clock, 1);
            await Task.Delay(200);
        }

        Assert.Equal("returning", Stands(host, "first"));
        var probes = first.Requests.Where(r => r.Path == "/v1/models").ToArray();
        Assert.Equal(2, probes.Length);
        Assert.All(
            probes,
            probe => Assert.Equal(("GET", GatewayHost.UpstreamKey), (probe.Method, probe.Header("x-api-key")))
        );
        Assert.Equal(10, (await host.RecordsAsync()).Length);
    }

    [Fact]
    public async Task A_provider_without_a_key_of_weirs_is_never_probed()
    {
        await using var first = new FakeUpstream().Handle(_ => AnthropicAnswers.Error(500, "api_error"));
        await using var second = new FakeUpstream().Handle(_ => Good);
        var config = Two(first, second);
        var clock = new FakeClock();
        await using var host = await GatewayHost.StartAsync(
            config with
            {
                Providers = [config.Providers[0] with { ApiKey = null }, config.Providers[1]],
            },
            clock
        );
        for (var i = 0; i < 10; i++)
        {
            await host.AskAsync(
                host.Post("/v1/messages", Ask).With("x-weir-key", host.Key).With("x-api-key", "sk-own")
            );
        }

        Assert.Equal("open", Stands(host, "first"));
        Pass(clock, 60);
        Assert.Equal("probing", Stands(host, "first"));
        Assert.Equal(10, first.Requests.Count);
    }

    [Fact]
    public async Task What_is_known_stays_with_a_change_of_the_configuration_and_goes_when_the_address_is_mended()
    {
        await using var dead = new FakeUpstream().Handle(_ => AnthropicAnswers.Error(500, "api_error"));
        await using var mended = new FakeUpstream().Handle(_ => Good);
        await using var second = new FakeUpstream().Handle(_ => Good);
        await using var host = await GatewayHost.StartAsync(Two(dead, second));
        await AskManyAsync(host, 10);

        host.Gateway.Apply(Two(dead, second) with { PingInterval = TimeSpan.FromSeconds(3) });
        Assert.Equal("open", Stands(host, "first"));
        host.Gateway.Apply(Two(mended, second));
        await AskManyAsync(host, 1);
        Assert.Single(mended.Requests);
    }

    internal static GatewayConfig Two(FakeUpstream first, FakeUpstream second, ResilienceConfig? resilience = null) =>
        new()
        {
            Providers =
            [
                GatewayHost.Anthropic(first, "first") with
                {
                    Resilience = resilience ?? ResilienceConfig.Default,
                },
                GatewayHost.Anthropic(second, "second"),
            ],
            Routes =
            [
                new RouteConfig
                {
                    Name = "both",
                    Model = "claude-*",
                    Targets = [new TargetConfig("first", null), new TargetConfig("second", null)],
                },
            ],
        };

    private static void Pass(FakeClock clock, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task AskAsync(GatewayHost host)
    {
        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));
        Assert.True((int)answer.StatusCode == 200, body);
    }

    private static async Task AskManyAsync(GatewayHost host, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await AskAsync(host);
        }
    }

    private static ModelStanding Of(GatewayHost host, string provider) =>
        host
            .Gateway.HealthOf(WorkspaceId.Default)
            .Single(known => known.Provider == provider)
            .Models.Single(model => model.Model == "claude-sonnet-4-5");

    private static string Stands(GatewayHost host, string provider) => Of(host, provider).Stands;

    private static (int InUse, int Waiting, int Limit) Slots(GatewayHost host, string provider) =>
        Of(host, provider).Slots!.Value;
}
