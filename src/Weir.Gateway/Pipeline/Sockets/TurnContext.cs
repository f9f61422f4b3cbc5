using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// A request that came over a socket as the gateway takes all others: <c>POST /v1/responses</c> with the headers and from the address
/// that the socket was asked for with, key and session among them. What is only about the handshake is left out.
/// </summary>
internal static class TurnContext
{
    private const string Path = "/v1/responses";

    /// <summary>Codex's word for sockets among its betas; over HTTP it means nothing.</summary>
    private const string SocketBeta = "responses_websockets";

    /// <summary>Makes the request; its answer is written to <paramref name="answer"/>.</summary>
    /// <param name="handshake">The request for the socket, which is still open.</param>
    /// <param name="body">The body; stays as it is until the request is answered.</param>
    /// <param name="answer">Where the answer's body goes.</param>
    /// <param name="gone">The caller hung up.</param>
    public static HttpContext Make(
        HttpContext handshake,
        ReadOnlyMemory<byte> body,
        ResponsesEvents answer,
        CancellationToken gone
    )
    {
        var from = handshake.Features;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(
            new HttpRequestFeature
            {
                Protocol = handshake.Request.Protocol,
                Scheme = handshake.Request.Scheme,
                Method = HttpMethods.Post,
                Path = Path,
                RawTarget = Path,
                QueryString = handshake.Request.QueryString.Value ?? "",
                Headers = HeadersOf(handshake.Request.Headers, body.Length),
                Body = MemoryMarshal.TryGetArray(body, out var array)
                    ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
                    : new MemoryStream(body.ToArray(), writable: false),
            }
        );
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = gone });
        features.Set(from.Get<IHttpConnectionFeature>());
        features.Set(from.Get<ITlsConnectionFeature>());
        features.Set(from.Get<IServiceProvidersFeature>());
        var context = new DefaultHttpContext(features);
        answer.Head = context.Response;
        return context;
    }

    private static IHeaderDictionary HeadersOf(IHeaderDictionary handshake, int length)
    {
        IHeaderDictionary headers = new HeaderDictionary(handshake.Count + 1);
        foreach (var (name, values) in handshake)
        {
            headers[name] = values;
        }

        headers.Remove(HeaderNames.Connection);
        headers.Remove(HeaderNames.Upgrade);
        headers.Remove(HeaderNames.SecWebSocketKey);
        headers.Remove(HeaderNames.SecWebSocketVersion);
        headers.Remove(HeaderNames.SecWebSocketExtensions);
        headers.Remove(HeaderNames.AcceptEncoding);
        headers.Remove(HeaderNames.ContentEncoding);
        headers.Remove(HeaderNames.TransferEncoding);
        headers.ContentType = "application/json";
        headers.ContentLength = length;
        if (headers.TryGetValue("OpenAI-Beta", out var betas))
        {
            string[] kept =
            [
                .. betas
                    .SelectMany(b =>
                        (b ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    )
                    .Where(b => !b.StartsWith(SocketBeta, StringComparison.OrdinalIgnoreCase)),
            ];
            headers["OpenAI-Beta"] = kept.Length == 0 ? StringValues.Empty : string.Join(", ", kept);
        }

        return headers;
    }
}
