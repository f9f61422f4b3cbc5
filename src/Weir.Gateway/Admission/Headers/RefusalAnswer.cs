using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Admission.Headers;

/// <summary>
/// A refusal as the caller's vendor would say it. What was spent is not there again in a moment, so that callers are told not
/// to try again (<c>x-should-retry: false</c>, which the SDKs of Anthropic and OpenAI honour) and are given an error of money:
/// Anthropic's <c>billing_error</c>, the spend block that Claude Code knows, and OpenAI's <c>insufficient_quota</c>. What
/// passes by itself is a limit of rate. Gemini has <c>RESOURCE_EXHAUSTED</c> for both, and tells them apart by
/// <c>google.rpc.RetryInfo</c>. Pure.
/// </summary>
/// <param name="Status">The HTTP status: 429.</param>
/// <param name="Headers">The headers that go with it.</param>
/// <param name="Body">The body, JSON.</param>
internal sealed record RefusalAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    private const int TooMany = 429;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The answer.</summary>
    /// <param name="dialect">The caller's.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="requestId">Weir's id of the request.</param>
    public static RefusalAnswer Of(Dialect dialect, AdmissionRefusal refusal, string requestId)
    {
        var isFinal = IsFinal(refusal);
        var headers = new List<KeyValuePair<string, string>>();
        if (refusal.RetryAfter is { } wait)
        {
            headers.Add(
                new("retry-after", Math.Max(1, LimitHeaders.Seconds(wait)).ToString(CultureInfo.InvariantCulture))
            );
        }

        if (isFinal)
        {
            headers.Add(new("x-should-retry", "false"));
        }

        return new RefusalAnswer(TooMany, headers, Written(dialect, refusal, requestId, isFinal));
    }

    /// <summary>Whether asking again before somebody did something, or a window ended, is in vain.</summary>
    private static bool IsFinal(AdmissionRefusal refusal) =>
        !refusal.IsPassing
        && (refusal.Kind is RefusalKind.Budget or RefusalKind.Approval || refusal.Estimate > refusal.Bound);

    private static byte[] Written(Dialect dialect, AdmissionRefusal refusal, string requestId, bool isFinal)
    {
        var isMoney = isFinal && refusal.Measure == Measure.Cost;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            switch (dialect)
            {
                case Dialect.AnthropicMessages:
                    json.WriteString("type"u8, "error"u8);
                    json.WriteStartObject("error"u8);
                    json.WriteString("type"u8, isMoney ? "billing_error" : "rate_limit_error");
                    json.WriteString("message"u8, refusal.Message);
                    json.WriteEndObject();
                    json.WriteString("request_id"u8, requestId);
                    break;
                case Dialect.Gemini:
                    json.WriteStartObject("error"u8);
                    json.WriteNumber("code"u8, TooMany);
                    json.WriteString("message"u8, refusal.Message);
                    json.WriteString("status"u8, "RESOURCE_EXHAUSTED"u8);
                    Details(json, refusal, isFinal);
                    json.WriteEndObject();
                    break;
                default:
                    json.WriteStartObject("error"u8);
                    json.WriteString("message"u8, refusal.Message);
                    json.WriteString("type"u8, isMoney ? "insufficient_quota" : OpenAIType(refusal));
                    json.WriteNull("param"u8);
                    json.WriteString("code"u8, isMoney ? "insufficient_quota" : "rate_limit_exceeded");
                    json.WriteEndObject();
                    break;
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    // As OpenAI's own answers have it: which of its limits was reached.
    private static string OpenAIType(AdmissionRefusal refusal) =>
        refusal.Measure is Measure.Requests or Measure.Concurrent ? "requests" : "tokens";

    private static void Details(Utf8JsonWriter json, AdmissionRefusal refusal, bool isFinal)
    {
        json.WriteStartArray("details"u8);
        json.WriteStartObject();
        json.WriteString("@type"u8, "type.googleapis.com/google.rpc.QuotaFailure"u8);
        json.WriteStartArray("violations"u8);
        json.WriteStartObject();
        json.WriteString("subject"u8, refusal.Rule);
        json.WriteString("description"u8, refusal.Message);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        if (!isFinal && refusal.RetryAfter is { } wait)
        {
            json.WriteStartObject();
            json.WriteString("@type"u8, "type.googleapis.com/google.rpc.RetryInfo"u8);
            json.WriteString(
                "retryDelay"u8,
                string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, LimitHeaders.Seconds(wait))}s")
            );
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
