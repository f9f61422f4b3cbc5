using System.Globalization;
using System.Net;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Top;

/// <summary>Reads what the view shows.</summary>
internal static class TopReader
{
    private const int MostSessions = 200;
    private const int MostAttempts = 3;

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
        var sums = await SumsAsync(client, now, cancellationToken);
        var sessions = SessionsAsync(client, cancellationToken);
        var blocks = BlocksAsync(client, cancellationToken);
        var limits = client.LimitsAsync(cancellationToken);
        var workspace = client.WorkspaceAsync(cancellationToken);
        var sources = OfInstanceAsync(client.CaptureSourcesAsync(cancellationToken));
        var status = OfInstanceAsync(client.StatusAsync(cancellationToken));
        await Task.WhenAll(sessions, blocks, limits, workspace, sources, status);
        return new AllRead(
            now,
            await sessions,
            await blocks,
            await limits,
            sums.Summary,
            sums.Tokens,
            sums.Cost,
            (await workspace).Name,
            await sources,
            await status
        );
    }

    // What is the server's own is for keys of its first workspace alone.
    private static async Task<T?> OfInstanceAsync<T>(Task<T> read)
        where T : class
    {
        try
        {
            return await read;
        }
        catch (WeirApiException refusal) when (refusal.Status == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    // Sums say up to which change they are, series do not: both are of one moment when nothing changed in between. Where it does
    // not stop changing, the minutes lack what came meanwhile until they are read again.
    private static async Task<(UsageSummaryResult Summary, UsageSeriesResult Tokens, UsageSeriesResult Cost)> SumsAsync(
        WeirClient client,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var (from, to) = Day(now);
        var day = new UsageQueryString()
            .With("groupBy", "model")
            .With("from", UtcTimeConverter.ToText(from))
            .With("to", UtcTimeConverter.ToText(to));
        var before = await client.SummaryAsync(day, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var tokens = MinutesAsync(client, "totalTokens", now, cancellationToken);
            var cost = MinutesAsync(client, "costUsd", now, cancellationToken);
            await Task.WhenAll(tokens, cost);
            var after = await client.SummaryAsync(day, cancellationToken);
            if (after.AsOf == before.AsOf || attempt == MostAttempts)
            {
                return (after, await tokens, await cost);
            }

            before = after;
        }
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
