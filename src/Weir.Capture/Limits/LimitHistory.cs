using System.Collections.Immutable;
using Weir.Insights.Limits;
using Weir.Ledger;
using Weir.Wire.Limits;

namespace Weir.Capture.Limits;

/// <summary>
/// Puts together what was said of one program's quotas and what was used meanwhile: windows, whether each ended in a limit, the
/// provider's figures; and asks <see cref="LimitLearner"/> and <see cref="TimeToLimit"/>. Amounts are list cost in nano-dollars.
/// Pure; safe from any thread.
/// </summary>
/// <param name="client">The program.</param>
/// <param name="readings">The provider's figures on its quotas, in any order.</param>
/// <param name="said">The recognised messages, in any order.</param>
/// <param name="costs">What its requests cost, by time.</param>
/// <param name="now">The moment.</param>
internal sealed class LimitHistory(
    string client,
    IReadOnlyList<LimitReading> readings,
    IReadOnlyList<LimitSaid> said,
    IReadOnlyCollection<UsageCost> costs,
    DateTimeOffset now
)
{
    private const string FiveHours = "five_hour";
    private const string SevenDays = "seven_day";
    private const string ClaudeCode = "claude-code";
    private const int MostReadings = 12;
    private const int RhythmWindows = 10;

    /// <summary>How many quotas are looked at, those last told of: what tells of more is no plan.</summary>
    internal const int MostQuotas = 64;

    /// <summary>Shorter windows than this hold a pace, not a plan: they are told, and nothing is learned of them.</summary>
    private static readonly TimeSpan ShortestLearned = TimeSpan.FromHours(1);

    private readonly Dictionary<string, UseLine> lines = new(StringComparer.Ordinal);

    /// <summary>All quotas, the shortest windows first.</summary>
    public ImmutableArray<LimitPicture> Pictures()
    {
        // Words that name no account are of the one that there is; with several, nobody can tell whose a request was.
        var accounts = readings.Select(reading => reading.Account).OfType<string>().Distinct().ToArray();
        var only = accounts.Length == 1 ? accounts[0] : null;
        var pictures = new List<LimitPicture>();
        foreach (
            var group in readings
                .GroupBy(reading => (Account: reading.Account ?? only, reading.Scope))
                .OrderByDescending(group => group.Max(reading => reading.SaidAt))
                .Take(MostQuotas)
        )
        {
            pictures.Add(Picture(group.Key.Account, group.Key.Scope, [.. group], isAlone: accounts.Length < 2));
        }

        foreach (
            var scope in said.OrderByDescending(word => word.At)
                .Select(ScopeOf)
                .OfType<string>()
                .Distinct()
                .Take(MostQuotas)
        )
        {
            AddUntold(scope);
        }

        if (client == ClaudeCode && costs.Count > 0)
        {
            AddUntold(FiveHours);
        }

        return
        [
            .. pictures
                .OrderBy(picture => picture.Window ?? TimeSpan.Zero)
                .ThenBy(picture => picture.Scope, StringComparer.Ordinal)
                .ThenBy(picture => picture.Account, StringComparer.Ordinal),
        ];

        void AddUntold(string scope)
        {
            if (!pictures.Exists(picture => picture.Scope == scope))
            {
                pictures.Add(Picture(only, scope, [], isAlone: accounts.Length < 2));
            }
        }
    }

    private LimitPicture Picture(string? account, string scope, List<LimitReading> told, bool isAlone)
    {
        var last = told.MaxBy(reading => reading.SaidAt);
        var length = last?.Window ?? LimitReading.WindowOf(scope);
        var modelClass = ModelClassOf(scope);
        var picture = new LimitPicture(client, account, scope, length, modelClass, last, null, null, null);
        return isAlone && length >= ShortestLearned && scope != "extra_usage"
            ? Learned(picture, length.Value, told)
            : picture;
    }

    private LimitPicture Learned(LimitPicture picture, TimeSpan length, List<LimitReading> told)
    {
        var used = LineOf(picture.ModelClass);
        var met = said.Where(word => IsMet(word.Notice) && ScopeOf(word) == picture.Scope)
            .Select(word => word.At)
            .Concat(told.Where(reading => reading.Status == "rejected").Select(reading => reading.SaidAt))
            .Order()
            .ToArray();
        var windows = QuotaWindows.Find(
            length,
            told.Where(reading => reading.ResetsAt is not null)
                .Select(reading => (reading.SaidAt, reading.ResetsAt!.Value))
                .Concat(
                    said.Where(word => ScopeOf(word) == picture.Scope && word.Notice.ResetsAt is not null)
                        .Select(word => (word.At, word.Notice.ResetsAt!.Value))
                ),
            used,
            fillsIn: picture.Scope == FiveHours,
            now
        );
        var past = new List<LimitWindow>();
        var stops = new List<StoppedSpan>();
        foreach (var (start, end, _) in windows)
        {
            var hit = met.FirstOrDefault(at => at >= start && at < end);
            if (hit != default)
            {
                stops.Add(new StoppedSpan(hit, end));
            }

            if (end <= now)
            {
                past.Add(
                    new LimitWindow(
                        end,
                        used.Between(start, end.AddTicks(-1)),
                        MetAt(used, start, hit),
                        Readings(told, used, start, end)
                    )
                );
            }
        }

        var current = windows.Find(window => window.Start <= now && window.End > now);
        var isRunning = current.End > now;
        var usedNow = isRunning ? used.Between(current.Start, now) : 0;
        var stopped = isRunning
            ? MetAt(used, current.Start, met.FirstOrDefault(at => at >= current.Start && at < current.End))
            : null;
        var running = new RunningWindow(
            now,
            stopped?.LastAdmitted ?? usedNow,
            isRunning ? Readings(told, used, current.Start, current.End) : []
        );
        var learned = LimitLearner.Learn(past, running);
        return picture with
        {
            Running = isRunning ? new QuotaWindow(current.Start, current.End, current.IsTold, usedNow) : null,
            Learned = learned,
            Forecast =
                isRunning && stopped is null
                    ? TimeToLimit.Forecast(
                        learned,
                        usedNow,
                        used.Since(now - (RhythmWindows * length)),
                        length,
                        now,
                        current.End,
                        stops
                    )
                    : null,
        };
    }

    /// <summary>What a message that names no quota is of: by its reset's distance where it tells one.</summary>
    internal static string? ScopeOf(LimitSaid word) =>
        word.Notice.Scope
        ?? (
            !IsMet(word.Notice) ? null
            : word.Notice.ResetsAt - word.At > TimeSpan.FromHours(5.5) ? SevenDays
            : FiveHours
        );

    // From here on nothing of the plan is left, whether work goes on at cost or not at all.
    private static bool IsMet(LimitNotice notice) =>
        notice.Kind
            is LimitNoticeKind.Reached
                or LimitNoticeKind.ExtraUsageBegun
                or LimitNoticeKind.ExtraUsageExhausted;

    private static string? ModelClassOf(string scope) =>
        scope switch
        {
            "seven_day_opus" => "opus",
            "seven_day_sonnet" => "sonnet",
            _ => null,
        };

    private static LimitMet? MetAt(UseLine used, DateTimeOffset start, DateTimeOffset hit)
    {
        if (hit == default || used.Between(start, hit) is not (> 0 and var before))
        {
            return null;
        }

        return new LimitMet(before - used.LastOf(start, hit), before);
    }

    /// <summary>The figures of a window that say something: the first of each percentage, and of many some.</summary>
    private static List<QuotaReading> Readings(
        List<LimitReading> told,
        UseLine used,
        DateTimeOffset start,
        DateTimeOffset end
    )
    {
        var within = new List<QuotaReading>();
        foreach (
            var reading in told.Where(reading => reading.SaidAt >= start && reading.SaidAt < end)
                .OrderBy(reading => reading.SaidAt)
        )
        {
            if (
                reading.UsedPercent is > 0 and <= 100 and var percent
                && (within.Count == 0 || within[^1].UsedPercent < percent)
                && used.Between(start, reading.SaidAt) is > 0 and var amount
            )
            {
                within.Add(new QuotaReading(amount, percent));
            }
        }

        return within.Count <= MostReadings
            ? within
            : [.. Enumerable.Range(0, MostReadings).Select(i => within[i * (within.Count - 1) / (MostReadings - 1)])];
    }

    private UseLine LineOf(string? modelClass)
    {
        var name = modelClass ?? "";
        if (!lines.TryGetValue(name, out var line))
        {
            lines[name] = line = new UseLine(costs, modelClass);
        }

        return line;
    }
}
