using System.Globalization;
using System.Net.Http.Headers;

namespace Weir.Gateway.Upstreams;

/// <summary>How long a provider wants to be left alone (RFC 9110, 10.2.3; and <c>retry-after-ms</c>, which OpenAI and Azure send).</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Otherwise = TimeSpan.FromMinutes(1);

    /// <summary>A provider's word is not believed beyond this: a key that rested for days would have to be freed by a restart.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>From nothing to an hour; a minute where the answer does not say.</summary>
    public static TimeSpan Of(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var all = headers.NonValidated;
        var said =
            all.TryGetValues("retry-after-ms", out var text) && TryNumber(text.ToString(), out var milliseconds)
                ? TimeSpan.FromMilliseconds(milliseconds)
            : !all.TryGetValues("Retry-After", out text) ? Otherwise
            : TryNumber(text.ToString(), out var seconds) ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParseExact(
                text.ToString(),
                "r",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var at
            )
                ? at - now
            : Otherwise;
        return said < TimeSpan.Zero ? TimeSpan.Zero
            : said > Longest ? Longest
            : said;
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
        && number is >= 0 and < 1e9;
}
