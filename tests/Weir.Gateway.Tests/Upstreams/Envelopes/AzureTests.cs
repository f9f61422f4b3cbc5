using System.Collections.Immutable;
using System.Net;
using System.Text;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Testing;

namespace Weir.Gateway.Tests.Upstreams.Envelopes;

public sealed class AzureTests
{
    private const string Ask = """{"model":"gpt-4o","messages":[{"role":"user","content":"Grüße"}]}""";

    private const string AskStream =
        """{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Grüße"}]}""";

    [Theory]
    [InlineData(null, "", "/openai/v1/chat/completions")]
    [InlineData(null, "/openai/v1", "/openai/v1/chat/completions")]
    [InlineData(null, "/openai/", "/openai/v1/chat/completions")]
    [InlineData("v1", "", "/openai/v1/chat/completions")]
    [InlineData(AzureStandIn.Version, "", "/openai/deployments/weir-gpt/chat/completions?api-version=2024-10-21")]
    public async Task A_chat_goes_to_the_deployment_of_its_model(string? version, string path, string target)
    {
        await using var azure = new AzureStandIn();
        await using var host = await GatewayHost.StartAsync(Provider(azure, version, path));

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/chat/completions", Ask).With("api-key", "the caller's own")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Encoding.UTF8.GetString(OpenAIAnswers.Chat(azure.Reply).EncodedBody()), body);
        var sent = azure.Upstream.Request;
        Assert.Equal(target, sent.Target);
        Assert.Equal("""{"model":"weir-gpt","messages":[{"role":"user","content":"Grüße"}]}""", sent.BodyText);
        Assert.Equal(AzureStandIn.ApiKey, sent.Header("api-key"));
        Assert.Null(sent.Header("authorization"));
        var record = await host.RecordAsync();
        Assert.Equal(("gpt-4o-2024-08-06", 5L), (record.Model, record.Usage.Output));
        Assert.NotNull(record.Cost);
    }

    [Fact]
    public async Task A_stream_reports_its_usage_and_hides_that_from_a_caller_who_did_not_ask()
    {
        await using var azure = new AzureStandIn();
        await using var host = await GatewayHost.StartAsync(Provider(azure, AzureStandIn.Version));

        var (_, body) = await host.AskAsync(host.Post("/v1/chat/completions", AskStream));

        Assert.Equal(string.Concat(OpenAIAnswers.ChatEvents(azure.Reply, includeUsage: false)), body);
        Assert.Equal(5, (await host.RecordAsync()).Usage.Output);
    }

    [Theory]
    [InlineData(null, "/openai/v1/responses")]
    [InlineData(AzureStandIn.Version, "/openai/responses?api-version=2024-10-21")]
    public async Task Responses_have_the_deployment_in_the_body(string? version, string target)
    {
        await using var azure = new AzureStandIn();
        await using var host = await GatewayHost.StartAsync(Provider(azure, version));

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/responses", """{"model":"gpt-4o","input":"Hi","stream":true}""")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(string.Concat(OpenAIResponsesAnswers.Events(azure.Reply)), body);
        Assert.Equal(target, azure.Upstream.Request.Target);
    }

    [Theory]
    [InlineData(null, "/openai/v1/responses/compact")]
    [InlineData(AzureStandIn.Version, "/openai/responses/compact?api-version=2024-10-21")]
    public async Task A_compaction_is_asked_for_and_metered(string? version, string target)
    {
        await using var azure = new AzureStandIn();
        await using var host = await GatewayHost.StartAsync(Provider(azure, version));

        var (answer, _) = await host.AskAsync(
            host.Post("/v1/responses/compact", """{"model":"gpt-4o","input":[{"role":"user","content":"Hi"}]}""")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(target, azure.Upstream.Request.Target);
        var record = await host.RecordAsync();
        Assert.Equal((388L, 512L, 70L), (record.Usage.Input, record.Usage.CacheRead, record.Usage.Output));
    }

    [Fact]
    public async Task Embeddings_are_served_too()
    {
        await using var azure = new AzureStandIn();
        await using var host = await GatewayHost.StartAsync(Provider(azure, AzureStandIn.Version));

        var (answer, _) = await host.AskAsync(host.Post("/v1/embeddings", """{"model":"gpt-4o","input":"Hi"}"""));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(7, (await host.RecordAsync()).Usage.Input);
    }

    [Fact]
    public async Task A_filter_of_Azures_comes_through_as_it_is()
    {
        const string Filtered =
            """{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}""";
        await using var azure = new AzureStandIn { BeforeModel = () => UpstreamAnswer.Json(Filtered, 400) };
        await using var host = await GatewayHost.StartAsync(Provider(azure));

        var (answer, body) = await host.AskAsync(host.Post("/v1/chat/completions", Ask));

        Assert.Equal((400, Filtered), ((int)answer.StatusCode, body));
        Assert.Equal(RequestStatus.RequestError, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task An_error_of_the_gateway_before_the_models_has_OpenAIs_shape()
    {
        await using var azure = new AzureStandIn();
        await using var host = await GatewayHost.StartAsync(Provider(azure, "2031-01-01"));

        var (answer, body) = await host.AskAsync(host.Post("/v1/chat/completions", Ask));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(
            """{"error":{"message":"Resource not found","type":"invalid_request_error","param":null,"code":null}}""",
            body
        );
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_not_repeated()
    {
        await using var azure = new AzureStandIn();
        await using var host = await GatewayHost.StartAsync(Provider(azure) with { ApiKey = "another-key-altogether" });

        var (answer, body) = await host.AskAsync(host.Post("/v1/chat/completions", Ask));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("Access denied", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_Entras_goes_as_bearer()
    {
        await using var azure = new AzureStandIn();
        await using var host = await GatewayHost.StartAsync(
            Provider(azure) with
            {
                ApiKey = "eyJhbGciOi.eyJhdWQi.c2ln",
            }
        );

        await host.AskAsync(host.Post("/v1/chat/completions", Ask));

        Assert.Equal("Bearer eyJhbGciOi.eyJhdWQi.c2ln", azure.Upstream.Request.Header("authorization"));
        Assert.Null(azure.Upstream.Request.Header("api-key"));
    }

    private static ProviderConfig Provider(AzureStandIn azure, string? version = null, string path = "") =>
        new()
        {
            Name = "azure",
            Kind = ProviderKind.AzureOpenAI,
            BaseUrl = new Uri(azure.Upstream.BaseUrl, path),
            ApiKey = AzureStandIn.ApiKey,
            ApiVersion = version,
            Deployments = ImmutableSortedDictionary<string, string>.Empty.Add("gpt-4o", AzureStandIn.Deployment),
        };
}
