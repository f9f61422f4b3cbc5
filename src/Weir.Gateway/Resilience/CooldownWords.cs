using System.Net.Http.Headers;
using Weir.Gateway.Upstreams;
using Weir.Wire.Limits;

namespace Weir.Gateway.Resilience;

/// <summary>
/// What an answer's head says of when its target wants to be asked again: <c>retry-after</c> (RFC 9110, 10.2.3), and the vendors'
/// limits that are used up (<c>docs/formats/limits.md</c>). Pure; safe from any thread.
/// </summary>
internal static class CooldownWords
{
    private const string Anthropic = "anthropic-ratelimit-";
    private const string OpenAi = "x-ratelimit-remaining-";

    /// <summary>
    /// Rest that is asked for; null for none. Allocates only where some is.
    /// </summary>
    /// <param name="status">The answer's.</param>
    /// <param name="headers">The answer's.</param>
    /// <param name="now">The time.</param>
    public static CooldownWord? Read(int status, HttpResponseHeaders headers, DateTimeOffset now)
    {
        var refused = status is 429 or 503 or 529;
        if (refused && Says(headers))
        {
            return new CooldownWord(RetryAfter.Of(headers, now), "retry");
        }

        return refused || IsUsedUp(headers.NonValidated) ? OfLimits(headers.NonValidated, refused, now) : null;
    }

    /// <summary>A plan without extra usage says of it that it is rejected, in answers that were accepted too.</summary>
    private static bool IsRejected(LimitReading reading) => reading is { Status: "rejected", Scope: not "extra_usage" };

    private static bool Says(HttpResponseHeaders headers) =>
        headers.NonValidated.Contains("Retry-After") || headers.NonValidated.Contains("retry-after-ms");

    /// <summary>Whether some limit says that nothing is left of it: a look at the text alone, for every answer is asked this.</summary>
    private static bool IsUsedUp(HttpHeadersNonValidated headers)
    {
        foreach (var (name, values) in headers)
        {
            var tells =
                (
                    name.StartsWith(Anthropic, StringComparison.OrdinalIgnoreCase)
                    && name.EndsWith("-remaining", StringComparison.OrdinalIgnoreCase)
                ) || name.StartsWith(OpenAi, StringComparison.OrdinalIgnoreCase);
            if (tells && values.ToString() is "0")
            {
                return true;
            }
        }

        return false;
    }

    private static CooldownWord? OfLimits(HttpHeadersNonValidated headers, bool refused, DateTimeOffset now)
    {
        CooldownWord? longest = null;
        var readings = RateLimitHeaders.Read(
            name => headers.TryGetValues(name, out var values) ? values.ToString() : null,
            now
        );
        foreach (var reading in readings)
        {
            if (
                (reading.Remaining == 0 || (refused && IsRejected(reading)))
                && reading.ResetsAt - now is { } left
                && left > TimeSpan.Zero
                && !(longest?.For >= left)
            )
            {
                longest = new CooldownWord(left, reading.Scope);
            }
        }

        return longest;
    }
}

/// <summary>Rest that a provider asks for.</summary>
/// <param name="For">How long.</param>
/// <param name="Scope">The limit that is used up, by its name; <c>retry</c> for a plain word to wait.</param>
internal readonly record struct CooldownWord(TimeSpan For, string Scope);
