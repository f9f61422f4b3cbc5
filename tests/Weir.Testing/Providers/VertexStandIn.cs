using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;

namespace Weir.Testing;

/// <summary>
/// Google's token endpoint and Vertex AI on one port: it gives a token for an assertion that the service account's key has
/// signed, and serves Claude and Gemini to whoever shows a token that has not expired. Thread-safe.
/// </summary>
public sealed class VertexStandIn : IAsyncDisposable
{
    /// <summary>The project.</summary>
    public const string Project = "weir-tests";

    /// <summary>The service account.</summary>
    public const string Email = "weir@weir-tests.iam.gserviceaccount.com";

    private const string KeyId = "key-1";

    private readonly RSA key = RSA.Create(2048);
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> tokens = [];

    /// <summary>Listens on a free port at once.</summary>
    public VertexStandIn(TimeProvider clock)
    {
        this.clock = clock;
        Upstream.Handle(Answer);
    }

    /// <summary>The sockets underneath.</summary>
    public FakeUpstream Upstream { get; } = new();

    /// <summary>Where it is.</summary>
    public string Location { get; init; } = "europe-west1";

    /// <summary>How long a token is good.</summary>
    public TimeSpan Life { get; init; } = TimeSpan.FromSeconds(3599);

    /// <summary>Every token that was given, in order.</summary>
    public IReadOnlyList<string> Tokens
    {
        get
        {
            lock (gate)
            {
                return [.. tokens.Keys];
            }
        }
    }

    /// <summary>What it says, to whichever model.</summary>
    public Func<string, VendorCompletion> Reply { get; set; } =
        model => new VendorCompletion { Id = "msg_vrtx_1", Model = model };

    /// <summary>Stands before every answer of the token endpoint; null for none.</summary>
    public Func<UpstreamAnswer?> BeforeToken { get; set; } = () => null;

    /// <summary>Stands before every answer of a model; null for none.</summary>
    public Func<UpstreamAnswer?> BeforeModel { get; set; } = () => null;

    /// <summary>The service account's credentials, as Google's console gives them.</summary>
    public string Credentials =>
        JsonSerializer.Serialize(
            new
            {
                type = "service_account",
                project_id = Project,
                private_key_id = KeyId,
                private_key = key.ExportPkcs8PrivateKeyPem(),
                client_email = Email,
                client_id = "1",
                token_uri = TokenUri,
            }
        );

    private string TokenUri => new Uri(Upstream.BaseUrl, "/token").AbsoluteUri;

    /// <summary>Takes every token back.</summary>
    public void Revoke()
    {
        lock (gate)
        {
            foreach (var token in tokens.Keys)
            {
                tokens[token] = DateTimeOffset.MinValue;
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Upstream.DisposeAsync();
        key.Dispose();
    }

    private UpstreamAnswer? Answer(RecordedRequest request) =>
        request.Path == "/token" ? BeforeToken() ?? Token(request)
        : !IsSignedIn(request)
            ? UpstreamAnswer.Json(
                """{"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"UNAUTHENTICATED"}}""",
                401
            )
        : BeforeModel() ?? Served(request);

    private UpstreamAnswer Token(RecordedRequest request)
    {
        var form = HttpUtility.ParseQueryString(request.BodyText);
        if (
            request.Header("content-type") != "application/x-www-form-urlencoded"
            || form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer"
        )
        {
            return Refused("unsupported_grant_type", "Invalid grant_type");
        }

        var parts = (form["assertion"] ?? "").Split('.');
        if (
            parts.Length != 3
            || !key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            )
        )
        {
            return Refused("invalid_grant", "Invalid JWT Signature.");
        }

        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var (said, claimed) = (header.RootElement, claims.RootElement);
        var issued = claimed.GetProperty("iat").GetInt64();
        var life = claimed.GetProperty("exp").GetInt64() - issued;
        if (
            said.Text("alg") != "RS256"
            || said.Text("kid") != KeyId
            || claimed.Text("iss") != Email
            || claimed.Text("aud") != TokenUri
            || claimed.Text("scope") != "https://www.googleapis.com/auth/cloud-platform"
            || life is <= 0 or > 3600
            || Math.Abs(clock.GetUtcNow().ToUnixTimeSeconds() - issued) > 300
        )
        {
            return Refused(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe."
            );
        }

        lock (gate)
        {
            var token = string.Create(CultureInfo.InvariantCulture, $"ya29.stand-in-token-{tokens.Count + 1}");
            tokens[token] = clock.GetUtcNow() + Life;
            return UpstreamAnswer.Json(
                $$"""{"access_token":"{{token}}","expires_in":{{(long)Life.TotalSeconds}},"token_type":"Bearer"}"""
            );
        }
    }

    private bool IsSignedIn(RecordedRequest request)
    {
        lock (gate)
        {
            return request.Header("authorization")?.Split(' ', 2) is ["Bearer", var token]
                && tokens.TryGetValue(token, out var until)
                && clock.GetUtcNow() < until;
        }
    }

    private UpstreamAnswer? Served(RecordedRequest request)
    {
        var claude = $"/v1/projects/{Project}/locations/{Location}/publishers/anthropic/models/";
        var gemini = $"/v1beta1/projects/{Project}/locations/{Location}/publishers/google/models/";
        var chat = $"/v1beta1/projects/{Project}/locations/{Location}/endpoints/openapi/chat/completions";
        if (request.Path.StartsWith(claude, StringComparison.Ordinal))
        {
            return Claude(request, request.Path[claude.Length..].Split(':'));
        }

        if (request.Path.StartsWith(gemini, StringComparison.Ordinal))
        {
            return Gemini(request, request.Path[gemini.Length..].Split(':'));
        }

        return request.Path == chat ? OpenAIAnswers.Chat(Reply(request.Json().Text("model")!)) : null;
    }

    private UpstreamAnswer? Claude(RecordedRequest request, string[] call)
    {
        var body = request.Json();
        if (body.Text("anthropic_version") != "vertex-2023-10-16")
        {
            return AnthropicAnswers.Error(400, "invalid_request_error", "anthropic_version: Field required");
        }

        if (call is ["count-tokens", "rawPredict"])
        {
            return body.Text("model") is null
                ? AnthropicAnswers.Error(400, "invalid_request_error", "model: Field required")
                : AnthropicAnswers.CountTokens(request.Body.Length);
        }

        if (body.TryGetProperty("model", out _))
        {
            return AnthropicAnswers.Error(400, "invalid_request_error", "model: Extra inputs are not permitted");
        }

        return call switch
        {
            [var model, "rawPredict"] when !body.Flag("stream") => AnthropicAnswers.Message(Reply(model)),
            [var model, "streamRawPredict"] when body.Flag("stream") => AnthropicAnswers.Stream(Reply(model)),
            _ => null,
        };
    }

    /// <summary>The members of a CountTokensRequest.</summary>
    private static readonly string[] Counted =
    [
        "model",
        "contents",
        "instances",
        "systemInstruction",
        "tools",
        "generationConfig",
    ];

    private UpstreamAnswer? Gemini(RecordedRequest request, string[] call) =>
        call switch
        {
            [var model, "generateContent"] => GeminiAnswers.Content(Reply(model)),
            [var model, "streamGenerateContent"] when request.Target.EndsWith("?alt=sse", StringComparison.Ordinal) =>
                GeminiAnswers.Stream(Reply(model)),
            // Its count takes the request as it is, where Gemini's own API takes it wrapped up.
            [_, "countTokens"]
                when request.Json().EnumerateObject().FirstOrDefault(m => !Counted.Contains(m.Name))
                    is { Value.ValueKind: not JsonValueKind.Undefined } other => UpstreamAnswer.Json(
                $$$"""{"error":{"code":400,"message":"Invalid JSON payload received. Unknown name \"{{{other.Name}}}\": Cannot find field.","status":"INVALID_ARGUMENT"}}""",
                400
            ),
            [_, "countTokens"] => GeminiAnswers.CountTokens(request.Body.Length),
            _ => null,
        };

    private static UpstreamAnswer Refused(string error, string description) =>
        UpstreamAnswer.Json(JsonSerializer.Serialize(new { error, error_description = description }), 400);
}
