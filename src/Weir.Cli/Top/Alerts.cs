using Weir.Cli.Output;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>Something that somebody should know now.</summary>
/// <param name="IsBad">Whether something is broken or stopped; else it is about to be, or to be looked at.</param>
/// <param name="Text">In words, with what to do where that can be said.</param>
internal sealed record Alert(bool IsBad, string Text);

/// <summary>What is amiss, from all that is known.</summary>
internal static class Alerts
{
    /// <summary>A limit is near from this share on, in percent.</summary>
    public const double Near = 90;

    private static readonly TimeSpan GapShownFor = TimeSpan.FromMinutes(10);

    // A message without an end is of the moment.
    private static readonly TimeSpan NoticeShownFor = TimeSpan.FromMinutes(15);

    /// <summary>What is bad first.</summary>
    public static IReadOnlyList<Alert> Of(TopState state) =>
        [
            .. Server(state)
                .Concat(OfLimits(state))
                .Concat(Sessions(state))
                .Concat(Capture(state.Sources))
                .Concat(Requests(state))
                .OrderBy(alert => !alert.IsBad),
        ];

    private static IEnumerable<Alert> Server(TopState state)
    {
        if (state.Failure is { } failure)
        {
            yield return new Alert(true, $"cannot be read, trying again: {failure}");
        }

        if (state.Status?.Ledger is { } ledger)
        {
            if (ledger.RefusesBecause is { } refusal)
            {
                yield return new Alert(true, $"the server refuses new work: {refusal}");
            }

            if (ledger.WriteFailure is { } write)
            {
                yield return new Alert(true, $"the ledger cannot be written: {write}");
            }

            if (ledger.ReplayWarning is { } replay)
            {
                yield return new Alert(false, $"ledger: {replay}");
            }
        }

        if (state.Gap is { } gap && state.Now - gap.At < GapShownFor)
        {
            var missed = gap.Missed is { } count ? $"{Figures.Count(count)} changes" : "changes";
            yield return new Alert(
                false,
                $"the feed passed over {missed} at {Figures.LocalClock(gap.At)}: sums were read again"
            );
        }
    }

    private static IEnumerable<Alert> OfLimits(TopState state)
    {
        foreach (var limit in state.Limits?.Limits ?? [])
        {
            var name = $"{limit.Client} {limit.Scope}";
            var reset = LimitText.Reset(limit, state.Now);
            var until = reset.Length == 0 ? "" : $", resets {reset}";
            if (limit.UsedPercent >= 100 || limit.Told?.Status == "rejected" && reset.Length > 0)
            {
                yield return new Alert(true, $"limit met: {name}{until}");
            }
            else if (limit.UsedPercent is { } used && used >= Near)
            {
                yield return new Alert(false, $"limit near: {name} {LimitText.Percent(used, limit.Estimated)}{until}");
            }
            else if (limit.TimeToLimit is { Median: not null })
            {
                yield return new Alert(
                    false,
                    $"limit ahead: {name} will be met {LimitText.Met(limit, state.Now)} if work goes on so"
                );
            }
        }

        foreach (var notice in (state.Limits?.Notices ?? []).Where(notice => notice.Kind != "approaching").Take(1))
        {
            if (notice.ResetsAt is { } resets ? resets > state.Now : state.Now - notice.At < NoticeShownFor)
            {
                yield return new Alert(true, $"{Figures.LocalClock(notice.At)} {LimitText.Notice(notice)}");
            }
        }
    }

    private static IEnumerable<Alert> Sessions(TopState state)
    {
        var waiting = (state.Sessions ?? []).Where(session => session.State == "waiting").ToList();
        if (waiting.Count > 0)
        {
            var which = string.Join(", ", waiting.Take(3).Select(session => session.Project ?? session.Id));
            yield return new Alert(
                false,
                $"{Plural(waiting.Count, "session waits", "sessions wait")} for a permission: {which}{(waiting.Count > 3 ? ", …" : "")}"
            );
        }
    }

    private static IEnumerable<Alert> Capture(CaptureSources? sources)
    {
        if (sources?.Failure is { } failure)
        {
            yield return new Alert(true, $"agents' logs are not read: {failure}");
        }

        if (sources?.Archive?.SealFailure is { } sealing)
        {
            yield return new Alert(true, $"content cannot be sealed: {sealing}");
        }

        var problems = sources?.Sources.Where(source => source.Exists).SelectMany(source => source.Problems).ToList();
        if (problems is { Count: > 0 })
        {
            yield return new Alert(
                false,
                $"{Plural(problems.Count, "file of agents", "files of agents")} could not be read: \"weir capture\" says which"
            );
        }
    }

    private static IEnumerable<Alert> Requests(TopState state)
    {
        if (state.Today?.Total.Unpriced is > 0 and var unpriced)
        {
            yield return new Alert(
                false,
                $"{Plural(unpriced, "request", "requests")} of today have no known price: \"weir prices\" shows what is known"
            );
        }
    }

    private static string Plural(long count, string one, string many) =>
        $"{Figures.Count(count)} {(count == 1 ? one : many)}";
}
