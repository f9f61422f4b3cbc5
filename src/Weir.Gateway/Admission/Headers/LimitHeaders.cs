using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
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
    private const int StackLength = 256;

    private static readonly SearchValues<char> Plain = SearchValues.Create([
        .. Enumerable.Range(' ', '~' - ' ' + 1).Select(letter => (char)letter).Except(['"', '\\']),
    ]);

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
        var headers = new List<KeyValuePair<string, string>>(16);
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
    internal static string Quoted(string text) => $"\"{Escaped(text)}\"";

    /// <summary>Whole seconds, rounded up.</summary>
    internal static long Seconds(TimeSpan span) => (long)Math.Ceiling(span.TotalSeconds);

    private static void Anthropic(List<KeyValuePair<string, string>> headers, in QuotaState quota, DateTimeOffset now)
    {
        if (AnthropicNames(quota.Measure) is not var (limit, remaining, reset))
        {
            return;
        }

        Add(headers, limit, quota.Limit);
        Add(headers, remaining, quota.Remaining);
        if (quota.ResetAfter is { } wait)
        {
            // Told too late by less than a second rather than too early.
            var at = (now + TimeSpan.FromSeconds(Seconds(wait))).UtcDateTime;
            headers.Add(new(reset, string.Create(CultureInfo.InvariantCulture, stackalloc char[32], $"{at:s}Z")));
        }
    }

    private static void OpenAI(List<KeyValuePair<string, string>> headers, in QuotaState quota)
    {
        if (OpenAINames(quota.Measure) is not var (limit, remaining, reset))
        {
            return;
        }

        Add(headers, limit, quota.Limit);
        Add(headers, remaining, quota.Remaining);
        if (quota.ResetAfter is { } wait)
        {
            headers.Add(new(reset, GoSpan(wait)));
        }
    }

    private static (string Limit, string Remaining, string Reset)? AnthropicNames(Measure measure) =>
        measure switch
        {
            Measure.Requests => (
                "anthropic-ratelimit-requests-limit",
                "anthropic-ratelimit-requests-remaining",
                "anthropic-ratelimit-requests-reset"
            ),
            Measure.Tokens => (
                "anthropic-ratelimit-tokens-limit",
                "anthropic-ratelimit-tokens-remaining",
                "anthropic-ratelimit-tokens-reset"
            ),
            Measure.InputTokens => (
                "anthropic-ratelimit-input-tokens-limit",
                "anthropic-ratelimit-input-tokens-remaining",
                "anthropic-ratelimit-input-tokens-reset"
            ),
            Measure.OutputTokens => (
                "anthropic-ratelimit-output-tokens-limit",
                "anthropic-ratelimit-output-tokens-remaining",
                "anthropic-ratelimit-output-tokens-reset"
            ),
            _ => null,
        };

    private static (string Limit, string Remaining, string Reset)? OpenAINames(Measure measure) =>
        measure switch
        {
            Measure.Requests => (
                "x-ratelimit-limit-requests",
                "x-ratelimit-remaining-requests",
                "x-ratelimit-reset-requests"
            ),
            Measure.Tokens => ("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
            _ => null,
        };

    private static void Draft(List<KeyValuePair<string, string>> headers, ReadOnlySpan<QuotaState> quotas)
    {
        var policy = new DefaultInterpolatedStringHandler(
            0,
            0,
            CultureInfo.InvariantCulture,
            stackalloc char[StackLength]
        );
        var limit = new DefaultInterpolatedStringHandler(
            0,
            0,
            CultureInfo.InvariantCulture,
            stackalloc char[StackLength]
        );
        var isFirst = true;
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
            Name(ref policy, isFirst, quota.Rule, suffix);
            policy.AppendLiteral(";q=");
            policy.AppendFormatted(Bounded(quota.Limit));
            policy.AppendLiteral(";qu=\"");
            policy.AppendLiteral(unit);
            policy.AppendLiteral("\"");
            if (quota.Window is { } window)
            {
                policy.AppendLiteral(";w=");
                policy.AppendFormatted(Seconds(window));
            }

            Name(ref limit, isFirst, quota.Rule, suffix);
            limit.AppendLiteral(";r=");
            limit.AppendFormatted(Bounded(quota.Remaining));
            if (quota.ResetAfter is { } reset)
            {
                limit.AppendLiteral(";t=");
                limit.AppendFormatted(Seconds(reset));
            }

            isFirst = false;
        }

        var (policies, limits) = (policy.ToStringAndClear(), limit.ToStringAndClear());
        if (!isFirst)
        {
            headers.Add(new("ratelimit-policy", policies));
            headers.Add(new("ratelimit", limits));
        }

        static void Name(ref DefaultInterpolatedStringHandler text, bool isFirst, string rule, string suffix)
        {
            text.AppendLiteral(isFirst ? "\"" : ", \"");
            text.AppendLiteral(Escaped(rule));
            text.AppendLiteral("-");
            text.AppendLiteral(suffix);
            text.AppendLiteral("\"");
        }

        // The longest integer of a structured field has 15 digits.
        static long Bounded(long number) => Math.Min(number, 999_999_999_999_999);
    }

    private static void Add(List<KeyValuePair<string, string>> headers, string name, long value) =>
        headers.Add(new(name, value.ToString(CultureInfo.InvariantCulture)));

    private static string Escaped(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is '"' or '\\')
            {
                escaped.Append('\\').Append(letter);
            }
            else if (letter is >= ' ' and <= '~')
            {
                escaped.Append(letter);
            }
        }

        return escaped.ToString();
    }
}
