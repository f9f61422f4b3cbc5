using System.Globalization;
using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>What is known of a limit, as people read it.</summary>
internal static class LimitText
{
    /// <summary>How much is used; an estimate has a <c>~</c> before it.</summary>
    public static string Percent(double used, bool isEstimate) =>
        (isEstimate ? "~" : "") + used.ToString("0", CultureInfo.InvariantCulture) + " %";

    /// <summary>When the window begins anew; empty when that is not known, or over.</summary>
    public static string Reset(LimitItem limit, DateTimeOffset now) =>
        (limit.Running?.ResetsAt ?? limit.Told?.ResetsAt) is { } resets && resets > now
            ? $"{Figures.LocalTime(resets)} (in {Figures.Span(resets - now)})"
            : "";

    /// <summary>What was learned of the limit, with its interval; empty when nothing.</summary>
    public static string Learned(LimitLearned? learned) =>
        learned switch
        {
            { MedianUsd: { } median } =>
                $"{Figures.Usd(median)} ({Figures.Usd(learned.LowUsd)} – {Figures.Usd(learned.HighUsd)})",
            { AtLeastUsd: { } atLeast } => $"at least {Figures.Usd(atLeast)}",
            _ => "",
        };

    /// <summary>When it will be met, if work goes on so; empty when that is not estimated.</summary>
    public static string Met(LimitItem limit, DateTimeOffset now)
    {
        if (limit.TimeToLimit is not { } forecast)
        {
            return "";
        }

        return forecast.Median is { } median
            ? $"in {Figures.Span(median - now)}"
                + (forecast.Earliest is { } earliest ? $" (from {Figures.Span(earliest - now)})" : "")
            : $"not before the reset ({(100 * forecast.NotBeforeReset).ToString("0", CultureInfo.InvariantCulture)} %)";
    }

    /// <summary>Who told it, or what it was learned from.</summary>
    public static string RestsOn(LimitItem limit) =>
        limit is { Told: { } told, Estimated: false, UsedPercent: not null }
            ? $"told by {told.By}, {Figures.LocalTime(told.At)}"
            : limit.Learned?.Evidence ?? "";

    /// <summary>A message on a limit: whose, of what kind, until when.</summary>
    public static string Notice(LimitNoticeItem notice) =>
        $"{Figures.Name(notice.Client)}: {Figures.Name(notice.Kind).Replace('_', ' ')}"
        + (notice.Scope is { } scope ? $" ({Figures.Name(scope)})" : "")
        + (notice.ResetsAt is { } resets ? $", until {Figures.LocalTime(resets)}" : "");
}
