using System.Text.Json;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>
/// A model vendor that real programs are content with, speaking all dialects on one port, and that keeps its own exact
/// account of what it charged. Prompts steer it: see <see cref="Prompts"/>. Thread-safe.
/// </summary>
public sealed class FakeProvider : IAsyncDisposable
{
    private readonly List<ProviderCharge> charges = [];
    private readonly List<RecordedRequest> rejected = [];
    private readonly Lock gate = new();
    private readonly BedrockStandIn bedrock;
    private int made;

    /// <summary>Listens on a free port at once.</summary>
    public FakeProvider()
    {
        bedrock = new BedrockStandIn(Upstream)
        {
            Mind = (request, model, streaming) => BedrockConduct.Say(this, request, model, streaming),
        };
        Upstream.Handle(Answer);
    }

    /// <summary>The credential that it accepts (<c>x-api-key</c>, bearer or <c>x-goog-api-key</c>); another is a 401.</summary>
    public static string ApiKey => "upstream-secret-0001";

    /// <summary>The sockets underneath: what it was asked, and a queue of answers that go before its own.</summary>
    public FakeUpstream Upstream { get; } = new();

    /// <summary>As Anthropic's and Gemini's SDKs take it.</summary>
    public string BaseUrl => Upstream.BaseUrl.ToString().TrimEnd('/');

    /// <summary>As OpenAI's SDK takes it.</summary>
    public string OpenAIBaseUrl => BaseUrl + "/v1";

    /// <summary>The account: every answer that is billed, in order.</summary>
    public IReadOnlyList<ProviderCharge> Charges
    {
        get
        {
            lock (gate)
            {
                return [.. charges];
            }
        }
    }

    /// <summary>Requests that it had no answer for or refused.</summary>
    public IReadOnlyList<RecordedRequest> Rejected
    {
        get
        {
            lock (gate)
            {
                return [.. rejected];
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Upstream.DisposeAsync();

    /// <summary>
    /// Puts one answer on the account. No two are charged alike, so that a sum which agrees was not put together from
    /// the wrong ones.
    /// </summary>
    internal VendorCompletion Charge(
        RecordedRequest request,
        Dialect dialect,
        string model,
        bool streaming,
        VendorBlock[] blocks
    )
    {
        lock (gate)
        {
            made++;
            var completion = new VendorCompletion
            {
                Id = MessageId(dialect, made),
                Model = model,
                Blocks = [.. blocks],
                Usage = UsageOf(dialect, made),
            };
            charges.Add(
                new ProviderCharge
                {
                    Dialect = dialect,
                    MessageId = dialect == Dialect.OpenAIEmbeddings ? null : completion.Id,
                    Model = model,
                    Streaming = streaming,
                    Usage = completion.Usage,
                    Calls = completion.Blocks.Count(b => b is VendorToolCall or VendorFreeFormCall),
                    Request = request,
                }
            );
            return completion;
        }
    }

    private static string MessageId(Dialect dialect, int n) =>
        dialect switch
        {
            Dialect.AnthropicMessages => $"msg_{n:d6}",
            Dialect.OpenAIChat => $"chatcmpl-{n:d6}",
            Dialect.OpenAIResponses => $"resp_{n:d6}",
            _ => $"gen-{n:d6}",
        };

    private static TokenUsage UsageOf(Dialect dialect, int n)
    {
        var usage = new TokenUsage
        {
            Input = 101 + (7 * n),
            CacheRead = 10_007 + (131 * n),
            Output = 53 + (13 * n),
        };
        return dialect switch
        {
            Dialect.AnthropicMessages => usage with
            {
                CacheWrite5m = n % 2 == 0 ? 0 : 211 + (17 * n),
                CacheWrite1h = n % 3 == 0 ? 307 + (19 * n) : 0,
            },
            Dialect.OpenAIEmbeddings => new TokenUsage { Input = 19 + n },
            // It has no word for reasoning.
            Dialect.BedrockConverse => usage,
            _ => usage with { Reasoning = 5 + n },
        };
    }

    private UpstreamAnswer? Answer(RecordedRequest request)
    {
        var answer =
            request.Method == "HEAD" && request.Path == "/" ? UpstreamAnswer.Status(200)
            : IsBedrocks(request) ? bedrock.Answer(request)
            : !IsAuthorized(request) ? Unauthorized(request.Path)
            : NamesUnknownModel(request) ? UnknownModel(request.Path)
            : Converse(request);
        if (answer is null || answer.IsRefusal)
        {
            lock (gate)
            {
                rejected.Add(request);
            }
        }

        return answer;
    }

    private UpstreamAnswer? Converse(RecordedRequest request) =>
        (request.Method, request.Path) switch
        {
            ("POST", "/v1/messages") => AnthropicConduct.Message(this, request),
            ("POST", "/v1/messages/count_tokens") => AnthropicAnswers.CountTokens(request.Body.Length / 4),
            ("POST", "/v1/chat/completions") => OpenAIConduct.Chat(this, request),
            ("POST", "/v1/responses") => OpenAIConduct.Response(this, request),
            ("POST", "/v1/embeddings") => OpenAIConduct.Embeddings(this, request),
            ("POST", var path) when path.StartsWith("/v1beta/models/", StringComparison.Ordinal) =>
                GeminiConduct.Answer(this, request),
            _ => null,
        };

    private static bool IsBedrocks(RecordedRequest request) =>
        request.Path.StartsWith("/model/", StringComparison.Ordinal);

    private static bool IsAuthorized(RecordedRequest request) =>
        request.Header("x-api-key") == ApiKey
        || request.Header("authorization") == "Bearer " + ApiKey
        || request.Header("x-goog-api-key") == ApiKey
        || (request.Method == "HEAD" && request.Path == "/");

    private static bool NamesUnknownModel(RecordedRequest request) =>
        !request.Body.IsEmpty && request.Json().Text("model") is { } model && !ListPrices.Known.Contains(model);

    private static UpstreamAnswer UnknownModel(string path) =>
        path.StartsWith("/v1/messages", StringComparison.Ordinal)
            ? AnthropicAnswers.Error(404, "not_found_error", "model: no-such-model")
            : OpenAIAnswers.Error(404, "model_not_found", "invalid_request_error", "The model does not exist.");

    private static UpstreamAnswer Unauthorized(string path) =>
        path.StartsWith("/v1/messages", StringComparison.Ordinal)
            ? AnthropicAnswers.Error(401, "authentication_error", "invalid x-api-key")
            : OpenAIAnswers.Error(401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided.");
}

/// <summary>Words that a prompt may hold to steer a <see cref="FakeProvider"/>.</summary>
public static class Prompts
{
    /// <summary>The model calls a shell tool once, then answers.</summary>
    public const string CallTool = "WEIR-CALL-TOOL";

    /// <summary>The model starts a subagent, which calls a shell tool; then it answers.</summary>
    public const string StartSubagent = "WEIR-START-SUBAGENT";

    /// <summary>The model calls a shell tool twice at once, then answers.</summary>
    public const string CallTwice = "WEIR-CALL-TWICE";

    /// <summary>The model calls a shell tool three times, one after the other, then answers.</summary>
    public const string KeepCalling = "WEIR-KEEP-CALLING";

    /// <summary>The model looks at the picture whose path follows, up to a semicolon, and then answers.</summary>
    public const string LookAt = "WEIR-LOOK-AT:";

    /// <summary>The model adds <see cref="PatchedFile"/> with its patch tool, and then answers.</summary>
    public const string Patch = "WEIR-PATCH";

    /// <summary>The file that it adds.</summary>
    public const string PatchedFile = "gauge.txt";

    /// <summary>What stands in it.</summary>
    public const string PatchedLine = "high — \"très haut\"";

    /// <summary>The model thinks before whatever else it does.</summary>
    public const string Think = "WEIR-THINK";

    /// <summary>What the shell tool prints.</summary>
    public const string ToolOutput = "weir-tool-ran";

    /// <summary>The model's last words.</summary>
    public const string FinalAnswer = "All is well at the weir.";

    internal static string Command => $"echo {ToolOutput}";
}

internal static class JsonReading
{
    /// <summary>A member's text; null when it is absent or no string.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The items of a member; none when it is absent or no array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray()]
            : [];

    /// <summary>True when the member is <c>true</c>.</summary>
    public static bool Flag(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.True;
}
