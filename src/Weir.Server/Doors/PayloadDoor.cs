using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Weir.Server.Api;

namespace Weir.Server.Doors;

/// <summary>How deep the body of a route may be nested that carries somebody else's JSON whole.</summary>
internal sealed record DeepPayload(int MaxDepth);

/// <summary>
/// Holds every JSON body of the management side against the type that its route takes, before the route sees it, and answers with
/// all faults at once. No route can be left out: what a route does not declare to take it finds empty. Bodies that others define
/// (telemetry, hooks, what agents give a status line) are declared without a type and read by readers of their own.
/// </summary>
internal sealed class PayloadDoor(RequestDelegate next, IOptions<JsonOptions> json)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (context.GetEndpoint()?.Metadata is not { } metadata || HttpMethods.IsConnect(request.Method))
        {
            await next(context);
            return;
        }

        if (metadata.GetMetadata<IAcceptsMetadata>() is not { } accepts)
        {
            request.Body = Stream.Null;
            await next(context);
            return;
        }

        if (
            accepts.RequestType is not { } type
            || type == typeof(object)
            || type == typeof(string)
            || type == typeof(JsonElement)
            || !request.HasJsonContentType()
        )
        {
            // The last is refused by the route itself, with 415.
            await next(context);
            return;
        }

        if (!IsUtf8(request))
        {
            await ApiProblem
                .Of(StatusCodes.Status415UnsupportedMediaType, "Send application/json in UTF-8.")
                .ExecuteAsync(context);
            return;
        }

        // Its size is bounded already, by the server.
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length > 0 || !accepts.IsOptional)
        {
            var read = body.GetBuffer().AsMemory(0, (int)body.Length);
            if (!IsNothing(read.Span))
            {
                var depth = metadata.GetMetadata<DeepPayload>()?.MaxDepth ?? JsonShape.MaxDepth;
                var faults = JsonShape.Faults(read, json.Value.SerializerOptions.GetTypeInfo(type), depth);
                if (faults.Count > 0)
                {
                    await ApiProblem.Invalid(faults).ExecuteAsync(context);
                    return;
                }
            }
        }

        body.Position = 0;
        request.Body = body;
        await next(context);
    }

    // The route knows whether it needs a body at all.
    private static bool IsNothing(ReadOnlySpan<byte> body)
    {
        var trimmed = body.Trim(" \t\r\n"u8);
        return trimmed.IsEmpty || trimmed.SequenceEqual("null"u8);
    }

    private static bool IsUtf8(HttpRequest request) =>
        !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        || !type.Charset.HasValue
        || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}
