using System.Buffers;
using System.Globalization;

namespace Weir.Wire.Limits;

/// <summary>
/// Reads the quotas that providers tell in an answer's headers: Anthropic's plans (<c>anthropic-ratelimit-unified-*</c>) and
/// keys (<c>anthropic-ratelimit-requests-*</c> …), OpenAI's and its likes' (<c>x-ratelimit-*</c>), Codex'
/// (<c>x-codex-primary-*</c>), and <c>retry-after</c>. What cannot be read is passed over. Pure; safe from any thread.
/// </summary>
public static class RateLimitHeaders
{
    private const string Source = "headers";
    private const string Unified = "anthropic-ratelimit-unified-";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    /// <summary>The windows of a plan, as the headers name them.</summary>
    private static readonly (string Name, string Scope)[] Windows =
    [
        ("5h", "five_hour"),
        ("7d", "seven_day"),
        ("weekly", "seven_day"),
        ("7d_opus", "seven_day_opus"),
        ("7d_sonnet", "seven_day_sonnet"),
        ("7d_oi", "seven_day_oi"),
        ("overage", "extra_usage"),
    ];

    private static readonly SearchValues<char> WordCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789_"
    );

    private static readonly string[] Keys = ["requests", "tokens", "input-tokens", "output-tokens"];

    /// <summary>The readings, in a fixed order; none when no header tells one.</summary>
    /// <param name="header">A header's value by its lower-case name; null when it is not there.</param>
    /// <param name="at">When the answer came.</param>
    /// <param name="client">The program that asked; null when not known.</param>
    /// <param name="account">The account; null when not known.</param>
    public static IReadOnlyList<LimitReading> Read(
        Func<string, string?> header,
        DateTimeOffset at,
        string? client = null,
        string? account = null
    )
    {
        ArgumentNullException.ThrowIfNull(header);
        at = at.ToUniversalTime();
        var readings = new List<LimitReading>();
        Plan(header, at, readings);
        foreach (var key in Keys)
        {
            Key(header, at, key, readings);
        }

        OpenAi(header, at, "requests", readings);
        OpenAi(header, at, "tokens", readings);
        Codex(header, at, "primary", readings);
        Codex(header, at, "secondary", readings);
        if (RetryAt(header, at) is { } retry)
        {
            readings.Add(new LimitReading(at, Source, "retry", null, null, retry));
        }

        return client is null && account is null
            ? readings
            : readings.ConvertAll(reading => reading with { Client = client, Account = account });
    }

    private static void Plan(Func<string, string?> header, DateTimeOffset at, List<LimitReading> readings)
    {
        foreach (var (name, scope) in Windows)
        {
            var used = LimitReading.Number(header($"{Unified}{name}-utilization"));
            var status = Word(header($"{Unified}{name}-status"));
            var resets = LimitReading.Moment(header($"{Unified}{name}-reset"));
            if ((used is >= 0 and < 100 || status is not null) && !readings.Exists(known => known.Scope == scope))
            {
                readings.Add(
                    new LimitReading(
                        at,
                        Source,
                        scope,
                        LimitReading.WindowOf(scope),
                        // A fraction on the wire; its last digits are noise of the multiplication.
                        used is >= 0 and < 100
                            ? Math.Round(used.Value * 100, 6)
                            : null,
                        resets,
                        Status: status
                    )
                );
            }
        }

        if (
            readings.Count == 0
            && Word(header(Unified + "status")) is { } whole
            && (Word(header(Unified + "representative-claim")) ?? "unified") is { } claim
        )
        {
            readings.Add(
                new LimitReading(
                    at,
                    Source,
                    claim,
                    LimitReading.WindowOf(claim),
                    null,
                    LimitReading.Moment(header(Unified + "reset")),
                    Status: whole
                )
            );
        }
    }

    private static void Key(Func<string, string?> header, DateTimeOffset at, string key, List<LimitReading> readings)
    {
        var prefix = $"anthropic-ratelimit-{key}-";
        if (Counts(header(prefix + "limit"), header(prefix + "remaining")) is { } counts)
        {
            readings.Add(
                new LimitReading(
                    at,
                    Source,
                    key.Replace('-', '_') + "_per_minute",
                    TimeSpan.FromMinutes(1),
                    counts.Used,
                    LimitReading.Moment(header(prefix + "reset")),
                    counts.Limit,
                    counts.Remaining
                )
            );
        }
    }

    private static void OpenAi(Func<string, string?> header, DateTimeOffset at, string key, List<LimitReading> readings)
    {
        if (Counts(header("x-ratelimit-limit-" + key), header("x-ratelimit-remaining-" + key)) is { } counts)
        {
            // By the minute for some models and by the day for others: the headers do not say.
            readings.Add(
                new LimitReading(
                    at,
                    Source,
                    key,
                    null,
                    counts.Used,
                    Span(header("x-ratelimit-reset-" + key)) is { } left ? at + left : null,
                    counts.Limit,
                    counts.Remaining
                )
            );
        }
    }

    private static void Codex(Func<string, string?> header, DateTimeOffset at, string name, List<LimitReading> readings)
    {
        var prefix = $"x-codex-{name}-";
        var minutes = LimitReading.Number(header(prefix + "window-minutes"));
        // A family that the plan does not have is told as zeros.
        if (LimitReading.Number(header(prefix + "used-percent")) is not (>= 0 and < 10_000) || minutes == 0)
        {
            return;
        }

        TimeSpan? window = minutes is > 0 and < 600_000 ? TimeSpan.FromMinutes(minutes.Value) : null;
        readings.Add(
            new LimitReading(
                at,
                Source,
                LimitReading.ScopeOf(name, window),
                window,
                LimitReading.Number(header(prefix + "used-percent")),
                LimitReading.Moment(header(prefix + "reset-at"))
                    ?? (Seconds(header(prefix + "reset-after-seconds")) is { } left ? at + left : null)
            )
        );
    }

    private static DateTimeOffset? RetryAt(Func<string, string?> header, DateTimeOffset at)
    {
        if (Seconds(header("retry-after-ms")) is { } milliseconds)
        {
            return at + (milliseconds / 1000);
        }

        var text = header("retry-after");
        return Seconds(text) is { } seconds ? at + seconds
            : text is { Length: <= 64 }
            && DateTimeOffset.TryParseExact(
                text,
                "r",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var moment
            )
                ? moment
            : null;
    }

    /// <summary>A limit and what is left; null when they make no sense together (some answer −1).</summary>
    private static (long Limit, long Remaining, double Used)? Counts(string? limit, string? remaining) =>
        long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most)
        && long.TryParse(remaining, NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && most > 0
        && left <= most
            ? (most, left, (most - left) * 100.0 / most)
            : null;

    /// <summary><c>6m0s</c>, <c>12ms</c>, <c>1h2m3.5s</c>, or bare seconds.</summary>
    private static TimeSpan? Span(string? text) => Seconds(text) ?? SpokenSpan.Read(text, whole: true);

    private static TimeSpan? Seconds(string? text) =>
        LimitReading.Number(text) is { } seconds && seconds >= 0 && seconds <= Longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>A word of a provider's, and no more than a word.</summary>
    private static string? Word(string? text) =>
        text is { Length: > 0 and <= 48 } && !text.AsSpan().ContainsAnyExcept(WordCharacters) ? text : null;
}
