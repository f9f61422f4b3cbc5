using System.Net;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>Several keys of one provider: sessions stay on one, refused ones rest, and what an account holds is asked of it.</summary>
public sealed class KeyPoolTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string AskResponse = """{"model":"gpt-5.5","input":"hi"}""";

    private static readonly string[] Keys = ["sk-pool-one", "sk-pool-two", "sk-pool-three"];
    private static readonly VendorCompletion Reply = new() { Id = "msg_1", Model = "claude-sonnet-4-5" };
    private static readonly VendorCompletion Response = new() { Id = "resp_1", Model = "gpt-5.5" };

    [Fact]
    public async Task A_session_stays_on_one_key_and_sessions_spread_over_all()
    {
        await using var upstream = new FakeUpstream().Handle(_ => AnthropicAnswers.Message(Reply));
        await using var host = await GatewayHost.StartAsync(Pool(GatewayHost.Anthropic(upstream)));

        for (var session = 0; session < 30; session++)
        {
            for (var turn = 0; turn < 2; turn++)
            {
                await host.AskAsync(host.Post("/v1/messages", Ask).With("session-id", $"session {session}"));
            }
        }

        var used = upstream.Requests.Select(r => r.Header("x-api-key")!).ToArray();
        Assert.All(used.Chunk(2), turns => Assert.Equal(turns[0], turns[1]));
        Assert.Equal(Keys.Order(), used.Distinct().Order());
        var records = await host.RecordsAsync();
        Assert.Equal(used.Select(NameOf), records.Select(r => r.Tags["weir.key"]));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(429)]
    public async Task A_refused_key_rests_and_the_next_takes_over(int status)
    {
        string? bad = null;
        await using var upstream = new FakeUpstream().Handle(request =>
            request.Header("x-api-key") == (bad ??= request.Header("x-api-key"))
                ? AnthropicAnswers.Error(status, "no").Header("Retry-After", "30")
                : AnthropicAnswers.Message(Reply)
        );
        var clock = new FakeClock();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [Pool(GatewayHost.Anthropic(upstream))] },
            clock
        );

        var (first, _) = await host.AskAsync(host.Post("/v1/messages", Ask));
        await host.AskAsync(host.Post("/v1/messages", Ask));
        clock.Advance(TimeSpan.FromSeconds(31));
        await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(200, (int)first.StatusCode);
        var used = upstream.Requests.Select(r => r.Header("x-api-key")!).ToArray();
        Assert.Equal<string[]>([bad!, used[1], used[1], bad!, used[1]], used);
        Assert.NotEqual(bad, used[1]);
        var record = (await host.RecordsAsync())[0];
        Assert.Equal([status, 200], record.Attempts.Select(a => a.HttpStatus));
        Assert.Equal((RequestStatus.Ok, null), (record.Status, record.HandoffReason));
        Assert.Equal(NameOf(used[1]), record.Tags["weir.key"]);
    }

    [Fact]
    public async Task When_all_are_refused_the_caller_sees_it_and_the_next_request_still_tries_one()
    {
        await using var upstream = new FakeUpstream().Handle(_ => AnthropicAnswers.Error(429, "rate_limit_error"));
        await using var host = await GatewayHost.StartAsync(Pool(GatewayHost.Anthropic(upstream)));

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask));
        Assert.Equal(429, (int)answer.StatusCode);
        Assert.Equal(Keys.Order(), upstream.Requests.Select(r => r.Header("x-api-key")).Order());

        await host.AskAsync(host.Post("/v1/messages", Ask));
        Assert.Equal(Keys.Length + 1, upstream.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_follows_an_answer_goes_to_the_account_that_gave_it(bool streams)
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            streams ? OpenAIResponsesAnswers.Stream(Response) : OpenAIResponsesAnswers.Response(Response)
        );
        await using var host = await GatewayHost.StartAsync(Pool(GatewayHost.OpenAI(upstream)));
        var ask = streams ? AskResponse.Replace("}", ",\"stream\":true}", StringComparison.Ordinal) : AskResponse;
        await host.AskAsync(host.Post("/v1/responses", ask));
        var issuer = upstream.Request.Header("authorization");

        for (var session = 0; session < 8; session++)
        {
            var (answer, _) = await host.AskAsync(
                host.Post(
                        "/v1/responses",
                        """{"model":"gpt-5.5","previous_response_id":"resp_1","input":"and then?"}"""
                    )
                    .With("session-id", $"{session}")
            );
            Assert.Equal(200, (int)answer.StatusCode);
        }

        Assert.All(upstream.Requests, r => Assert.Equal(issuer, r.Header("authorization")));
    }

    [Fact]
    public async Task What_no_account_is_known_to_hold_is_refused_in_the_callers_dialect()
    {
        await using var upstream = new FakeUpstream().Handle(_ => OpenAIResponsesAnswers.Response(Response));
        await using var host = await GatewayHost.StartAsync(Pool(GatewayHost.OpenAI(upstream)));

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/responses", """{"model":"gpt-5.5","previous_response_id":"resp_9","input":"hi"}""")
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("resp_9", body, StringComparison.Ordinal);
        Assert.Contains("\"invalid_request_error\"", body, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task With_one_key_nothing_is_held_against_the_request()
    {
        await using var upstream = new FakeUpstream().Handle(_ => OpenAIResponsesAnswers.Response(Response));
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(upstream));

        var (answer, _) = await host.AskAsync(
            host.Post("/v1/responses", """{"model":"gpt-5.5","previous_response_id":"resp_9","input":"hi"}""")
        );

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.DoesNotContain("weir.key", (await host.RecordAsync()).Tags.Keys);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ContentCoding.Gzip)]
    public async Task A_file_is_asked_of_the_account_that_took_it(ContentCoding? coding)
    {
        const string File = """{"object":"file","id":"file-7"}""";
        await using var upstream = new FakeUpstream().Handle(request =>
            request.Path.EndsWith("/files", StringComparison.Ordinal)
                ? coding is { } how
                    ? UpstreamAnswer.Json(File).Compressed(how)
                    : UpstreamAnswer.Json(File)
                : UpstreamAnswer.Json("{}")
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.OpenAI(upstream)) with
            {
                PassThrough = [new PassThroughRule("*", "/v1/*")],
            }
        );
        await host.AskAsync(host.Post("/p/openai/v1/files", "{}"));
        var issuer = upstream.Request.Header("authorization");

        for (var session = 0; session < 8; session++)
        {
            await host.AskAsync(
                host.Request(HttpMethod.Get, "/p/openai/v1/files/file-7/content")
                    .With("x-api-key", host.Key)
                    .With("session-id", $"{session}")
            );
            await host.AskAsync(
                host.Post(
                        "/v1/chat/completions",
                        """{"model":"gpt-5.5","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-7"}}]}]}"""
                    )
                    .With("session-id", $"{session}")
            );
        }

        Assert.Equal(17, upstream.Requests.Count);
        Assert.All(upstream.Requests, r => Assert.Equal(issuer, r.Header("authorization")));
        var (unknown, _) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/openai/v1/files/file-8").With("x-api-key", host.Key)
        );
        Assert.Equal(400, (int)unknown.StatusCode);
    }

    [Fact]
    public async Task None_of_the_keys_is_passed_on_when_a_provider_repeats_one()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Json($$$"""{"error":{"message":"{{{string.Join(' ', Keys)}}}"}}""", 400)
        );
        await using var host = await GatewayHost.StartAsync(Pool(GatewayHost.Anthropic(upstream)));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.All(Keys, key => Assert.DoesNotContain(key, body, StringComparison.Ordinal));
        Assert.Contains("*********** *********** *************", body, StringComparison.Ordinal);
    }

    private static ProviderConfig Pool(ProviderConfig provider) =>
        provider with
        {
            ApiKey = Keys[0],
            ApiKeys = [new PoolKeyConfig(Keys[1], null), new PoolKeyConfig(Keys[2], "third")],
        };

    private static string NameOf(string key) => key == Keys[2] ? "third" : $"{Array.IndexOf(Keys, key) + 1}";
}
