using System.Collections.Immutable;
using Weir.Capture;
using Weir.Client;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server.Blocks;
using Weir.Server.Limits;

namespace Weir.Server.StatusLine;

/// <summary>Finds out what a status line shows. Thread-safe.</summary>
internal sealed class StatusReader(UsageQueries queries, LimitBoard limits, TimeProvider clock)
{
    /// <summary>How far back a session's cost is summed up.</summary>
    private static readonly TimeSpan LongestSession = TimeSpan.FromDays(30);

    private static readonly UsageFilter OfAgents = new(
        new UsageDimension(UsageDimensionKind.Client),
        [.. UsageCapture.Agents]
    );

    /// <summary>Reads it from the ledger.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="session">The session; null for none.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public async Task<StatusLineResult> ReadAsync(
        WorkspaceId workspace,
        string? session,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var (dayStart, dayEnd) = Day(now, clock.LocalTimeZone);
        // What is stored from now on began a moment ago at most: the range ends a little later.
        var end = now.AddSeconds(1);
        var today = await queries.SummaryAsync(
            new UsageQuery
            {
                Workspace = workspace,
                From = dayStart,
                To = end,
                Filters = [OfAgents],
            },
            cancellationToken
        );
        var blocks = await BlockReader.ReadAsync(
            queries,
            new UsageQuery
            {
                Workspace = workspace,
                From = now,
                To = end,
            },
            now,
            cancellationToken
        );
        var block = blocks.LastOrDefault(found => found.IsActive);
        return new StatusLineResult
        {
            At = now,
            DayStart = dayStart,
            DayEnd = dayEnd,
            TodayUsd = today.Total.Cost.ToUsd(),
            TodayUnpriced = today.Total.Unpriced,
            SessionUsd = session is null ? null : await SessionAsync(workspace, session, end, cancellationToken),
            Block = block is null
                ? null
                : new StatusLineBlock
                {
                    Start = block.Start,
                    End = block.End,
                    CostUsd = block.Cost.ToUsd(),
                    TotalTokens = block.Tokens.Total,
                },
            Limits = await limits.RunningAsync(workspace, cancellationToken),
        };
    }

    /// <summary>The day that a moment lies in, where the server is.</summary>
    public static (DateTimeOffset Start, DateTimeOffset End) Day(DateTimeOffset now, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTime(now, zone).Date;
        return (Midnight(day), Midnight(day.AddDays(1)));

        // A day whose midnight is skipped begins where its clock begins.
        DateTimeOffset Midnight(DateTime date)
        {
            while (zone.IsInvalidTime(date))
            {
                date = date.AddMinutes(15);
            }

            return new DateTimeOffset(date, zone.GetUtcOffset(date)).ToUniversalTime();
        }
    }

    private async Task<decimal?> SessionAsync(
        WorkspaceId workspace,
        string session,
        DateTimeOffset end,
        CancellationToken cancellationToken
    )
    {
        var summary = await queries.SummaryAsync(
            new UsageQuery
            {
                Workspace = workspace,
                From = end - LongestSession,
                To = end,
                Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Session), [session])],
            },
            cancellationToken
        );
        return summary.Total.Requests == 0 ? null : summary.Total.Cost.ToUsd();
    }
}
