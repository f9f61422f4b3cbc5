using System.Text.Json;

namespace Weir.Testing;

/// <summary>
/// A resource of Azure OpenAI: it serves one deployment, below <c>/openai/v1</c> and below the paths of one dated version.
/// Thread-safe.
/// </summary>
public sealed class AzureStandIn : IAsyncDisposable
{
    /// <summary>The resource's key.</summary>
    public const string ApiKey = "azure-key-of-the-resource";

    /// <summary>The one deployment.</summary>
    public const string Deployment = "weir-gpt";

    /// <summary>The dated version that it knows.</summary>
    public const string Version = "2024-10-21";

    /// <summary>Listens on a free port at once.</summary>
    public AzureStandIn() => Upstream.Handle(Answer);

    /// <summary>The sockets underneath.</summary>
    public FakeUpstream Upstream { get; } = new();

    /// <summary>What it says.</summary>
    public VendorCompletion Reply { get; set; } = new() { Id = "chatcmpl-az-1", Model = "gpt-4o-2024-08-06" };

    /// <summary>Stands before every answer of a model; null for none.</summary>
    public Func<UpstreamAnswer?> BeforeModel { get; set; } = () => null;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Upstream.DisposeAsync();

    private UpstreamAnswer? Answer(RecordedRequest request)
    {
        if (request.Header("api-key") != ApiKey && request.Header("authorization") != "Bearer " + ApiKey)
        {
            return UpstreamAnswer.Json(
                """{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}""",
                401
            );
        }

        var body = request.Json();
        var dated = $"/openai/deployments/{Deployment}/";
        var query = $"?api-version={Version}";
        var surface =
            request.Target.StartsWith("/openai/v1/", StringComparison.Ordinal) && !request.Target.Contains('?')
                ? request.Path[11..]
            : request.Target == "/openai/responses" + query ? "responses"
            : request.Target == "/openai/responses/compact" + query ? "responses/compact"
            : request.Target.StartsWith(dated, StringComparison.Ordinal)
            && request.Target.EndsWith(query, StringComparison.Ordinal)
                ? request.Path[dated.Length..]
            : null;
        if (surface is null)
        {
            return UpstreamAnswer.Json("""{"statusCode":404,"message":"Resource not found"}""", 404);
        }

        var byPath = request.Path.StartsWith(dated, StringComparison.Ordinal);
        if (!byPath && body.Text("model") != Deployment)
        {
            return UpstreamAnswer.Json(
                JsonSerializer.Serialize(
                    new
                    {
                        error = new
                        {
                            code = "DeploymentNotFound",
                            message = "The API deployment for this resource does not exist.",
                        },
                    }
                ),
                404
            );
        }

        return BeforeModel() ?? Served(surface, body);
    }

    private UpstreamAnswer? Served(string surface, JsonElement body) =>
        (surface, body.Flag("stream")) switch
        {
            ("chat/completions", false) => OpenAIAnswers.Chat(Reply),
            ("chat/completions", true) => OpenAIAnswers.ChatStream(
                Reply,
                body.TryGetProperty("stream_options", out var options) && options.Flag("include_usage")
            ),
            ("responses", false) => OpenAIResponsesAnswers.Response(Reply),
            ("responses", true) => OpenAIResponsesAnswers.Stream(Reply),
            ("responses/compact", _) => UpstreamAnswer.Json(
                """{"id":"resp_c1","object":"response.compaction","created_at":1780000000,"output":[{"id":"cmp_1","type":"compaction","encrypted_content":"sealed"}],"usage":{"input_tokens":900,"input_tokens_details":{"cached_tokens":512},"output_tokens":70,"output_tokens_details":{"reasoning_tokens":32},"total_tokens":970}}"""
            ),
            ("embeddings", _) => OpenAIAnswers.Embeddings("text-embedding-3-small", 7),
            _ => null,
        };
}
