using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>What Weir answers in its own name, and not in a provider's. Thread-safe.</summary>
internal sealed class OwnAnswers(GatewayMetrics metrics, RefusalLog refused, ILogger logger)
{
    /// <summary>Remembers who was turned away before it was known who it is.</summary>
    public void Note(Exchange exchange, int status, string reason, string? who) =>
        refused.Add(
            ClientOrigin.Of(exchange.Context.Request, exchange.Snapshot.Server.Config.Proxies).Address,
            $"{exchange.Endpoint.Operation}",
            status,
            reason,
            who
        );

    /// <summary>Refuses a request, in its caller's dialect.</summary>
    public void Refuse(Exchange exchange, int status, string reason)
    {
        metrics.Refused();
        Log.Refused(logger, exchange.IdText, exchange.Endpoint.Operation, status, reason);
        WriteError(exchange, status, reason);
    }

    /// <summary>Weir's own error, in the caller's dialect; nothing where an answer has begun.</summary>
    public static void WriteError(Exchange exchange, int status, string reason)
    {
        if (!exchange.Context.Response.HasStarted)
        {
            WriteJson(exchange, status, DialectErrors.Make(exchange.ErrorDialect, status, reason, exchange.IdText));
        }
    }

    /// <summary>Answers with JSON; to HEAD with its head alone.</summary>
    public static void WriteJson(Exchange exchange, int status, ReadOnlySpan<byte> json)
    {
        var response = exchange.Context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers["x-weir-request-id"] = exchange.IdText;
        if (!HttpMethods.IsHead(exchange.Context.Request.Method))
        {
            response.BodyWriter.Write(AnswerCoding.Whole(exchange, json) ?? json);
        }
    }
}
