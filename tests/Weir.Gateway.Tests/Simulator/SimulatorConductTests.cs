using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Simulator;
using Weir.Gateway.Tests.Pipeline;
using Weir.Testing;

namespace Weir.Gateway.Tests.Simulator;

/// <summary>What vendors do beside answering: caches, tools, limits, rhythm.</summary>
public sealed class SimulatorConductTests
{
    private static readonly string Long = string.Concat(Enumerable.Repeat("the river runs high ", 400));

    [Fact]
    public async Task Anthropics_cache_reads_what_was_marked_before_and_writes_what_is_new()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);

        await host.AskAsync(host.Post("/v1/messages", Marked("one")));
        await host.AskAsync(host.Post("/v1/messages", Marked("one", "two")));
        await host.AskAsync(host.Post("/v1/messages", Marked("other")));

        var records = await host.RecordsAsync();
        var (first, second, third) = (records[0].Usage, records[1].Usage, records[2].Usage);
        Assert.Equal(0, first.CacheRead);
        Assert.True(first.CacheWrite5m > 1_900);
        Assert.Equal(first.CacheWrite5m, second.CacheRead);
        Assert.InRange(second.CacheWrite5m!.Value, 1, 20);
        Assert.Equal(0, second.CacheWrite1h);
        // The system block is the same, the first message is not.
        Assert.InRange(third.CacheRead!.Value, 1_900, first.CacheWrite5m!.Value - 1);
    }

    [Fact]
    public void A_cache_forgets_after_its_time_and_tells_the_hours_apart()
    {
        var clock = new FakeClock();
        var cache = new PromptCache(clock);
        PromptPrefix[] prompt = [new(1, 1_000, PromptCache.Long), new(2, 1_500, PromptCache.Short)];

        Assert.Equal(new CacheUse(0, 500, 1_000), cache.Use(prompt, byMarks: true));
        Assert.Equal(new CacheUse(1_500, 0, 0), cache.Use(prompt, byMarks: true));
        clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(new CacheUse(1_000, 500, 0), cache.Use(prompt, byMarks: true));
        clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(new CacheUse(0, 500, 1_000), cache.Use(prompt, byMarks: true));
    }

    [Fact]
    public async Task OpenAIs_cache_reads_long_beginnings_in_steps_without_being_asked()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        string Ask(string last) =>
            $$"""{"model":"sim-small","messages":[{"role":"system","content":"{{Long}}"},{"role":"user","content":"{{last}}"}]}""";

        await host.AskAsync(host.Post("/v1/chat/completions", Ask("a question")));
        await host.AskAsync(host.Post("/v1/chat/completions", Ask("another question")));
        await host.AskAsync(
            host.Post(
                "/v1/chat/completions",
                """{"model":"sim-small","messages":[{"role":"user","content":"short"}]}"""
            )
        );

        var reads = (await host.RecordsAsync()).Select(r => r.Usage.CacheRead ?? 0).ToArray();
        Assert.Equal((0L, 0L), (reads[0], reads[2]));
        Assert.True(reads[1] > 1_900 && reads[1] % 128 == 0, $"{reads[1]}");
    }

    public static TheoryData<string, string, string> WithTools()
    {
        const string Schema =
            """{"type":"object","properties":{"path":{"type":"string"},"lines":{"type":"integer"},"how":{"enum":["all","some"]}},"required":["path","lines","how"]}""";
        return new()
        {
            {
                "/v1/messages",
                $$$$"""{"model":"sim-small","max_tokens":99,"tools":[{"name":"other","input_schema":{}},{"name":"read","input_schema":{{{{Schema}}}}}],"messages":[{"role":"user","content":"x"}]}""",
                "\"stop_reason\":\"tool_use\""
            },
            {
                "/v1/chat/completions",
                $$$"""{"model":"sim-small","tools":[{"type":"function","function":{"name":"read","parameters":{{{Schema}}}}}],"messages":[{"role":"user","content":"x"}]}""",
                "\"finish_reason\":\"tool_calls\""
            },
            {
                "/v1/responses",
                $$"""{"model":"sim-small","tools":[{"type":"function","name":"read","parameters":{{Schema}}}],"input":"x"}""",
                "\"type\":\"function_call\""
            },
            {
                "/v1beta/models/sim-small:generateContent",
                $$$"""{"tools":[{"functionDeclarations":[{"name":"read","parameters":{{{Schema}}}}]}],"contents":[{"parts":[{"text":"x"}]}]}""",
                "\"functionCall\""
            },
        };
    }

    [Theory]
    [MemberData(nameof(WithTools))]
    public async Task A_tool_is_called_with_arguments_that_its_schema_asks_for(string path, string body, string sign)
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        var streamPath = path.Replace(":generateContent", ":streamGenerateContent?alt=sse", StringComparison.Ordinal);
        var streamBody = path.Contains("v1beta", StringComparison.Ordinal) ? body : "{\"stream\":true," + body[1..];

        foreach (var (to, ask) in new[] { (path, body), (streamPath, streamBody) })
        {
            var (_, text) = await host.AskAsync(host.Post(to, ask).With("x-weir-sim", "tool=read;tokens=20"));

            Assert.Contains(sign, text, StringComparison.Ordinal);
            var plain = text.Replace("\\u0022", "\"", StringComparison.Ordinal)
                .Replace("\\\"", "\"", StringComparison.Ordinal);
            Assert.Contains("""{"path":"river","lines":1,"how":"all"}""", plain, StringComparison.Ordinal);
        }

        var (_, without) = await host.AskAsync(host.Post(path, body).With("x-weir-sim", "tokens=20"));
        Assert.DoesNotContain(sign, without, StringComparison.Ordinal);
        var records = await host.RecordsAsync();
        Assert.All(records, r => Assert.Equal(RequestStatus.Ok, r.Status));
        Assert.Equal(records[0].Usage.Output, records[1].Usage.Output);
        Assert.True(records[2].Usage.Output < records[0].Usage.Output);
    }

    [Theory]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":"y"}]}],"tools":[{"name":"read"}]}""",
        Dialect.AnthropicMessages
    )]
    [InlineData(
        """{"messages":[{"role":"tool","tool_call_id":"x","content":"y"}],"tools":[{"function":{"name":"read"}}]}""",
        Dialect.OpenAIChat
    )]
    [InlineData(
        """{"input":[{"type":"function_call_output","call_id":"x","output":"y"}],"tools":[{"name":"read"}]}""",
        Dialect.OpenAIResponses
    )]
    [InlineData(
        """{"contents":[{"parts":[{"functionResponse":{}}]}],"tools":[{"functionDeclarations":[{"name":"read"}]}]}""",
        Dialect.Gemini
    )]
    public void After_a_tools_result_none_is_called_again(string body, Dialect dialect)
    {
        using var request = JsonDocument.Parse(body);

        Assert.Null(SimulatorTools.Call(request.RootElement, dialect, "*"));
    }

    [Theory]
    [InlineData("""{"tools":7,"messages":"x"}""")]
    [InlineData("""{"tools":[null,{"name":3},{"name":"read","input_schema":[]}],"messages":[1]}""")]
    [InlineData("""{"tools":[{"name":"read","input_schema":{"required":["a",1,"a"],"properties":3}}]}""")]
    [InlineData("""{"tools":[{"name":"read","input_schema":{"required":"a","properties":{"a":{"type":["x"]}}}}]}""")]
    public void Crooked_tools_are_passed_over(string body)
    {
        using var request = JsonDocument.Parse(body);

        var call = SimulatorTools.Call(request.RootElement, Dialect.AnthropicMessages, "read");

        if (call is not null)
        {
            JsonDocument.Parse(call.Arguments).Dispose();
        }
    }

    [Fact]
    public async Task A_limit_is_told_in_headers_and_kept()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        HttpRequestMessage Ask() => host.Post("/v1/messages", Marked("x")).With("x-weir-sim", "limit=2");

        var (first, _) = await host.AskAsync(Ask());
        var (second, _) = await host.AskAsync(Ask());
        var (third, text) = await host.AskAsync(Ask());

        Assert.Equal(
            ("2", "1"),
            (first.Header("anthropic-ratelimit-requests-limit"), first.Header("anthropic-ratelimit-requests-remaining"))
        );
        Assert.Equal("0", second.Header("anthropic-ratelimit-requests-remaining"));
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.InRange(
            int.Parse(third.Header("retry-after")!, System.Globalization.CultureInfo.InvariantCulture),
            1,
            60
        );
        Assert.Contains("rate_limit_error", text, StringComparison.Ordinal);
        Assert.Equal(RequestStatus.RateLimited, (await host.RecordsAsync())[2].Status);
    }

    [Fact]
    public void Real_pace_waits_as_long_for_the_same_request_and_longer_for_a_longer_one()
    {
        var shortOne = RealPace.Of(Read("short"), SimulatorOptions.Default);
        var again = RealPace.Of(Read("short"), SimulatorOptions.Default);
        var asked = RealPace.Of(Read("short"), SimulatorOptions.Parse("ttft=5ms"));

        Assert.Equal(shortOne, again);
        Assert.InRange(shortOne.FirstToken.TotalSeconds, 0.3, 1.5);
        Assert.InRange(shortOne.Interval.TotalMilliseconds, 30, 100);
        Assert.Equal(5, asked.FirstToken.TotalMilliseconds);
    }

    private static SimulatorRequest Read(string text) =>
        SimulatorRequest.Read(
            new Uri("http://sim/v1/messages"),
            System.Text.Encoding.UTF8.GetBytes(
                $$"""{"model":"sim-small","messages":[{"role":"user","content":"{{text}}"}]}"""
            ),
            null,
            out _
        )!;

    private static string Marked(params string[] turns)
    {
        var messages = string.Join(
            ',',
            turns.Select(
                (turn, i) =>
                    $$$$"""{"role":"user","content":[{"type":"text","text":"{{{{turn}}}} and what follows"{{{{(i == turns.Length - 1 ? ",\"cache_control\":{\"type\":\"ephemeral\"}" : "")}}}}}]}"""
            )
        );
        return $$$"""{"model":"sim-small","max_tokens":9,"system":[{"type":"text","text":"{{{Long}}}","cache_control":{"type":"ephemeral"}}],"messages":[{{{messages}}}]}""";
    }
}
