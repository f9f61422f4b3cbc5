using System.Collections.Immutable;
using Weir.Capture;
using Weir.Client;
using Weir.Foundation;
using Weir.Insights.Blocks;
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
        var running = await limits.RunningAsync(workspace, cancellationToken);
        var block =
            await ToldAsync(workspace, running, end, cancellationToken)
            ?? (
                blocks.LastOrDefault(found => found.IsActive) is { } reckoned
                    ? new StatusLineBlock
                    {
                        Start = reckoned.Start,
                        End = reckoned.End,
                        CostUsd = reckoned.Cost.ToUsd(),
                        TotalTokens = reckoned.Tokens.Total,
                    }
                    : null
            );
        return new StatusLineResult
        {
            At = now,
            DayStart = dayStart,
            DayEnd = dayEnd,
            TodayUsd = today.Total.Cost.ToUsd(),
            TodayUnpriced = today.Total.Unpriced,
            SessionUsd = session is null ? null : await SessionAsync(workspace, session, end, cancellationToken),
            Block = block,
            Limits = running,
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

    // Where the provider told when its window begins anew, that window is the block, and not one that is reckoned.
    private async Task<StatusLineBlock?> ToldAsync(
        WorkspaceId workspace,
        ImmutableArray<StatusLineLimit> running,
        DateTimeOffset end,
        CancellationToken cancellationToken
    )
    {
        var told = running.FirstOrDefault(limit =>
            limit is { Client: "claude-code", Scope: "five_hour", Estimated: false, ResetsAt: not null }
        );
        if (told is not { ResetsAt: { } resets } || resets <= end)
        {
            return null;
        }

        var start = resets - UsageBlocks.Length;
        var used = await queries.SummaryAsync(
            new UsageQuery
            {
                Workspace = workspace,
                From = start < end ? start : end.AddSeconds(-1),
                To = end,
                Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Client), [told.Client])],
            },
            cancellationToken
        );
        return new StatusLineBlock
        {
            Start = start,
            End = resets,
            CostUsd = used.Total.Cost.ToUsd(),
            TotalTokens = used.Total.Tokens.Total,
        };
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
