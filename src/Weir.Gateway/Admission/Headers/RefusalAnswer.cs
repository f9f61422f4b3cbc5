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

    /// <summary>The answer to who has no room in a budget or a limit.</summary>
    /// <param name="dialect">The caller's.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="requestId">Weir's id of the request.</param>
    public static RefusalAnswer Of(Dialect dialect, AdmissionRefusal refusal, string requestId)
    {
        var isFinal = IsFinal(refusal);
        return Of(
            dialect,
            new Said(refusal.Rule, refusal.Message)
            {
                IsFinal = isFinal,
                IsMoney = isFinal && refusal.Measure == Measure.Cost,
                OfRequests = refusal.Measure is Measure.Requests or Measure.Concurrent,
                RetryAfter = refusal.RetryAfter,
            },
            requestId
        );
    }

    /// <summary>The answer to whoever would spend while spending is stopped.</summary>
    /// <param name="dialect">The caller's.</param>
    /// <param name="message">What he is told.</param>
    /// <param name="requestId">Weir's id of the request.</param>
    public static RefusalAnswer Stopped(Dialect dialect, string message, string requestId) =>
        Of(dialect, new Said("spending", message) { IsFinal = true, IsMoney = true }, requestId);

    private static RefusalAnswer Of(Dialect dialect, Said said, string requestId)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (said.RetryAfter is { } wait)
        {
            headers.Add(
                new("retry-after", Math.Max(1, LimitHeaders.Seconds(wait)).ToString(CultureInfo.InvariantCulture))
            );
        }

        if (said.IsFinal)
        {
            headers.Add(new("x-should-retry", "false"));
        }

        return new RefusalAnswer(TooMany, headers, Written(dialect, said, requestId));
    }

    /// <summary>Whether asking again before somebody did something, or a window ended, is in vain.</summary>
    private static bool IsFinal(AdmissionRefusal refusal) =>
        !refusal.IsPassing
        && (refusal.Kind is RefusalKind.Budget or RefusalKind.Approval || refusal.Estimate > refusal.Bound);

    private static byte[] Written(Dialect dialect, Said said, string requestId)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            switch (dialect)
            {
                case Dialect.AnthropicMessages:
                    json.WriteString("type"u8, "error"u8);
                    json.WriteStartObject("error"u8);
                    json.WriteString("type"u8, said.IsMoney ? "billing_error" : "rate_limit_error");
                    json.WriteString("message"u8, said.Message);
                    json.WriteEndObject();
                    json.WriteString("request_id"u8, requestId);
                    break;
                case Dialect.Gemini:
                    json.WriteStartObject("error"u8);
                    json.WriteNumber("code"u8, TooMany);
                    json.WriteString("message"u8, said.Message);
                    json.WriteString("status"u8, "RESOURCE_EXHAUSTED"u8);
                    Details(json, said);
                    json.WriteEndObject();
                    break;
                default:
                    json.WriteStartObject("error"u8);
                    json.WriteString("message"u8, said.Message);
                    // As OpenAI's own answers have it: which of its limits was reached.
                    json.WriteString(
                        "type"u8,
                        said.IsMoney ? "insufficient_quota"
                            : said.OfRequests ? "requests"
                            : "tokens"
                    );
                    json.WriteNull("param"u8);
                    json.WriteString("code"u8, said.IsMoney ? "insufficient_quota" : "rate_limit_exceeded");
                    json.WriteEndObject();
                    break;
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Details(Utf8JsonWriter json, Said said)
    {
        json.WriteStartArray("details"u8);
        json.WriteStartObject();
        json.WriteString("@type"u8, "type.googleapis.com/google.rpc.QuotaFailure"u8);
        json.WriteStartArray("violations"u8);
        json.WriteStartObject();
        json.WriteString("subject"u8, said.Rule);
        json.WriteString("description"u8, said.Message);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        if (!said.IsFinal && said.RetryAfter is { } wait)
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

    /// <summary>What every dialect says in its own way.</summary>
    private sealed record Said(string Rule, string Message)
    {
        /// <summary>Whether asking again is in vain.</summary>
        public bool IsFinal { get; init; }

        /// <summary>Whether it is for money, and not for a rate.</summary>
        public bool IsMoney { get; init; }

        /// <summary>Whether requests are counted, and not tokens.</summary>
        public bool OfRequests { get; init; }

        /// <summary>When it is worth asking again; null where nobody can tell.</summary>
        public TimeSpan? RetryAfter { get; init; }
    }
}
