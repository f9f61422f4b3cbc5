using Weir.Foundation;
using Weir.Gateway.Counting;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// Google's Vertex AI: Claude in Anthropic's bodies through <c>rawPredict</c>, Gemini in its own, what else there is through the
/// endpoint that speaks OpenAI's Chat; signed in with Google credentials. Sources:
/// docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude,
/// .../docs/model-reference/inference, .../docs/migrate/openai/overview.
/// </summary>
internal sealed class VertexEnvelope : Envelope
{
    private const string AnthropicVersion = "\"vertex-2023-10-16\"";

    private readonly ProviderConfig config;
    private readonly Upstream upstream;
    private readonly GoogleSignIn? signIn;
    private readonly string root;

    /// <summary>Around one project and location.</summary>
    public VertexEnvelope(ProviderConfig config, Uri address, Upstream upstream, TimeProvider clock)
    {
        this.config = config;
        this.upstream = upstream;
        signIn = config.Credentials is { } credentials ? upstream.SignIn(credentials, clock) : null;
        // The SDK for Claude takes its address with the version, Google's own takes it without.
        var path = address.AbsolutePath.TrimEnd('/');
        root =
            address.GetLeftPart(UriPartial.Authority)
            + (path.EndsWith("/v1", StringComparison.Ordinal) ? path[..^3] : path);
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> Secrets => signIn?.Current is { } token ? [token] : [];

    /// <summary>Where a location's models are: <c>global</c>, a part of the world (<c>us</c>, <c>eu</c>), or a region.</summary>
    public static Uri AddressOf(string location) =>
        new(
            location switch
            {
                "global" => "https://aiplatform.googleapis.com",
                "us" or "eu" => $"https://aiplatform.{location}.rep.googleapis.com",
                _ => $"https://{location}-aiplatform.googleapis.com",
            }
        );

    /// <summary>The dialect of a model.</summary>
    public static Dialect DialectOf(string model) =>
        model.StartsWith("claude", StringComparison.OrdinalIgnoreCase) ? Dialect.AnthropicMessages
        : model.Contains('/') ? Dialect.OpenAIChat
        : Dialect.Gemini;

    /// <inheritdoc />
    public override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        EnvelopeCall call,
        CancellationToken cancellationToken
    )
    {
        var operation = OperationOf(request, call);
        AskUncompressed(request);
        if (call.Dialect != Dialect.PassThrough)
        {
            if (
                request.Content is not BodyContent body
                || call.Model is not { } model
                || !Wrap(request, body, call, model, operation)
            )
            {
                return Refusal(call.Dialect, 404, $"Provider {config.Name} has no such path.");
            }
        }

        string? token = null;
        if (signIn is not null)
        {
            var signedIn = await signIn.TokenAsync(cancellationToken);
            if (signedIn.Token is null)
            {
                return Refusal(
                    call.Dialect,
                    signedIn.Status,
                    $"Provider {config.Name} could not sign in: {signedIn.Problem}."
                );
            }

            token = signedIn.Token;
            Set(request, "Authorization", "Bearer " + token);
        }

        var answer = await upstream.SendAsync(request, cancellationToken);
        if (answer.StatusCode == System.Net.HttpStatusCode.Unauthorized && token is not null)
        {
            signIn!.Refused(token);
        }

        return answer.IsSuccessStatusCode || call.Dialect == Dialect.PassThrough
            ? answer
            : await TranslatedAsync(answer, call.Dialect, cancellationToken);
    }

    private bool Wrap(
        HttpRequestMessage request,
        BodyContent body,
        in EnvelopeCall call,
        string model,
        Operation operation
    )
    {
        var query = "";
        string path;
        switch (call.Dialect, operation)
        {
            case (Dialect.AnthropicMessages, Operation.Messages):
                path =
                    $"v1/{Publisher("anthropic")}{Escaped(model)}:{(call.Streaming ? "streamRawPredict" : "rawPredict")}";
                WrapClaude(request, body, call, operation);
                break;
            case (Dialect.AnthropicMessages, Operation.CountTokens):
                path = $"v1/{Publisher("anthropic")}count-tokens:rawPredict";
                WrapClaude(request, body, call, operation);
                break;
            case (
                Dialect.Gemini,
                Operation.GeminiGenerate
                    or Operation.GeminiStream
                    or Operation.GeminiCountTokens
                    or Operation.GeminiEmbed
            ):
                if (operation == Operation.GeminiCountTokens)
                {
                    body.Pieces = [CountBodies.Vertex(body.Whole().Span)];
                }

                var verb = request.RequestUri!.AbsolutePath[(request.RequestUri.AbsolutePath.LastIndexOf(':') + 1)..];
                path = $"v1beta1/{Publisher("google")}{Escaped(Bare(model))}:{verb}";
                query = request.RequestUri.Query;
                break;
            case (Dialect.OpenAIChat, Operation.Chat):
                path =
                    $"v1beta1/projects/{config.Project}/locations/{config.Location}/endpoints/openapi/chat/completions";
                break;
            default:
                return false;
        }

        request.RequestUri = new Uri($"{root}/{path}{query}", ProviderModel.ExactUri);
        return true;
    }

    /// <inheritdoc />
    public override HostBody? Edits(ReadOnlyMemory<byte> body, in EnvelopeCall call, Operation operation, string? betas)
    {
        if (call.Dialect != Dialect.AnthropicMessages)
        {
            return null;
        }

        var edited = new HostBody(body)
            .WithoutFields(AnthropicBetas.For(betas, ProviderKind.Vertex).Stripped)
            .With("anthropic_version", AnthropicVersion);
        // The model stands in the path; a count has none there.
        return operation == Operation.CountTokens ? edited : edited.Without("model");
    }

    private void WrapClaude(HttpRequestMessage request, BodyContent body, in EnvelopeCall call, Operation operation)
    {
        var betas = request.Headers.NonValidated.TryGetValues("anthropic-beta", out var values)
            ? values.ToString()
            : null;
        var known = AnthropicBetas.For(betas, ProviderKind.Vertex).Known;
        request.Headers.Remove("anthropic-beta");
        request.Headers.Remove("anthropic-version");
        request.Headers.Remove("anthropic-dangerous-direct-browser-access");
        if (known.Count > 0)
        {
            request.Headers.TryAddWithoutValidation("anthropic-beta", string.Join(',', known));
        }

        Put(request, body, Edits(body.Whole(), call, operation, betas)!);
    }

    private string Publisher(string publisher) =>
        $"projects/{config.Project}/locations/{config.Location}/publishers/{publisher}/models/";

    private static string Bare(string model) =>
        model.StartsWith("models/", StringComparison.Ordinal) ? model["models/".Length..] : model;

    /// <summary>A model's version stands after an at sign, which Google's paths hold as it is.</summary>
    private static string Escaped(string model) =>
        Uri.EscapeDataString(model).Replace("%40", "@", StringComparison.Ordinal);

    /// <summary>
    /// Google's own errors in the vendor's shape; what the vendor itself said comes through as it is. Some come as the one item of
    /// a list.
    /// </summary>
    private static async Task<HttpResponseMessage> TranslatedAsync(
        HttpResponseMessage answer,
        Dialect dialect,
        CancellationToken cancellationToken
    )
    {
        if (dialect == Dialect.Gemini || await ErrorAsync(answer, cancellationToken) is not { } body)
        {
            return answer;
        }

        var status = (int)answer.StatusCode;
        return Message(body) is { } message
            ? WithBody(answer, status, HostErrors.Make(dialect, status, type: null, message, requestId: null))
            : WithBody(answer, status, body);
    }

    private static string? Message(ReadOnlySpan<byte> body)
    {
        var text = body.Trim(" \t\r\n"u8);
        if (text is [(byte)'[', .. var list, (byte)']'])
        {
            text = list;
        }

        var error = HostAnswer.Object(text, "error"u8);
        // Google's has a status in capitals; Anthropic's and OpenAI's have a type.
        return error.IsEmpty || HostAnswer.Text(error, "type"u8) is not null
            ? null
            : HostAnswer.Text(error, "message"u8);
    }
}
