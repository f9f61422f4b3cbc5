using System.Net;
using System.Text;
using Weir.Foundation;
using Weir.Gateway.Resilience;
using Weir.Gateway.Tests.Pipeline;
using Weir.Testing;

namespace Weir.Gateway.Tests.Upstreams.Envelopes;

public sealed class VertexTests
{
    private const string Claude = "claude-haiku-4-5@20251001";

    private const string Ask =
        $$"""{"model":"{{Claude}}","max_tokens":64,"messages":[{"role":"user","content":"Grüße"}]}""";

    private const string AskStream =
        $$"""{"model":"{{Claude}}","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Grüße"}]}""";

    private const string AskGemini = """{"contents":[{"role":"user","parts":[{"text":"Grüße"}]}]}""";

    private readonly FakeClock clock = new();

    [Fact]
    public async Task A_message_goes_with_a_token_that_the_service_accounts_key_was_good_for()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/messages?beta=true", Ask)
                .With("anthropic-version", "2023-06-01")
                .With("anthropic-beta", "claude-code-20250219, interleaved-thinking-2025-05-14")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Encoding.UTF8.GetString(AnthropicAnswers.Message(vertex.Reply(Claude)).EncodedBody()), body);
        var sent = vertex.Upstream.Requests[^1];
        Assert.Equal(
            $"/v1/projects/weir-tests/locations/europe-west1/publishers/anthropic/models/{Claude}:rawPredict",
            sent.Target
        );
        Assert.Equal(
            """{"anthropic_version":"vertex-2023-10-16","max_tokens":64,"messages":[{"role":"user","content":"Grüße"}]}""",
            sent.BodyText
        );
        Assert.Equal("interleaved-thinking-2025-05-14", sent.Header("anthropic-beta"));
        Assert.Null(sent.Header("anthropic-version"));
        Assert.Null(sent.Header("x-api-key"));
        var record = await host.RecordAsync();
        Assert.Equal((Billing.Metered, 5L), (record.Billing, record.Usage.Output));
        Assert.NotNull(record.Cost);
    }

    [Fact]
    public async Task A_stream_of_Claude_arrives_byte_for_byte()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);

        var (_, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(string.Concat(AnthropicAnswers.Events(vertex.Reply(Claude))), body);
        Assert.Contains("\"stream\":true", vertex.Upstream.Requests[^1].BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gemini_is_asked_in_its_own_words()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);
        const string Path = "/v1beta/models/gemini-2.5-flash";

        var (_, whole) = await host.AskAsync(host.Post(Path + ":generateContent", AskGemini));
        var (_, stream) = await host.AskAsync(host.Post(Path + ":streamGenerateContent?alt=sse", AskGemini));
        var (_, count) = await host.AskAsync(host.Post(Path + ":countTokens", AskGemini));

        var reply = vertex.Reply("gemini-2.5-flash");
        Assert.Equal(Encoding.UTF8.GetString(GeminiAnswers.Content(reply).EncodedBody()), whole);
        Assert.Equal(string.Concat(GeminiAnswers.Events(reply)), stream);
        Assert.Equal($$"""{"totalTokens":{{Encoding.UTF8.GetByteCount(AskGemini)}}}""", count);
        Assert.Equal(AskGemini, vertex.Upstream.Requests[^1].BodyText);
        Assert.Equal(2, (await host.RecordsAsync()).Length);
    }

    [Fact]
    public async Task Other_models_are_asked_in_Chat_and_Claude_in_its_own_words_whatever_the_caller_speaks()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);
        const string Llama =
            """{"model":"meta/llama-3.3-70b-instruct-maas","messages":[{"role":"user","content":"Hi"}]}""";

        var (llama, _) = await host.AskAsync(host.Post("/v1/chat/completions", Llama));
        var (claude, body) = await host.AskAsync(host.Post("/v1/chat/completions", Ask));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (llama.StatusCode, claude.StatusCode));
        Assert.Contains("\"object\":\"chat.completion\"", body, StringComparison.Ordinal);
        Assert.EndsWith(
            "/endpoints/openapi/chat/completions",
            vertex.Upstream.Requests[1].Path,
            StringComparison.Ordinal
        );
        Assert.EndsWith(":rawPredict", vertex.Upstream.Requests[2].Path, StringComparison.Ordinal);
        Assert.Contains("vertex-2023-10-16", vertex.Upstream.Requests[2].BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_counted_by_Vertexs_own_count()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);

        var (_, body) = await host.AskAsync(
            host.Post("/v1/messages/count_tokens", $$"""{"model":"{{Claude}}","messages":[]}""")
        );

        var sent = vertex.Upstream.Requests[^1];
        Assert.EndsWith("/publishers/anthropic/models/count-tokens:rawPredict", sent.Path, StringComparison.Ordinal);
        Assert.Equal($$"""{"input_tokens":{{sent.Body.Length}}}""", body);
    }

    [Theory]
    [InlineData("/v1/messages/count_tokens", "gemini-2.5-flash")]
    [InlineData("/v1/responses/input_tokens", "gemini-2.5-flash")]
    [InlineData("/v1/responses/input_tokens", Claude)]
    [InlineData("/v1beta/models/gemini-2.5-flash:countTokens", "")]
    public async Task It_counts_whatever_the_caller_speaks(string path, string model)
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);
        var asked = path switch
        {
            "/v1/messages/count_tokens" =>
                $$"""{"model":"{{model}}","system":"Be brief.","messages":[{"role":"user","content":"Hi"}]}""",
            "/v1/responses/input_tokens" => $$"""{"model":"{{model}}","instructions":"Be brief.","input":"Hi"}""",
            _ =>
                """{"generateContentRequest":{"model":"models/gemini-2.5-flash","contents":[{"role":"user","parts":[{"text":"Hi"}]}],"toolConfig":{}}}""",
        };

        var (answer, body) = await host.AskAsync(host.Post(path, asked));

        Assert.Equal(("provider", HttpStatusCode.OK), (answer.Header("x-weir-tokens"), answer.StatusCode));
        var sent = vertex.Upstream.Requests[^1];
        Assert.Contains(":" + sent.Body.Length + "}", body, StringComparison.Ordinal);
        Assert.EndsWith(
            model == Claude ? "/count-tokens:rawPredict" : "/gemini-2.5-flash:countTokens",
            sent.Path,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_token_is_used_until_shortly_before_it_expires_and_then_another()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);
        await AskedAsync(host);
        clock.Advance(TimeSpan.FromMinutes(54));
        await AskedAsync(host);
        var before = vertex.Tokens.Count;

        // The old one is still good, and is used while the new one is fetched.
        clock.Advance(TimeSpan.FromMinutes(2));
        await AskedAsync(host);
        await Until.TrueAsync(() => vertex.Tokens.Count == 2);
        for (var i = 0; i < 1000 && LastShown(vertex) != vertex.Tokens[1]; i++)
        {
            await AskedAsync(host);
        }

        clock.Advance(TimeSpan.FromMinutes(30));
        await AskedAsync(host);

        Assert.Equal(1, before);
        Assert.Equal(2, vertex.Tokens.Count);
        Assert.Equal(vertex.Tokens[1], LastShown(vertex));
    }

    [Fact]
    public async Task A_token_that_expired_while_nothing_was_asked_is_fetched_anew_first()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);
        await AskedAsync(host);

        clock.Advance(TimeSpan.FromHours(5));
        await AskedAsync(host);

        Assert.Equal(2, vertex.Tokens.Count);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_not_shown_again()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex);
        await AskedAsync(host);
        vertex.Revoke();

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));
        await AskedAsync(host);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(
            """{"type":"error","error":{"type":"authentication_error","message":"Request had invalid authentication credentials."}}""",
            body
        );
        Assert.Equal(2, vertex.Tokens.Count);
    }

    [Fact]
    public async Task Many_who_ask_at_once_wait_for_one_token()
    {
        var gate = new Gate();
        await using var vertex = new VertexStandIn(clock);
        vertex.Upstream.First(
            "/token",
            UpstreamAnswer.Json("""{"error":"temporarily_unavailable"}""", 500).PauseBeforeHead(gate)
        );
        await using var host = await StartAsync(vertex);

        var asked = Enumerable.Range(0, 8).Select(_ => host.AskAsync(host.Post("/v1/messages", Ask))).ToArray();
        await gate.Reached;
        gate.Open();
        var answers = await Task.WhenAll(asked);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Answer.StatusCode));
        Assert.Single(vertex.Upstream.Requests);
    }

    [Theory]
    [InlineData(
        400,
        """{"error":"invalid_grant","error_description":"Account deleted"}""",
        401,
        "invalid_grant: Account deleted (400)"
    )]
    [InlineData(503, "<html>", 503, "refuses an access token: it answers (503)")]
    [InlineData(200, """{"access_token":""}""", 401, "refuses an access token: it answers (200)")]
    public async Task Why_there_is_no_token_is_told_plainly(int status, string said, int answered, string told)
    {
        await using var vertex = new VertexStandIn(clock) { BeforeToken = () => UpstreamAnswer.Json(said, status) };
        await using var host = await StartAsync(vertex);

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(answered, (int)answer.StatusCode);
        Assert.Contains("Provider vertex could not sign in: 127.0.0.1 ", body, StringComparison.Ordinal);
        Assert.Contains(told, body, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such/file.json", "the file of its Google credentials cannot be read")]
    [InlineData("{\"type\":\"service_account\"}", "neither a service account's nor a person's")]
    [InlineData(
        "{\"client_email\":\"a\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\nsecret-text\\n-----END PRIVATE KEY-----\"}",
        "is no RSA key in PEM"
    )]
    public async Task Credentials_that_are_none_are_told_plainly_and_not_shown(string credentials, string told)
    {
        await using var vertex = new VertexStandIn(clock);
        await using var host = await StartAsync(vertex, credentials);

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains(told, body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-text", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_credentials_and_base64_are_read_as_well()
    {
        await using var vertex = new VertexStandIn(clock);
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "google.json");
        await File.WriteAllTextAsync(file, vertex.Credentials, TestContext.Current.CancellationToken);
        foreach (var credentials in new[] { file, Convert.ToBase64String(Encoding.UTF8.GetBytes(vertex.Credentials)) })
        {
            await using var host = await StartAsync(vertex, credentials);
            await AskedAsync(host);
        }

        Assert.Equal(2, vertex.Tokens.Count);
    }

    [Fact]
    public async Task A_ready_access_token_is_shown_as_it_is()
    {
        await using var vertex = new VertexStandIn(clock);
        await using var first = await StartAsync(vertex);
        await AskedAsync(first);
        await using var host = await GatewayHost.StartAsync(Provider(vertex, null) with { ApiKey = vertex.Tokens[0] });

        await AskedAsync(host);

        Assert.Single(vertex.Tokens);
    }

    [Fact]
    public async Task A_token_that_the_host_repeats_is_masked()
    {
        await using var vertex = new VertexStandIn(clock);
        vertex.BeforeModel = () =>
            UpstreamAnswer.Json(
                $$$"""[{"error":{"code":403,"message":"{{{vertex.Tokens[^1]}}} may not","status":"PERMISSION_DENIED"}}]""",
                403
            );
        await using var host = await StartAsync(vertex);

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(
            $$$"""{"type":"error","error":{"type":"permission_error","message":"{{{new string('*', vertex.Tokens[0].Length)}}} may not"}}""",
            body
        );
    }

    [Fact]
    public async Task Anthropics_own_error_comes_through_as_it_is()
    {
        await using var vertex = new VertexStandIn(clock)
        {
            BeforeModel = () => AnthropicAnswers.Error(529, "overloaded_error", "Overloaded"),
        };
        await using var host = await StartAsync(vertex);

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(529, (int)answer.StatusCode);
        Assert.Equal(
            Encoding.UTF8.GetString(AnthropicAnswers.Error(529, "overloaded_error", "Overloaded").EncodedBody()),
            body
        );
    }

    private static string? LastShown(VertexStandIn vertex) =>
        vertex.Upstream.Requests.Last(request => request.Path != "/token").Header("authorization")?["Bearer ".Length..];

    private static async Task AskedAsync(GatewayHost host)
    {
        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
    }

    // A clock that stands still would have it wait for ever to ask again.
    private Task<GatewayHost> StartAsync(VertexStandIn vertex, string? credentials = null) =>
        GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers =
                [
                    Provider(vertex, credentials ?? vertex.Credentials) with
                    {
                        Resilience = new ResilienceConfig { Retries = 0 },
                    },
                ],
            },
            clock
        );

    private static ProviderConfig Provider(VertexStandIn vertex, string? credentials) =>
        new()
        {
            Name = "vertex",
            Kind = ProviderKind.Vertex,
            BaseUrl = vertex.Upstream.BaseUrl,
            Project = VertexStandIn.Project,
            Location = vertex.Location,
            Credentials = credentials,
        };
}
