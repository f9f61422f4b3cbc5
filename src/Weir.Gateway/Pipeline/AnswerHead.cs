using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;
using Weir.Foundation;

namespace Weir.Gateway.Pipeline;

/// <summary>Puts the upstream's status and headers, and Weir's own, on the answer to the caller.</summary>
internal static class AnswerHead
{
    /// <summary>Writes the head of an answer that an upstream gave; no byte has gone out yet.</summary>
    public static void Write(
        Exchange exchange,
        UpstreamAttempt attempt,
        HttpResponseMessage upstream,
        bool keepsLength,
        string? model,
        Money? cost
    )
    {
        var response = exchange.Context.Response;
        response.StatusCode = attempt.AnsweredStatus ?? (int)upstream.StatusCode;
        if (
            upstream.ReasonPhrase is { Length: > 0 } reason
            && exchange.Context.Features.Get<IHttpResponseFeature>() is { } feature
        )
        {
            feature.ReasonPhrase = reason;
        }

        var headers = response.Headers;
        if (attempt.UpstreamDialect == Dialect.None)
        {
            HeaderRules.CopyResponse(upstream, headers, keepsLength);
        }
        else
        {
            HeaderRules.CopyTranslated(upstream, headers);
            var streams = exchange.Streaming && attempt.WasAccepted;
            headers.ContentType =
                streams && !exchange.StreamsArray ? "text/event-stream; charset=utf-8" : "application/json";
            headers[exchange.Endpoint.Dialect == Dialect.AnthropicMessages ? "request-id" : "x-request-id"] =
                CallerIds.RequestId(exchange.Id);
            if (streams)
            {
                headers.CacheControl = "no-cache";
            }
        }

        headers["x-weir-request-id"] = exchange.IdText;
        headers["x-weir-provider"] = attempt.Target.Provider.Name;
        if (model is not null && IsHeaderText(model))
        {
            headers["x-weir-model"] = model;
        }

        exchange.Admission?.WriteHeaders(exchange, headers);
        if (cost is { } known)
        {
            headers["x-weir-cost-usd"] = known.ToString();
        }
    }

    /// <summary>
    /// The provider's request id: Anthropic's <c>request-id</c>, OpenAI's <c>x-request-id</c>, Amazon's and Azure's gateways' own.
    /// </summary>
    public static string? UpstreamId(HttpResponseHeaders headers)
    {
        var all = headers.NonValidated;
        return
            all.TryGetValues("request-id", out var id)
            || all.TryGetValues("x-request-id", out id)
            || all.TryGetValues("x-amzn-requestid", out id)
            || all.TryGetValues("apim-request-id", out id)
            ? Attribution.Text(id.ToString())
            : null;
    }

    private static bool IsHeaderText(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or >= '\x7f')
            {
                return false;
            }
        }

        return true;
    }
}
