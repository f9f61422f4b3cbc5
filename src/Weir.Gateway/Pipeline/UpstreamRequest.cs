using Weir.Foundation;
using Weir.Gateway.Routing;
using Weir.Gateway.Transforms;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>Makes the request that goes upstream: the caller's own, but for the named edits.</summary>
internal static class UpstreamRequest
{
    /// <summary>The request to one target.</summary>
    /// <param name="exchange">What came.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="key">The provider's key that it goes up with; null for none of Weir's.</param>
    /// <param name="model">The model to ask for; null where none is named.</param>
    /// <param name="includesUsage">Whether a chat stream is made to report its usage.</param>
    /// <param name="translated">The request in the target's dialect; null where that is the caller's.</param>
    /// <param name="body">The request's body; null when it has none.</param>
    /// <param name="changes">What transforms did.</param>
    public static HttpRequestMessage Build(
        Exchange exchange,
        Target target,
        PoolKey? key,
        string? model,
        bool includesUsage,
        TranslatedRequest? translated,
        out BodyContent? body,
        out RequestChanges changes
    )
    {
        var provider = target.Provider;
        // What goes up under /p/ is the caller's to the last byte; what goes over a socket comes in messages.
        var transforms =
            target.Transforms is not { } plan || exchange.IsPassThrough || exchange.Socket is not null
                ? null
                : new RequestTransforms(
                    plan,
                    TransformScope.Of(exchange.Endpoint, translated?.Dialect ?? Dialect.None, model)
                );
        if (translated is not null)
        {
            var written = Translated(exchange, provider, key, translated, transforms, out body);
            changes = transforms?.Finish(written) ?? RequestChanges.None;
            return written;
        }

        var incoming = exchange.Context.Request;
        var keepsOwn = KeepsOwnCredential(exchange, provider);
        var request = new HttpRequestMessage(
            exchange.Socket is null ? MethodOf(incoming.Method) : HttpMethod.Get,
            provider.Address(PathOf(exchange, model), QueryOf(exchange.Caller, keepsOwn))
        )
        {
            Version = provider.HttpVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        var coded = exchange.BodyIsCoded;
        body = null;
        if (!exchange.Body.IsEmpty)
        {
            request.Content = body = new BodyContent(
                PiecesOf(exchange, model, includesUsage, provider.HasEnvelope, transforms, ref coded)
            );
        }

        HeaderRules.CopyRequest(
            incoming.Headers,
            request,
            new RequestHeaderOptions
            {
                KeepsCredentials = keepsOwn,
                Credential = key?.Credential,
                ToSimulator = provider.Kind == ProviderKind.Simulator,
                Uncompressed = exchange is { Streaming: true, IsPassThrough: false },
                DropsContentEncoding = exchange.BodyIsCoded && !coded,
                KeepsTrace = exchange.Gateway.Config.PropagatesTrace,
                TraceParent = exchange.Gateway.Config.PropagatesTrace ? exchange.Span?.Id : null,
            }
        );
        exchange.Socket?.Ask(incoming.Headers, request, keepsOwn);
        changes = transforms?.Finish(request) ?? RequestChanges.None;
        return request;
    }

    /// <summary>A request of Weir's own: nothing of the caller's headers belongs to the dialect that is spoken here.</summary>
    private static HttpRequestMessage Translated(
        Exchange exchange,
        ProviderModel provider,
        PoolKey? key,
        TranslatedRequest translated,
        RequestTransforms? transforms,
        out BodyContent? body
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Post, provider.Address(translated.Path, translated.Query))
        {
            Version = provider.HttpVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = body =
                new BodyContent(
                    transforms?.Edit(translated.Body) is { Count: > 0 } edits
                        ? BodySplice.Apply(translated.Body, edits)
                        : [translated.Body]
                ),
        };
        body.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Accept", exchange.Streaming ? "text/event-stream" : "application/json");
        headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        headers.TryAddWithoutValidation("User-Agent", "weir");
        if (translated.Dialect == Dialect.AnthropicMessages)
        {
            headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
        }

        if (key?.Credential is { } credential)
        {
            headers.TryAddWithoutValidation(credential.Name, credential.Value);
        }

        if (exchange.Gateway.Config.PropagatesTrace && exchange.Span?.Id is { } parent)
        {
            headers.TryAddWithoutValidation("traceparent", parent);
        }

        return request;
    }

    /// <summary>
    /// The caller's own credential goes to a provider without a key of Weir's, and only to one of the vendor that it was
    /// meant for: a fallback to somebody else must not show it to them.
    /// </summary>
    public static bool KeepsOwnCredential(Exchange exchange, ProviderModel provider)
    {
        if (provider.HasOwnCredential || !exchange.Caller.BringsOwn || provider.Kind == ProviderKind.Simulator)
        {
            return false;
        }

        return IsMeantFor(exchange.Route.Targets[0].Provider, provider);
    }

    /// <summary>Whether a credential that a caller brings for the first target is good for another one too.</summary>
    public static bool IsMeantFor(ProviderModel first, ProviderModel provider) =>
        ReferenceEquals(first, provider)
        || (
            first.Kind == provider.Kind
            && (provider.Kind != ProviderKind.OpenAICompatible || first.Upstream == provider.Upstream)
        );

    /// <summary>Whether a chat stream is made to report its usage, which its caller did not ask for.</summary>
    public static bool AddsUsage(Dialect caller, bool streaming, in RequestHead head) =>
        caller == Dialect.OpenAIChat && streaming && head.IncludeUsage != true;

    /// <summary>Whether the model's name in a body is replaced.</summary>
    public static bool Renames(in RequestHead head, string? model) =>
        model is not null && head.Model is not null && model != head.Model;

    private static IReadOnlyList<ReadOnlyMemory<byte>> PiecesOf(
        Exchange exchange,
        string? model,
        bool includesUsage,
        bool mustBeRead,
        RequestTransforms? transforms,
        ref bool coded
    )
    {
        var head = exchange.Head;
        ReadOnlyMemory<byte> plain = exchange.PlainBody;
        var unsealed = exchange.BodyWithoutSeals;
        if (unsealed is not null)
        {
            plain = unsealed;
            head = RequestHeadReader.Read(unsealed, exchange.Endpoint.Dialect);
        }

        var renames = Renames(head, model);
        var edits = transforms?.Edit(plain);
        if (
            exchange.IsPassThrough
            || !(renames || includesUsage || unsealed is not null || mustBeRead || edits is { Count: > 0 })
        )
        {
            return [exchange.Body];
        }

        coded = false;
        return BodySplice.Apply(plain, head, renames ? model : null, includesUsage, edits);
    }

    /// <summary>The path at the vendor's: Gemini's holds the model's name.</summary>
    private static string PathOf(Exchange exchange, string? model)
    {
        var endpoint = exchange.Endpoint;
        if (
            exchange.IsPassThrough
            || endpoint.Dialect != Dialect.Gemini
            || model is null
            || model == exchange.RequestedModel
        )
        {
            return exchange.VendorPath;
        }

        var colon = exchange.VendorPath.LastIndexOf(':');
        return $"/v1beta/models/{Uri.EscapeDataString(model)}{exchange.VendorPath[colon..]}";
    }

    private static string QueryOf(Caller caller, bool keepsOwn) =>
        caller.QueryHoldsOwn && !keepsOwn ? Authenticator.WithoutKeys(caller.Query) : caller.Query;

    private static HttpMethod MethodOf(string method) =>
        method switch
        {
            "POST" => HttpMethod.Post,
            "GET" => HttpMethod.Get,
            _ => new HttpMethod(method),
        };
}
