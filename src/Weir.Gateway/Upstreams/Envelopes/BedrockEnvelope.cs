using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// Amazon Bedrock: Claude in Anthropic's own bodies through InvokeModel and CountTokens, every other model through Converse;
/// requests signed with an access key or shown an API key; streams in Amazon's frames. Source:
/// docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html
/// </summary>
internal sealed class BedrockEnvelope(ProviderConfig config, Uri address, Upstream upstream, TimeProvider clock)
    : Envelope
{
    private const string AnthropicVersion = "\"bedrock-2023-05-31\"";
    private const string FrameType = "application/vnd.amazon.eventstream";

    /// <summary>What a caller's client says to Anthropic's own servers alone, and what only the signer may say.</summary>
    private static readonly string[] NotSent =
    [
        "anthropic-version",
        "anthropic-beta",
        "anthropic-dangerous-direct-browser-access",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-target",
    ];

    private static readonly byte[] CountStart = "{\"input\":{\"invokeModel\":{\"body\":\""u8.ToArray();
    private static readonly byte[] CountEnd = "\"}}}"u8.ToArray();

    private readonly string basePath = address.AbsolutePath.TrimEnd('/');

    private readonly AwsSigner? signer = config
        is { AccessKeyId: { } id, SecretAccessKey: { } secret, Region: { } region }
        ? new AwsSigner(id, secret, region, "bedrock")
        : null;

    /// <summary>Where a region's models are.</summary>
    public static Uri AddressOf(string region) =>
        new(
            region.StartsWith("cn-", StringComparison.Ordinal)
                ? $"https://bedrock-runtime.{region}.amazonaws.com.cn"
                : $"https://bedrock-runtime.{region}.amazonaws.com"
        );

    /// <summary>Whether a model, an inference profile or its address is one of Anthropic's.</summary>
    public static bool IsClaude(string model) =>
        model.Contains("anthropic.", StringComparison.OrdinalIgnoreCase)
        || model.StartsWith("claude", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    public override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        EnvelopeCall call,
        CancellationToken cancellationToken
    )
    {
        var operation = OperationOf(request, call);
        var body = request.Content as BodyContent;
        var betas = request.Headers.NonValidated.TryGetValues("anthropic-beta", out var values)
            ? values.ToString()
            : null;
        foreach (var name in NotSent)
        {
            request.Headers.Remove(name);
        }

        AskUncompressed(request);
        if (
            call.Dialect != Dialect.PassThrough
            && (body is null || call.Model is null || PathOf(operation, call) is null)
        )
        {
            return Refusal(call.Dialect, 404, $"Provider {config.Name} has no such path.");
        }

        if (call.Dialect != Dialect.PassThrough)
        {
            request.RequestUri = new Uri(
                $"{address.GetLeftPart(UriPartial.Authority)}{basePath}/model/{Uri.EscapeDataString(call.Model!)}/{PathOf(operation, call)}",
                ProviderModel.ExactUri
            );
            Set(request, "Accept", call.Streaming ? FrameType : "application/json");
            if (call.Dialect == Dialect.AnthropicMessages)
            {
                Put(request, body!, Edits(body!.Whole(), call, operation, betas)!);
                if (operation == Operation.CountTokens)
                {
                    // The body of an InvokeModel whole, as base64.
                    body.Pieces =
                    [
                        CountStart,
                        Encoding.ASCII.GetBytes(Convert.ToBase64String(body.Whole().Span)),
                        CountEnd,
                    ];
                }
            }
        }

        Sign(request, body);
        var answer = await upstream.SendAsync(request, cancellationToken);
        return await UnwrapAsync(answer, operation, call.Dialect, cancellationToken);
    }

    private static string? PathOf(Operation operation, in EnvelopeCall call) =>
        (call.Dialect, operation, call.Streaming) switch
        {
            (Dialect.BedrockConverse, _, false) => "converse",
            (Dialect.BedrockConverse, _, true) => "converse-stream",
            (Dialect.AnthropicMessages, Operation.CountTokens, _) => "count-tokens",
            (Dialect.AnthropicMessages, Operation.Messages, false) => "invoke",
            (Dialect.AnthropicMessages, Operation.Messages, true) => "invoke-with-response-stream",
            _ => null,
        };

    /// <inheritdoc />
    public override HostBody? Edits(ReadOnlyMemory<byte> body, in EnvelopeCall call, Operation operation, string? betas)
    {
        if (call.Dialect != Dialect.AnthropicMessages)
        {
            return null;
        }

        var (known, stripped) = AnthropicBetas.For(betas, ProviderKind.Bedrock);
        var edited = new HostBody(body)
            .Without("model")
            .Without("stream")
            .WithoutFields(stripped)
            .With("anthropic_version", AnthropicVersion);
        if (known.Count > 0)
        {
            edited.With("anthropic_beta", JsonSerializer.Serialize(known, EnvelopeJson.Default.IReadOnlyListString));
        }

        // What InvokeModel takes needs a bound on the output, which a count has not.
        return operation == Operation.CountTokens ? edited.With("max_tokens", "1") : edited;
    }

    /// <summary>Signs what is sent, down to the last byte: nothing may change after this.</summary>
    private void Sign(HttpRequestMessage request, BodyContent? body)
    {
        if (signer is null)
        {
            return;
        }

        var uri = request.RequestUri!;
        var date = AwsSignature.DateOf(clock.GetUtcNow());
        var hash = AwsSignature.HashOf(body?.Pieces ?? []);
        var signed = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = uri.Authority,
            ["x-amz-content-sha256"] = hash,
            ["x-amz-date"] = date,
        };
        if (config.SessionToken is { } token)
        {
            signed["x-amz-security-token"] = token;
        }

        if (body is not null && body.Headers.NonValidated.TryGetValues("Content-Type", out var type))
        {
            signed["content-type"] = type.ToString();
        }

        foreach (var (name, value) in signed)
        {
            if (name.StartsWith("x-amz-", StringComparison.Ordinal))
            {
                Set(request, name, value);
            }
        }

        var authorization = AwsSignature.Authorization(
            signer,
            date,
            request.Method.Method,
            uri.AbsolutePath,
            uri.Query.TrimStart('?'),
            signed,
            hash
        );
        Set(request, "Authorization", authorization);
    }

    private static async Task<HttpResponseMessage> UnwrapAsync(
        HttpResponseMessage answer,
        Operation operation,
        Dialect dialect,
        CancellationToken cancellationToken
    )
    {
        if (dialect == Dialect.PassThrough)
        {
            return answer;
        }

        var id = Header(answer, "x-amzn-RequestId");
        if (id is not null)
        {
            answer.Headers.TryAddWithoutValidation("request-id", id);
        }

        if (!answer.IsSuccessStatusCode)
        {
            return await ErrorAsync(answer, dialect, id, cancellationToken);
        }

        if (operation == Operation.CountTokens)
        {
            return await CountAsync(answer, cancellationToken);
        }

        if (Header(answer, "Content-Type")?.StartsWith(FrameType, StringComparison.OrdinalIgnoreCase) != true)
        {
            return answer;
        }

        var unwrapped = new HttpResponseMessage(answer.StatusCode)
        {
            ReasonPhrase = answer.ReasonPhrase,
            Content = new StreamContent(new EventStreamBody(answer, dialect)),
        };
        foreach (var (name, values) in answer.Headers.NonValidated)
        {
            unwrapped.Headers.TryAddWithoutValidation(name, values);
        }

        unwrapped.Content.Headers.ContentType = new MediaTypeHeaderValue("text/event-stream") { CharSet = "utf-8" };
        return unwrapped;
    }

    private static async Task<HttpResponseMessage> ErrorAsync(
        HttpResponseMessage answer,
        Dialect dialect,
        string? id,
        CancellationToken cancellationToken
    )
    {
        var name = Header(answer, "x-amzn-ErrorType");
        var (status, type) = BedrockErrors.Of(name, (int)answer.StatusCode);
        var body = await ErrorAsync(answer, cancellationToken);
        var message = body is null ? null : BedrockErrors.MessageOf(body);
        return body is not null && message is null && name is null
            // No error of Bedrock's: a proxy's, which is passed on as it is.
            ? WithBody(answer, status, body)
            : WithBody(
                answer,
                status,
                HostErrors.Make(dialect, status, type, message ?? name ?? "Bedrock refused.", id)
            );
    }

    private static async Task<HttpResponseMessage> CountAsync(
        HttpResponseMessage answer,
        CancellationToken cancellationToken
    )
    {
        if (
            await ErrorAsync(answer, cancellationToken) is not { } body
            || HostAnswer.Count(body, "inputTokens"u8) is not { } count
        )
        {
            return WithBody(
                answer,
                502,
                HostErrors.Make(Dialect.AnthropicMessages, 502, null, "CountTokens answered without a count.", null)
            );
        }

        return WithBody(answer, 200, Utf8($$"""{"input_tokens":{{count}}}"""));
    }
}
