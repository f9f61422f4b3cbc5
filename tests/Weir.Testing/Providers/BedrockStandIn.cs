using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weir.Testing;

/// <summary>
/// Amazon Bedrock's runtime as its clients meet it: it works out the signature of what arrived and refuses another one, takes
/// Claude's bodies by their members alone, and answers streams in frames. Thread-safe.
/// </summary>
public sealed class BedrockStandIn : IAsyncDisposable
{
    /// <summary>The id of the access key.</summary>
    public const string AccessKeyId = "AKIDSTANDIN";

    /// <summary>Its secret.</summary>
    public const string SecretAccessKey = "stand-in/secret+access+key";

    /// <summary>The API key that it takes instead of a signature.</summary>
    public const string ApiKey = "bedrock-api-key-stand-in";

    private const string RequestId = "amzn-1";

    private static readonly string[] Members =
    [
        "anthropic_beta",
        "anthropic_version",
        "context_management",
        "max_tokens",
        "messages",
        "metadata",
        "output_config",
        "stop_sequences",
        "system",
        "temperature",
        "thinking",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
    ];

    // docs.aws.amazon.com/bedrock, "Anthropic Claude Messages API", under anthropic_beta.
    private static readonly string[] Betas =
    [
        "computer-use-2025-01-24",
        "context-1m-2025-08-07",
        "context-management-2025-06-27",
        "effort-2025-11-24",
        "interleaved-thinking-2025-05-14",
        "output-128k-2025-02-19",
        "token-efficient-tools-2025-02-19",
        "tool-examples-2025-10-29",
        "tool-search-tool-2025-10-19",
    ];

    /// <summary>Listens on a free port at once.</summary>
    public BedrockStandIn()
    {
        Upstream = new FakeUpstream();
        Upstream.Handle(Answer);
    }

    /// <summary>A part of another stand-in, on that one's port, which hands it what it is to <see cref="Answer"/>.</summary>
    internal BedrockStandIn(FakeUpstream upstream) => Upstream = upstream;

    /// <summary>The sockets underneath.</summary>
    public FakeUpstream Upstream { get; }

    /// <summary>Its region, which signatures must be for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The session token that must come with the access key; null when it is a lasting one.</summary>
    public string? SessionToken { get; init; }

    /// <summary>What it says, to whichever model.</summary>
    public Func<string, VendorCompletion> Reply { get; set; } =
        model => new VendorCompletion { Id = "msg_bdrk_1", Model = model };

    /// <summary>The events of Converse, by name; for models that are not Anthropic's.</summary>
    public IReadOnlyList<(string Name, string Json)> Converse { get; set; } = [];

    /// <summary>The document of Converse, whole.</summary>
    public string ConverseDocument { get; set; } = "{}";

    /// <summary>
    /// Thinks about each request that is sound, and says what there is to say in whichever way it was asked; null: the fixed
    /// answers above. Told are the request, the model and whether a stream is wanted.
    /// </summary>
    internal Func<RecordedRequest, string, bool, VendorCompletion>? Mind { get; init; }

    /// <summary>Changes the frames of a stream before they are sent.</summary>
    public Func<IReadOnlyList<byte[]>, IReadOnlyList<byte[]>> Frames { get; set; } = frames => frames;

    /// <summary>Changes any answer before it is sent.</summary>
    public Func<UpstreamAnswer, UpstreamAnswer> Last { get; set; } = answer => answer;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Upstream.DisposeAsync();

    /// <summary>An error as Bedrock words it.</summary>
    public static UpstreamAnswer Error(int status, string name, string message) =>
        UpstreamAnswer
            .Json(JsonSerializer.Serialize(new { message }), status)
            .Header("x-amzn-RequestId", RequestId)
            .Header("x-amzn-ErrorType", name + ":http://internal.amazon.com/coral/com.amazon.bedrock/");

    /// <summary>The answer to whatever it is asked.</summary>
    internal UpstreamAnswer Answer(RecordedRequest request) => Last(Refusal(request) ?? Served(request));

    private UpstreamAnswer? Refusal(RecordedRequest request)
    {
        var authorization = request.Header("authorization") ?? "";
        if (authorization.StartsWith("Bearer ", StringComparison.Ordinal))
        {
            return authorization == "Bearer " + ApiKey
                ? null
                : Error(403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.");
        }

        var (expected, canonical) = Signed(request, authorization);
        if (request.Header("x-amz-security-token") != SessionToken)
        {
            return Error(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
        }

        return authorization == expected
            ? null
            : Error(
                403,
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. The Canonical String for this "
                    + $"request should have been\n'{canonical}'"
            );
    }

    private UpstreamAnswer Served(RecordedRequest request)
    {
        var parts = request.Target.Split('/');
        if (parts is not ["", "model", var escaped, var operation] || request.Method != "POST")
        {
            return Error(404, "UnknownOperationException", "");
        }

        if (request.Header("content-type") != "application/json")
        {
            return Error(400, "ValidationException", "content-type");
        }

        var model = Uri.UnescapeDataString(escaped);
        var isClaude = model.Contains("anthropic.", StringComparison.Ordinal);
        return operation switch
        {
            "invoke" or "invoke-with-response-stream" when isClaude => Complaint(request.Json())
                ?? Message(request, model, streams: operation != "invoke"),
            "count-tokens" when isClaude => Count(request),
            "converse" or "converse-stream" when !isClaude => ConverseRules.Complaint(request.Json())
                ?? Conversed(request, model, streams: operation != "converse"),
            _ => Error(400, "ValidationException", $"The model {model} does not take {operation}."),
        };
    }

    private UpstreamAnswer Message(RecordedRequest request, string model, bool streams)
    {
        var reply = Mind is null ? Reply(model) : Mind(request, model, streams);
        var id = Mind is null ? RequestId : "req_" + reply.Id;
        return streams
            ? Stream(
                id,
                [
                    .. AnthropicAnswers
                        .Events(reply)
                        .Select(e =>
                            EventStreamFrames.Chunk(e[(e.IndexOf("data: ", StringComparison.Ordinal) + 6)..].Trim())
                        ),
                ]
            )
            : UpstreamAnswer
                .Status(200)
                .Header("content-type", "application/json")
                .Header("x-amzn-RequestId", id)
                .Header("x-amzn-bedrock-input-token-count", "12")
                .Body(AnthropicAnswers.Message(reply).EncodedBody());
    }

    private UpstreamAnswer Conversed(RecordedRequest request, string model, bool streams)
    {
        var reply = Mind?.Invoke(request, model, streams);
        var id = reply is null ? RequestId : "req_" + reply.Id;
        return streams
            ? Stream(
                id,
                [
                    .. (reply is null ? Converse : ConverseAnswers.Events(reply)).Select(e =>
                        EventStreamFrames.Event(e.Name, e.Json)
                    ),
                ]
            )
            : UpstreamAnswer
                .Json(reply is null ? ConverseDocument : ConverseAnswers.Document(reply))
                .Header("x-amzn-RequestId", id);
    }

    private UpstreamAnswer Stream(string id, IReadOnlyList<byte[]> frames) =>
        Frames(frames)
            .Aggregate(
                UpstreamAnswer
                    .Status(200)
                    .Header("content-type", "application/vnd.amazon.eventstream")
                    .Header("x-amzn-RequestId", id)
                    .Chunked(),
                (answer, frame) => answer.Body(frame)
            );

    private static UpstreamAnswer Count(RecordedRequest request)
    {
        var inner = Convert.FromBase64String(
            request.Json().GetProperty("input").GetProperty("invokeModel").GetProperty("body").GetString()!
        );
        using var body = JsonDocument.Parse(inner);
        return Complaint(body.RootElement) ?? UpstreamAnswer.Json($$"""{"inputTokens":{{inner.Length}}}""");
    }

    private static UpstreamAnswer? Complaint(JsonElement body)
    {
        if (body.EnumerateObject().Select(m => m.Name).Except(Members).FirstOrDefault() is { } extra)
        {
            return Error(400, "ValidationException", $"{extra}: Extra inputs are not permitted");
        }

        if (body.Text("anthropic_version") != "bedrock-2023-05-31")
        {
            return Error(400, "ValidationException", "Invalid API version");
        }

        if (body.Items("anthropic_beta").Select(beta => beta.GetString()).Except(Betas).FirstOrDefault() is { } beta)
        {
            return Error(400, "ValidationException", $"invalid beta flag: {beta}");
        }

        if (!body.TryGetProperty("max_tokens", out _))
        {
            return Error(400, "ValidationException", "max_tokens: Field required");
        }

        return body.ToString().Contains("\"scope\"", StringComparison.Ordinal)
            ? Error(
                400,
                "ValidationException",
                "system.0.cache_control.ephemeral.scope: Extra inputs are not permitted"
            )
            : null;
    }

    /// <summary>The header that this very request should have had, and what it is a signature of.</summary>
    private (string Authorization, string Canonical) Signed(RecordedRequest request, string claimed)
    {
        const string Marker = "SignedHeaders=";
        var from = claimed.IndexOf(Marker, StringComparison.Ordinal);
        var names = from < 0 ? "" : claimed[(from + Marker.Length)..].Split(',')[0];
        var required = new List<string> { "content-type", "host", "x-amz-content-sha256", "x-amz-date" };
        if (SessionToken is not null)
        {
            required.Add("x-amz-security-token");
        }

        var date = request.Header("x-amz-date") ?? "";
        var hash = Hex(SHA256.HashData(request.Body.Span));
        if (names != string.Join(';', required) || date.Length != 16 || request.Header("x-amz-content-sha256") != hash)
        {
            return ("none", "");
        }

        // The path as it came, escaped once more: a bare colon too.
        var path = string.Concat(
            request.Path.Select(c =>
                char.IsAsciiLetterOrDigit(c) || "-._~/".Contains(c, StringComparison.Ordinal) ? $"{c}" : $"%{(int)c:X2}"
            )
        );
        var canonical =
            $"{request.Method}\n{path}\n\n"
            + string.Concat(required.Select(name => $"{name}:{request.Header(name)}\n"))
            + $"\n{names}\n{hash}";
        var scope = string.Create(CultureInfo.InvariantCulture, $"{date[..8]}/{Region}/bedrock/aws4_request");
        var text = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + SecretAccessKey);
        foreach (var part in scope.Split('/').Append(text))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return (
            $"AWS4-HMAC-SHA256 Credential={AccessKeyId}/{scope}, SignedHeaders={names}, Signature={Hex(key)}",
            canonical
        );
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
