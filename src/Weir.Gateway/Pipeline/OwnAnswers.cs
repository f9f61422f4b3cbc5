using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Gateway.Admission;
using Weir.Gateway.Admission.Headers;
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

    /// <summary>Refuses a request for a budget or a limit, as its caller's vendor would.</summary>
    public void Refuse(Exchange exchange, AdmissionRefusal refusal) =>
        Refuse(exchange, RefusalAnswer.Of(exchange.ErrorDialect, refusal, exchange.IdText), refusal.Message);

    /// <summary>Refuses a request while spending is stopped.</summary>
    public void RefuseStopped(Exchange exchange, string message) =>
        Refuse(exchange, RefusalAnswer.Stopped(exchange.ErrorDialect, message, exchange.IdText), message);

    private void Refuse(Exchange exchange, RefusalAnswer answer, string message)
    {
        metrics.Refused();
        Log.Refused(logger, exchange.IdText, exchange.Endpoint.Operation, answer.Status, message);
        foreach (var (name, value) in answer.Headers)
        {
            exchange.Context.Response.Headers[name] = value;
        }

        WriteJson(exchange, answer.Status, answer.Body);
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
