// The yardstick: the least that a streaming relay on Kestrel and SocketsHttpHandler must do, and nothing else.
// No authentication, no metering, no routing, no logging. Usage: plain-relay LISTEN-URL UPSTREAM-URL
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(args[0]).ConfigureKestrel(o => o.Limits.MaxRequestBodySize = null);
var app = builder.Build();
var upstream = new Uri(args[1]);
using var client = new HttpMessageInvoker(
    new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    }
);
HashSet<string> hopByHop = new(StringComparer.OrdinalIgnoreCase)
{
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Host",
};
app.Run(RelayAsync);
await app.RunAsync();

async Task RelayAsync(HttpContext context)
{
    var request = context.Request;
    using var outgoing = new HttpRequestMessage(
        new HttpMethod(request.Method),
        new Uri(upstream, request.Path.Value + request.QueryString.Value)
    );
    if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
    {
        outgoing.Content = new StreamContent(request.Body);
    }

    foreach (var (name, values) in request.Headers)
    {
        if (!hopByHop.Contains(name) && !outgoing.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            outgoing.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    using var answer = await client.SendAsync(outgoing, context.RequestAborted);
    context.Response.StatusCode = (int)answer.StatusCode;
    foreach (var (name, values) in answer.Headers.NonValidated)
    {
        if (!hopByHop.Contains(name))
        {
            context.Response.Headers[name] = values.ToArray();
        }
    }

    foreach (var (name, values) in answer.Content.Headers.NonValidated)
    {
        context.Response.Headers[name] = values.ToArray();
    }

    context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
    var writer = context.Response.BodyWriter;
    while (true)
    {
        var read = await body.ReadAsync(writer.GetMemory(16 * 1024), context.RequestAborted);
        if (read == 0)
        {
            return;
        }

        writer.Advance(read);
        await writer.FlushAsync(context.RequestAborted);
    }
}
