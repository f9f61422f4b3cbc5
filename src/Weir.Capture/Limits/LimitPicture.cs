using Weir.Insights.Limits;
using Weir.Wire.Limits;

namespace Weir.Capture.Limits;

/// <summary>What is known of one quota of one account.</summary>
/// <param name="Client">The program whose quota it is.</param>
/// <param name="Account">The account; null when none was told.</param>
/// <param name="Scope">What it holds: <c>five_hour</c>, <c>seven_day_opus</c> …</param>
/// <param name="Window">How long its window is; null when not known.</param>
/// <param name="ModelClass">The class of models it holds; null for all.</param>
/// <param name="Told">What the provider said last; null when nothing.</param>
/// <param name="Running">The window that runs; null when none does, or none is known.</param>
/// <param name="Learned">What was learned of the limit; null where use cannot be told apart or windows are not known.</param>
/// <param name="Forecast">When the limit will be met; null when it is not estimated.</param>
internal sealed record LimitPicture(
    string Client,
    string? Account,
    string Scope,
    TimeSpan? Window,
    string? ModelClass,
    LimitReading? Told,
    QuotaWindow? Running,
    LearnedLimit? Learned,
    TimeToLimitForecast? Forecast
)
{
    /// <summary>
    /// How much of the running window is used in percent: as told in it, else by the learned limit's median; null when neither
    /// is known.
    /// </summary>
    /// <param name="now">The moment.</param>
    public (double Percent, bool IsEstimate)? UsedPercent(DateTimeOffset now) =>
        Told is { UsedPercent: { } told } && (Told.ResetsAt is { } resets ? resets > now : IsRecent(Told, now))
            ? (told, false)
        : Running is { } running && Learned?.Median is > 0 and var median ? (100.0 * running.Used / median, true)
        : null;

    // A figure without a reset holds as long as its window may.
    private bool IsRecent(LimitReading told, DateTimeOffset now) =>
        now - told.SaidAt < (Window ?? TimeSpan.FromMinutes(1));
}

/// <summary>A window of a quota.</summary>
/// <param name="Start">Its beginning.</param>
/// <param name="End">Its end, not in it.</param>
/// <param name="EndIsTold">Whether the provider told it; else it was reckoned from the first request in it.</param>
/// <param name="Used">What was used in it: list cost in nano-dollars.</param>
internal sealed record QuotaWindow(DateTimeOffset Start, DateTimeOffset End, bool EndIsTold, long Used);

/// <summary>A recognised message on a limit.</summary>
/// <param name="At">When it was said.</param>
/// <param name="Client">The program.</param>
/// <param name="Session">The session; null when not told.</param>
/// <param name="Account">The account; null when not told.</param>
/// <param name="Notice">What it says.</param>
internal sealed record LimitSaid(
    DateTimeOffset At,
    string Client,
    string? Session,
    string? Account,
    LimitNotice Notice
);
