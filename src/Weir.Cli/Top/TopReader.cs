using System.Globalization;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Top;

/// <summary>Reads what the view shows.</summary>
internal static class TopReader
{
    private const int MostSessions = 200;

    /// <summary>What changes often.</summary>
    public static async Task<ListsRead> ListsAsync(WeirClient client, CancellationToken cancellationToken)
    {
        var sessions = SessionsAsync(client, cancellationToken);
        var blocks = BlocksAsync(client, cancellationToken);
        var limits = client.LimitsAsync(cancellationToken);
        await Task.WhenAll(sessions, blocks, limits);
        return new ListsRead(await sessions, await blocks, await limits);
    }

    /// <summary>Everything.</summary>
    /// <param name="client">The server.</param>
    /// <param name="now">The moment: its day in the terminal's zone is "today".</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<AllRead> AllAsync(
        WeirClient client,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        // Before the sums, which say up to which change they are: what the feed tells above that is in neither.
        var tokens = MinutesAsync(client, "totalTokens", now, cancellationToken);
        var cost = MinutesAsync(client, "costUsd", now, cancellationToken);
        await Task.WhenAll(tokens, cost);
        var (from, to) = Day(now);
        var summary = client.SummaryAsync(
            new UsageQueryString()
                .With("groupBy", "model")
                .With("from", UtcTimeConverter.ToText(from))
                .With("to", UtcTimeConverter.ToText(to)),
            cancellationToken
        );
        var sessions = SessionsAsync(client, cancellationToken);
        var blocks = BlocksAsync(client, cancellationToken);
        var limits = client.LimitsAsync(cancellationToken);
        var sources = client.CaptureSourcesAsync(cancellationToken);
        var status = client.StatusAsync(cancellationToken);
        await Task.WhenAll(summary, sessions, blocks, limits, sources, status);
        return new AllRead(
            now,
            await sessions,
            await blocks,
            await limits,
            await summary,
            await tokens,
            await cost,
            await sources,
            await status
        );
    }

    private static (DateTimeOffset From, DateTimeOffset To) Day(DateTimeOffset now)
    {
        var zone = TimeZoneInfo.Local;
        var midnight = TimeZoneInfo.ConvertTime(now, zone).Date;
        return (At(midnight), At(midnight.AddDays(1)));

        // Where a zone leaps over midnight, the day begins after the leap.
        DateTimeOffset At(DateTime local) =>
            new(local, zone.GetUtcOffset(zone.IsInvalidTime(local) ? local.AddHours(1) : local));
    }

    private static Task<SessionPage> SessionsAsync(WeirClient client, CancellationToken cancellationToken) =>
        client.SessionsAsync(
            new UsageQueryString()
                .With("from", "24h")
                .With("limit", MostSessions.ToString(CultureInfo.InvariantCulture)),
            cancellationToken
        );

    private static Task<BlockList> BlocksAsync(WeirClient client, CancellationToken cancellationToken) =>
        client.BlocksAsync(new UsageQueryString().With("active", "true"), cancellationToken);

    private static Task<UsageSeriesResult> MinutesAsync(
        WeirClient client,
        string metric,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        client.SeriesAsync(
            new UsageQueryString()
                .With("metric", metric)
                .With("interval", "minute")
                .With("from", UtcTimeConverter.ToText(now.AddMinutes(-Minutes.Kept)))
                .With("to", UtcTimeConverter.ToText(now.AddMinutes(1))),
            cancellationToken
        );
}
