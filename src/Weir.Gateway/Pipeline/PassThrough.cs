using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Routing;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Upstreams.Envelopes;
using Weir.Identity;

namespace Weir.Gateway.Pipeline;

/// <summary>Decides whether a request may pass through to a provider untouched, and prepares it.</summary>
internal static class PassThrough
{
    /// <summary>Why it may not; null when it may, and the exchange then knows where it goes.</summary>
    public static (int Status, string Reason)? Admit(Exchange exchange)
    {
        var path = exchange.Endpoint.Path;
        if (!PassThroughPath.IsPlain(path))
        {
            return (
                400,
                "The path holds dot segments, backslashes, empty segments or escapes of them, which Weir does not pass on."
            );
        }

        if (exchange.Gateway.Provider(exchange.Endpoint.Subject ?? "") is not { } provider)
        {
            return (404, "No provider of that name is configured.");
        }

        if (exchange.Gateway.Overrides.IsOff(provider.Name))
        {
            return (503, Router.OffReason(provider));
        }

        var isSocket = SocketRequest.IsAskedForBy(exchange.Context);
        var beneath = isSocket
            ? new Endpoint(Operation.PassThrough, Dialect.PassThrough, path)
            : Endpoint.Beneath(path, provider.Kind);
        exchange.ErrorDialect = ErrorDialectOf(provider.Kind, beneath.Dialect);
        if (!provider.Kind.MayKnow(beneath.Dialect))
        {
            return (404, $"Provider {provider.Name} has no such path.");
        }

        if (provider.HasOwnCredential)
        {
            if (exchange.Caller is { IsLocal: true, BringsOwn: true })
            {
                return (
                    401,
                    $"Provider {provider.Name} is used with Weir's own key: show a Weir key, not one of the provider's."
                );
            }

            // Over HTTP/2 a socket is asked for by CONNECT; to the provider, and to who lists it, it is a GET all the same.
            var method = isSocket ? HttpMethods.Get : exchange.Context.Request.Method;
            if (!PassThroughPath.IsListed(provider.Config, method, path))
            {
                return (
                    403,
                    $"With Weir's own key for provider {provider.Name} nothing passes through but what the configuration "
                        + "lists: files, batches and stored answers belong to the whole account. "
                        + $"List the method and path under passThrough of the provider to allow it."
                );
            }
        }

        if (isSocket && !SocketRequest.IsWellFormed(exchange.Context))
        {
            return (400, RequestRefusals.BadSocket);
        }

        exchange.Socket = isSocket ? new SocketRequest() : null;
        exchange.Endpoint = beneath;
        exchange.IsPassThrough = true;
        exchange.VendorPath = path;
        var asked = HostPath.Read(provider.Kind, path);
        exchange.RequestedModel = asked?.Model;
        exchange.Streaming = asked is { Streams: true };
        exchange.Route = new RouteDecision(provider.AsTarget, Route: null, asked?.Model);
        return null;
    }

    /// <summary>
    /// Whether a request asks for a model that its key is not for, or for none that can be told. What passes through to a host is held
    /// to its body too: behind some of a host's paths stands a vendor's server, which goes by the model that the body names.
    /// </summary>
    public static bool IsBeyond(Exchange exchange, KeyBounds bounds, out string? model)
    {
        model = exchange.DowngradedTo ?? exchange.RequestedModel;
        if (!bounds.AllowsModel(model ?? ""))
        {
            return true;
        }

        // Without a model the key was for everything.
        if (model is null || exchange.Endpoint.Operation != Operation.PassThrough || exchange.PlainBody.IsEmpty)
        {
            return false;
        }

        if (CallerModels.Of(exchange.PlainBody.Span) is not { } named)
        {
            model = null;
            return true;
        }

        foreach (var one in named)
        {
            if (!bounds.AllowsModel(one))
            {
                model = one;
                return true;
            }
        }

        return false;
    }

    private static Dialect ErrorDialectOf(ProviderKind kind, Dialect beneath) =>
        beneath != Dialect.PassThrough ? beneath
        : kind is ProviderKind.Anthropic or ProviderKind.Bedrock ? Dialect.AnthropicMessages
        : kind is ProviderKind.Gemini or ProviderKind.Vertex ? Dialect.Gemini
        : Dialect.OpenAIChat;
}
