using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Capture.Limits;
using Weir.Client;
using Weir.Foundation;
using Weir.Insights.Limits;
using Weir.Server.Limits;

namespace Weir.Server.Api.Limits;

/// <summary>From limits as they are known to the public API's shapes.</summary>
internal static class LimitShaping
{
    private const int MostNotices = 50;
    private const double NanoPerUsd = 1e9;

    /// <summary>All of it.</summary>
    public static LimitList List(LimitBoardView view) =>
        new(
            view.At,
            [.. view.Pictures.Select(picture => Limit(picture, view.At))],
            [.. view.Said.Take(MostNotices).Select(Notice)]
        );

    /// <summary>What an estimate rests on, in words.</summary>
    internal static string Evidence(LearnedLimit learned)
    {
        if (learned.Kind == LearnedLimitKind.Nothing)
        {
            return "nothing was used yet, and nothing was said";
        }

        var evidence = learned.Evidence;
        var words = new StringBuilder();
        words.Append(Times(evidence.LimitsMet, "limit met", "limits met"));
        words.Append(", ").Append(Times(evidence.Censored, "window without", "windows without"));
        if (evidence.Readings > 0)
        {
            words.Append(", ").Append(Times(evidence.Readings, "percentage told", "percentages told"));
        }

        if (evidence.Since is { } since)
        {
            words.Append(" since ").Append(Day(since));
        }

        if (evidence.ChangedAt is { } changed)
        {
            words.Append("; the limit changed by ").Append(Day(changed));
        }

        return words.ToString();

        static string Times(int count, string one, string several) =>
            string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : several)}");

        static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static LimitItem Limit(LimitPicture picture, DateTimeOffset now)
    {
        var used = picture.UsedPercent(now);
        return new LimitItem
        {
            Client = picture.Client,
            Account = picture.Account,
            Scope = picture.Scope,
            WindowMinutes = picture.Window?.TotalMinutes,
            ModelClass = picture.ModelClass,
            UsedPercent = used is { } known ? Math.Round(known.Percent, 1) : null,
            Estimated = used is { IsEstimate: true },
            Told = picture.Told is { } told
                ? new LimitTold
                {
                    At = told.SaidAt,
                    By = told.By,
                    UsedPercent = told.UsedPercent,
                    ResetsAt = told.ResetsAt,
                    Status = told.Status,
                    Limit = told.Limit,
                    Remaining = told.Remaining,
                }
                : null,
            Running = picture.Running is { } running
                ? new LimitWindowItem
                {
                    Start = running.Start,
                    ResetsAt = running.End,
                    ResetIsTold = running.EndIsTold,
                    UsedUsd = new Money(running.Used).ToUsd(),
                }
                : null,
            Learned = picture.Learned is { } learned
                ? new LimitLearned
                {
                    Kind = JsonNamingPolicy.CamelCase.ConvertName(learned.Kind.ToString()),
                    MedianUsd = Usd(learned.Median),
                    LowUsd = Usd(learned.Low),
                    HighUsd = Usd(learned.High),
                    AtLeastUsd = Usd(learned.AtLeast),
                    Evidence = Evidence(learned),
                    LimitsMet = learned.Evidence.LimitsMet,
                    Unlimited = learned.Evidence.Censored,
                    Readings = learned.Evidence.Readings,
                    Since = learned.Evidence.Since,
                    ChangedAt = learned.Evidence.ChangedAt,
                }
                : null,
            TimeToLimit = picture.Forecast is { } forecast
                ? new LimitForecast
                {
                    NotBeforeReset = forecast.NotBeforeReset,
                    Earliest = forecast.Earliest,
                    Median = forecast.Median,
                    Latest = forecast.Latest,
                }
                : null,
        };
    }

    private static LimitNoticeItem Notice(LimitSaid said) =>
        new()
        {
            At = said.At,
            Client = said.Client,
            Session = said.Session,
            Kind = JsonNamingPolicy.SnakeCaseLower.ConvertName(said.Notice.Kind.ToString()),
            Scope = said.Notice.Scope,
            ModelClass = said.Notice.ModelClass,
            Pattern = said.Notice.Pattern,
            ResetsAt = said.Notice.ResetsAt,
            UsedPercent = said.Notice.UsedPercent,
        };

    // An estimate, no amount of money that anybody paid: cents, or two digits of what is less.
    private static decimal? Usd(double? nano) =>
        nano is not { } amount ? null
        : amount >= 0.1 * NanoPerUsd ? Math.Round((decimal)Math.Min(amount / NanoPerUsd, 1e12), 2)
        : Math.Round((decimal)(amount / NanoPerUsd), 6);
}
