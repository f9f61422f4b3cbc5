using System.Globalization;

namespace Weir.Wire.Limits;

/// <summary>A provider's own figure of a quota, whoever passed it on.</summary>
/// <param name="SaidAt">When it was said, UTC.</param>
/// <param name="By">What passed it on: <c>headers</c>, <c>statusline</c>, <c>log</c>.</param>
/// <param name="Scope">
/// What it holds: <c>five_hour</c>, <c>seven_day</c>, <c>seven_day_opus</c>, <c>requests_per_minute</c>,
/// <c>input_tokens_per_minute</c>, <c>requests</c>, <c>primary</c> …; <c>retry</c> for a bare request to wait.
/// </param>
/// <param name="Window">How long the window is; null when not told.</param>
/// <param name="UsedPercent">How much of it is used, 0 to 100 and beyond; null when not told.</param>
/// <param name="ResetsAt">When it begins anew, UTC; null when not told.</param>
/// <param name="Limit">The limit in its own unit; null when not told.</param>
/// <param name="Remaining">What is left of it; null when not told.</param>
/// <param name="Status">The provider's word: <c>allowed</c>, <c>allowed_warning</c>, <c>rejected</c>; null when none.</param>
/// <param name="Client">The program that asked; null when not known.</param>
/// <param name="Account">The account; null when not known.</param>
public sealed record LimitReading(
    DateTimeOffset SaidAt,
    string By,
    string Scope,
    TimeSpan? Window,
    double? UsedPercent,
    DateTimeOffset? ResetsAt,
    long? Limit = null,
    long? Remaining = null,
    string? Status = null,
    string? Client = null,
    string? Account = null
)
{
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How long the window of a scope is; null when its name does not say.</summary>
    public static TimeSpan? WindowOf(string? scope) =>
        scope switch
        {
            null => null,
            "five_hour" => TimeSpan.FromHours(5),
            "daily" => TimeSpan.FromDays(1),
            "weekly" => TimeSpan.FromDays(7),
            _ when scope.StartsWith("seven_day", StringComparison.Ordinal) => TimeSpan.FromDays(7),
            _ when scope.EndsWith("_per_minute", StringComparison.Ordinal) => TimeSpan.FromMinutes(1),
            _ => null,
        };

    /// <summary>
    /// A scope that is only numbered, by its window's length: five hours and seven days have names of their own. A minute
    /// short is as good: programs have written 299 and 10079.
    /// </summary>
    public static string ScopeOf(string scope, TimeSpan? window) =>
        scope is not ("primary" or "secondary") ? scope
        : window is { TotalMinutes: >= 297 and <= 303 } ? "five_hour"
        : window is { TotalMinutes: >= 9979 and <= 10181 } ? "seven_day"
        : scope;

    /// <summary>A moment as epoch seconds, epoch milliseconds or RFC 3339; null for anything else.</summary>
    public static DateTimeOffset? Moment(string? text)
    {
        if (Number(text) is { } number)
        {
            return number switch
            {
                > 0 and < 8e9 => DateTimeOffset.FromUnixTimeMilliseconds((long)(number * 1000)),
                >= 1e11 and < 8e12 => DateTimeOffset.FromUnixTimeMilliseconds((long)number),
                _ => null,
            };
        }

        return
            text is { Length: <= 64 }
            && DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var moment
            )
            && moment < Latest
            ? moment
            : null;
    }

    /// <summary>A finite number; null for anything else.</summary>
    public static double? Number(string? text) =>
        double.TryParse(
            text,
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var number
        ) && double.IsFinite(number)
            ? number
            : null;
}
