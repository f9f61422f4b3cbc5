using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Routing;
using Weir.Gateway.Transforms;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Upstreams.Envelopes;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Counting;

/// <summary>A count for a caller, and who counted.</summary>
/// <param name="Tokens">The tokens of the request's input.</param>
/// <param name="Source">For the header <see cref="TokenCounts.Header"/>.</param>
internal readonly record struct CountAnswer(long Tokens, string Source)
{
    /// <summary>A count of Weir's own.</summary>
    public static CountAnswer Local(in RequestCount count) =>
        new(count.Tokens, count.IsExact ? "counted" : "estimated");
}

/// <summary>
/// Answers a caller who asks what a request would count: by the provider's own count where the route's first target has
/// one, else by Weir's. Thread-safe.
/// </summary>
internal sealed class TokenCounts(TimeProvider clock)
{
    /// <summary>Says who counted: <c>provider</c>, <c>counted</c> (by the model's encoding and its vendor's formula) or <c>estimated</c>.</summary>
    public const string Header = "x-weir-tokens";

    /// <summary>What the provider said.</summary>
    public const string ByProvider = "provider";

    // Programs ask often and wait little; an estimate now is worth more than the truth later.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Whether the caller's own question goes to the target as it came.</summary>
    public static bool IsRelayed(Exchange exchange, Target target) =>
        target.Provider.Speaks(exchange.Endpoint.Dialect, ModelOf(exchange, target))
        // OpenAI alone counts; what else speaks its dialect has no such path.
        && (
            exchange.Endpoint.Dialect != Dialect.OpenAIResponses
            || target.Provider.Kind != ProviderKind.OpenAICompatible
        );

    /// <summary>
    /// Whether Weir counts in the place of a provider that was asked and did not: because it has no such path, is
    /// overloaded, or cannot be reached. What it says of the request or of the credential is passed on.
    /// </summary>
    /// <param name="status">Its answer's status; null when none came.</param>
    public static bool StandsIn(int? status) => status is null or 404 or 405 or 408 or 429 or 501 or >= 500;

    /// <summary>The count for a target that is not asked in the caller's own words.</summary>
    public async Task<CountAnswer> CountAsync(Exchange exchange, Target target, CancellationToken shutdown)
    {
        var model = ModelOf(exchange, target);
        var dialect = Reach.UpstreamDialect(target.Provider, exchange.Endpoint.Dialect, model);
        if (dialect == Dialect.None)
        {
            return CountHere(exchange, target);
        }

        using var translated = Translate(exchange, target, dialect, model);
        if (translated is null)
        {
            return CountHere(exchange, target);
        }

        var body = Changed(translated.Body, target, dialect, model);
        return await AskAsync(target.Provider, model, translated, body, shutdown) is { } told
            ? new CountAnswer(told, ByProvider)
            : CountAnswer.Local(RequestCounter.Count(body.Span, dialect, model));
    }

    /// <summary>Weir's own count of the caller's request, as it came.</summary>
    public static CountAnswer CountHere(Exchange exchange, Target target)
    {
        var (dialect, model) = (exchange.Endpoint.Dialect, ModelOf(exchange, target));
        return CountAnswer.Local(
            RequestCounter.Count(Changed(Asked(exchange), target, dialect, model).Span, dialect, model)
        );
    }

    /// <summary>The request as transforms would have it sent; as it is where they cannot read it.</summary>
    private static ReadOnlyMemory<byte> Changed(ReadOnlyMemory<byte> body, Target target, Dialect dialect, string model)
    {
        var scope = new TransformScope(dialect, model, IsCount: false);
        return target.Transforms is { } plan && plan.ReadsBody(scope)
            ? BodySplice.Flat(BodySplice.Apply(body, plan.Change(body, scope).Edits))
            : body;
    }

    /// <summary>The answer, in the caller's dialect.</summary>
    public static byte[] Write(Dialect dialect, long tokens) =>
        Encoding.UTF8.GetBytes(
            dialect switch
            {
                Dialect.Gemini => $$"""{"totalTokens":{{tokens}}}""",
                Dialect.OpenAIResponses => $$"""{"object":"response.input_tokens","input_tokens":{{tokens}}}""",
                _ => $$"""{"input_tokens":{{tokens}}}""",
            }
        );

    private static string ModelOf(Exchange exchange, Target target) =>
        target.Model ?? exchange.Route.Model ?? exchange.RequestedModel ?? "";

    /// <summary>The request in the target's dialect; null where it has no equivalent there, or is malformed.</summary>
    private static TranslatedRequest? Translate(Exchange exchange, Target target, Dialect dialect, string model)
    {
        try
        {
            var conversation = TranslatedRequest.Read(
                exchange.Endpoint.Dialect,
                Asked(exchange),
                streams: false,
                out _
            );
            return conversation is { Fault: null } && TranslatedRequest.WhyNot(conversation, target, dialect) is null
                ? TranslatedRequest.Write(conversation, target.Provider.TraitsFor(dialect, model, outputLimit: null))
                : null;
        }
        catch (JsonException)
        {
            // Levels are read when they are written.
            return null;
        }
    }

    /// <summary>The request to be counted: Gemini may wrap it up.</summary>
    private static ReadOnlyMemory<byte> Asked(Exchange exchange)
    {
        var body = exchange.PlainBody;
        if (exchange.Endpoint.Dialect != Dialect.Gemini)
        {
            return body;
        }

        var wrapped = new RequestFields(body.Span)[Field.GenerateContentRequest];
        return wrapped.IsEmpty || !body.Span.Overlaps(wrapped, out var offset)
            ? body
            : body.Slice(offset, wrapped.Length);
    }

    /// <summary>The provider's own count of a translated request; null when it has none, or does not tell it in time.</summary>
    private async Task<long?> AskAsync(
        ProviderModel provider,
        string model,
        TranslatedRequest translated,
        ReadOnlyMemory<byte> whole,
        CancellationToken shutdown
    )
    {
        if (Question(provider, model, translated, whole) is not { } request)
        {
            return null;
        }

        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, shutdown);
        using (request)
        {
            try
            {
                using var answer = await provider.SendAsync(
                    request,
                    new EnvelopeCall(translated.Dialect, model, Streaming: false),
                    either.Token
                );
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    return null;
                }

                await using var stream = await answer.Content.ReadAsStreamAsync(either.Token);
                using var document = await ReadAsync(stream, either.Token);
                var name = translated.Dialect == Dialect.Gemini ? "totalTokens" : "input_tokens";
                return
                    document?.RootElement is { ValueKind: JsonValueKind.Object } root
                    && root.TryGetProperty(name, out var count)
                    && count.TryGetInt64(out var tokens)
                    && tokens >= 0
                    ? tokens
                    : null;
            }
            catch (Exception e) when (UpstreamCall.IsFailure(e))
            {
                return null;
            }
        }
    }

    /// <summary>The question in the provider's dialect; null where that has none.</summary>
    private HttpRequestMessage? Question(
        ProviderModel provider,
        string model,
        TranslatedRequest translated,
        ReadOnlyMemory<byte> whole
    )
    {
        var (path, body) = (provider.Kind, translated.Dialect) switch
        {
            (ProviderKind.Anthropic or ProviderKind.Bedrock or ProviderKind.Vertex, Dialect.AnthropicMessages) => (
                "/v1/messages/count_tokens",
                CountBodies.Anthropic(whole.Span)
            ),
            (ProviderKind.Gemini or ProviderKind.Vertex, Dialect.Gemini) => (
                $"/v1beta/models/{Uri.EscapeDataString(model)}:countTokens",
                CountBodies.Gemini(whole.Span, model)
            ),
            _ => default,
        };
        if (body is null)
        {
            return null;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, provider.Address(path!, ""))
        {
            Version = provider.HttpVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new BodyContent([body]),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        request.Headers.TryAddWithoutValidation("User-Agent", "weir");
        if (translated.Dialect == Dialect.AnthropicMessages)
        {
            request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
        }

        if (provider.Keys?.Pick("", holder: null, [], clock.GetUtcNow())?.Credential is { } credential)
        {
            request.Headers.TryAddWithoutValidation(credential.Name, credential.Value);
        }

        return request;
    }

    private static async Task<JsonDocument?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        // A count and its details; what is larger is something else.
        var room = new byte[16 * 1024];
        var length = await stream.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            return length < room.Length ? JsonDocument.Parse(room.AsMemory(0, length)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
