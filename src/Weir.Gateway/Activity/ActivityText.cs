using System.Globalization;

namespace Weir.Gateway.Activities;

/// <summary>The words that the lines of events are made of.</summary>
internal static class ActivityText
{
    public static string Target(ActivitySubject subject) =>
        subject.Model is { } model ? $"{subject.Provider}/{model}" : $"{subject.Provider}";

    public static string Budget(ActivitySubject subject) => Rule("budget", subject.Budget, subject);

    public static string Limit(ActivitySubject subject) => Rule("limit", subject.Limit, subject);

    public static string Refused(long count, long overMs) =>
        (count == 1 ? "a request was refused" : $"{Whole(count)} requests were refused")
        + (overMs == 0 ? "" : $" within {Span(overMs)}");

    public static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Share(double percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} %");

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A time span in the largest unit of which it has two: <c>90 s</c>, <c>5 minutes</c>.</summary>
    public static string Span(long milliseconds)
    {
        var span = TimeSpan.FromMilliseconds(milliseconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(span.TotalDays >= 2 ? $"{span.TotalDays:0} days"
                : span.TotalHours >= 2 ? $"{span.TotalHours:0} hours"
                : span.TotalMinutes >= 2 ? $"{span.TotalMinutes:0} minutes"
                : span.TotalSeconds >= 2 ? $"{span.TotalSeconds:0} s"
                : $"{span.TotalMilliseconds:0} ms")}"
        );
    }

    private static string Rule(string word, string? name, ActivitySubject subject) =>
        subject.Whose() is { Length: > 0 } whose ? $"{word} {name} ({whose})" : $"{word} {name}";
}
