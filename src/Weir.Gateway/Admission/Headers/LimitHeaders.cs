using System.Globalization;
using System.Text;
using Weir.Foundation;

namespace Weir.Gateway.Admission.Headers;

/// <summary>
/// What is left to a caller, in the headers of its dialect's vendor and in those of the IETF's draft. Pure.
/// Vendors: Anthropic's <c>anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}</c>, the reset in
/// RFC 3339; OpenAI's <c>x-ratelimit-{limit,remaining,reset}-{requests,tokens}</c>, the reset as <c>1m30.5s</c>; Gemini has none.
/// The draft: <c>RateLimit-Policy</c> and <c>RateLimit</c> of draft-ietf-httpapi-ratelimit-headers-10. A budget's money is nobody's
/// header.
/// </summary>
internal static class LimitHeaders
{
    /// <summary>The headers, by name and value; none when no limit holds.</summary>
    /// <param name="dialect">The caller's.</param>
    /// <param name="quotas">What is left, one of each measure.</param>
    /// <param name="now">Now.</param>
    public static List<KeyValuePair<string, string>> Of(
        Dialect dialect,
        ReadOnlySpan<QuotaState> quotas,
        DateTimeOffset now
    )
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (ref readonly var quota in quotas)
        {
            switch (dialect)
            {
                case Dialect.AnthropicMessages:
                    Anthropic(headers, quota, now);
                    break;
                case Dialect.OpenAIChat or Dialect.OpenAIResponses or Dialect.OpenAIEmbeddings:
                    OpenAI(headers, quota);
                    break;
            }
        }

        Draft(headers, quotas);
        return headers;
    }

    /// <summary>A span as OpenAI writes it: <c>6m0s</c>, <c>1.5s</c>, <c>20ms</c>.</summary>
    internal static string GoSpan(TimeSpan span)
    {
        if (span < TimeSpan.FromSeconds(1))
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Math.Max(0, (long)Math.Ceiling(span.TotalMilliseconds))}ms"
            );
        }

        var text = new StringBuilder();
        var hours = (long)span.TotalHours;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (text.Length > 0 || span.Minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{span.Minutes}m");
        }

        var seconds = span.Seconds + (span.Milliseconds / 1000m);
        return text.Append(CultureInfo.InvariantCulture, $"{seconds:0.###}s").ToString();
    }

    /// <summary>A structured field's string (RFC 9651): printable ASCII, with quotes and backslashes escaped; what else there is, is left out.</summary>
    internal static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var letter in text)
        {
            if (letter is '"' or '\\')
            {
                quoted.Append('\\').Append(letter);
            }
            else if (letter is >= ' ' and <= '~')
            {
                quoted.Append(letter);
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Whole seconds, rounded up.</summary>
    internal static long Seconds(TimeSpan span) => (long)Math.Ceiling(span.TotalSeconds);

    private static void Anthropic(List<KeyValuePair<string, string>> headers, in QuotaState quota, DateTimeOffset now)
    {
        var unit = quota.Measure switch
        {
            Measure.Requests => "requests",
            Measure.Tokens => "tokens",
            Measure.InputTokens => "input-tokens",
            Measure.OutputTokens => "output-tokens",
            _ => null,
        };
        if (unit is null)
        {
            return;
        }

        Add(headers, $"anthropic-ratelimit-{unit}-limit", quota.Limit);
        Add(headers, $"anthropic-ratelimit-{unit}-remaining", quota.Remaining);
        if (quota.ResetAfter is { } reset)
        {
            // Told too late by less than a second rather than too early.
            var at = (now + TimeSpan.FromSeconds(Seconds(reset))).ToUniversalTime();
            headers.Add(
                new(
                    $"anthropic-ratelimit-{unit}-reset",
                    at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
                )
            );
        }
    }

    private static void OpenAI(List<KeyValuePair<string, string>> headers, in QuotaState quota)
    {
        var unit = quota.Measure switch
        {
            Measure.Requests => "requests",
            Measure.Tokens => "tokens",
            _ => null,
        };
        if (unit is null)
        {
            return;
        }

        Add(headers, $"x-ratelimit-limit-{unit}", quota.Limit);
        Add(headers, $"x-ratelimit-remaining-{unit}", quota.Remaining);
        if (quota.ResetAfter is { } reset)
        {
            headers.Add(new($"x-ratelimit-reset-{unit}", GoSpan(reset)));
        }
    }

    private static void Draft(List<KeyValuePair<string, string>> headers, ReadOnlySpan<QuotaState> quotas)
    {
        var policy = new StringBuilder();
        var limit = new StringBuilder();
        foreach (ref readonly var quota in quotas)
        {
            if (quota.Measure == Measure.Cost)
            {
                continue;
            }

            // A limit with several bounds is several policies: each needs a name of its own.
            var (unit, suffix) = quota.Measure switch
            {
                Measure.Requests => ("requests", "requests"),
                Measure.Concurrent => ("concurrent-requests", "concurrent"),
                Measure.InputTokens => ("input-tokens", "input-tokens"),
                Measure.OutputTokens => ("output-tokens", "output-tokens"),
                _ => ("tokens", "tokens"),
            };
            var name = Quoted($"{quota.Rule}-{suffix}");
            Separate(policy).Append(CultureInfo.InvariantCulture, $"{name};q={Bounded(quota.Limit)}");
            policy.Append(CultureInfo.InvariantCulture, $";qu=\"{unit}\"");
            if (quota.Window is { } window)
            {
                policy.Append(CultureInfo.InvariantCulture, $";w={Seconds(window)}");
            }

            Separate(limit).Append(CultureInfo.InvariantCulture, $"{name};r={Bounded(quota.Remaining)}");
            if (quota.ResetAfter is { } reset)
            {
                limit.Append(CultureInfo.InvariantCulture, $";t={Seconds(reset)}");
            }
        }

        if (policy.Length > 0)
        {
            headers.Add(new("ratelimit-policy", policy.ToString()));
            headers.Add(new("ratelimit", limit.ToString()));
        }

        static StringBuilder Separate(StringBuilder text) => text.Length > 0 ? text.Append(", ") : text;

        // The longest integer of a structured field has 15 digits.
        static long Bounded(long number) => Math.Min(number, 999_999_999_999_999);
    }

    private static void Add(List<KeyValuePair<string, string>> headers, string name, long value) =>
        headers.Add(new(name, value.ToString(CultureInfo.InvariantCulture)));
}
