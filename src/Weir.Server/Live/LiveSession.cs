using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Weir.Client;
using Weir.Client.Json;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server.Api.Usage;

namespace Weir.Server.Live;

/// <summary>
/// Tells one listener of one workspace what changes, in order, each change once:
/// 1. The listener has its place in <see cref="LiveFeed"/> already, which keeps from now on what is new.
/// 2. Who gives no number, or one from too long ago, gets a snapshot and the number that it is up to.
/// 3. From there on changes come from the feed; what it no longer keeps comes from the ledger, up to a bound.
/// 4. Beyond the bound: a gap notice, a new snapshot, and on.
/// </summary>
internal sealed class LiveSession(
    LiveFeed feed,
    UsageLedger ledger,
    LiveOptions options,
    TimeProvider clock,
    WorkspaceId workspace,
    Func<bool> isAllowed,
    LiveTopics topics
)
{
    private readonly LimitListening? limits = topics.Limits is { } news
        ? new LimitListening(news, options, clock)
        : null;

    private long cursor;
    private long lastSent;
    private long newsSeen;

    /// <summary>Runs until the listener goes, is no longer allowed, or is too slow.</summary>
    /// <param name="connection">The way to the listener.</param>
    /// <param name="from">How far it has been told before; nothing when it is new.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<LiveEnd> RunAsync(ILiveConnection connection, LivePlace from, CancellationToken cancellationToken)
    {
        try
        {
            var after = from.Changes;
            if (from.Activity is { } heard)
            {
                topics.Activity?.GoOnFrom(heard);
            }

            newsSeen = topics.Sessions?.Invoke()?.Newest ?? 0;
            if (!topics.Requests)
            {
                cursor = after ?? ledger.Feed.Newest;
                await BeatAsync(connection, cancellationToken);
            }
            else if (after is { } known && await WasGivenAsync(known, cancellationToken))
            {
                cursor = known;
                // Who comes back is told at once that it was heard.
                await BeatAsync(connection, cancellationToken);
            }
            else
            {
                await SnapshotAsync(connection, gap: after is not null, cancellationToken);
            }

            while (isAllowed())
            {
                var silence = options.Beat - clock.GetElapsedTime(lastSent);
                if (silence <= TimeSpan.Zero)
                {
                    await BeatAsync(connection, cancellationToken);
                }
                else if (await SessionsAsync(connection, cancellationToken))
                {
                    // Told: what else there is comes next.
                }
                else if (topics.Activity?.Take() is { } happened)
                {
                    await SendAsync(
                        connection,
                        "activity",
                        new LiveActivity(cursor, topics.Activity.Cursor, happened.IsGap, happened.Events),
                        cancellationToken
                    );
                }
                else if (topics.Dashboards is { } boards && boards.TryTake(out var changed))
                {
                    await SendAsync(connection, "dashboards", new LiveDashboards(cursor, changed), cancellationToken);
                }
                else if (limits?.Take() is { } limitNews)
                {
                    await SendAsync(connection, "limits", new LiveLimits(cursor, limitNews), cancellationToken);
                }
                else if (!topics.Requests)
                {
                    await WaitAsync(silence, cancellationToken);
                }
                else if (await NextAsync(cancellationToken) is not { } entries)
                {
                    await SnapshotAsync(connection, gap: true, cancellationToken);
                }
                else if (!entries.IsEmpty)
                {
                    cursor = entries[^1].Sequence;
                    await ChangesAsync(connection, entries, cancellationToken);
                }
                else
                {
                    await WaitAsync(silence, cancellationToken);
                }
            }

            return LiveEnd.NoLongerAllowed;
        }
        catch (Exception e) when (e is TimeoutException or LedgerUnavailableException)
        {
            // Who comes back is told why, or finds all as it was.
            return LiveEnd.TooSlow;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return LiveEnd.Gone;
        }
    }

    /// <summary>What comes after the cursor, of all workspaces; empty when nothing does, null when it is too much.</summary>
    private async Task<ImmutableArray<LiveEntry>?> NextAsync(CancellationToken cancellationToken)
    {
        if (feed.Read(cursor) is { } kept)
        {
            return kept;
        }

        if (ledger.Feed.Newest - cursor > options.CatchUp)
        {
            return null;
        }

        var missed = await ledger.Feed.ReadAsync(cursor, options.Batch, cancellationToken);
        // Nothing, where there should be something: those entries have been removed.
        return missed.IsEmpty ? null : [.. missed.Select(LiveEntry.Of)];
    }

    /// <summary>Until something may have come, or for a time.</summary>
    private async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (limits?.Due() is { } due)
        {
            if (due <= TimeSpan.Zero)
            {
                return;
            }

            atMost = due < atMost ? due : atMost;
        }

        using var enough = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        var waits = new List<Task>();
        if (topics.Requests)
        {
            waits.Add(feed.WaitAsync(cursor, either.Token));
        }

        if (topics.Sessions is not null)
        {
            // Until sessions can be read at all there is nothing to wait for but that.
            waits.Add(
                topics.Sessions() is { } news
                    ? news.WaitAsync(newsSeen, either.Token)
                    : Task.Delay(options.Retry, clock, either.Token)
            );
        }

        if (limits is not null)
        {
            waits.Add(limits.WaitAsync(either.Token));
        }

        if (topics.Activity is { } activity)
        {
            waits.Add(activity.WaitAsync(either.Token));
        }

        if (topics.Dashboards is { } boards)
        {
            waits.Add(boards.WaitAsync(either.Token));
        }

        await Task.WhenAny(waits);
        await either.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Tells of sessions that there was news of, several at once; false when there was none.</summary>
    private async Task<bool> SessionsAsync(ILiveConnection connection, CancellationToken cancellationToken)
    {
        if (topics.Sessions?.Invoke() is not { } news || news.Newest == newsSeen)
        {
            return false;
        }

        await Task.Delay(options.Pace, clock, cancellationToken);
        (var sessions, newsSeen) = news.Read(workspace, newsSeen);
        if (sessions is { IsEmpty: true })
        {
            return false;
        }

        await SendAsync(connection, "sessions", new LiveSessions(cursor, sessions), cancellationToken);
        return true;
    }

    /// <summary>Whether a number can be of this ledger. The feed hears of what is stored a moment after it is.</summary>
    private async Task<bool> WasGivenAsync(long number, CancellationToken cancellationToken) =>
        number <= ledger.Feed.Newest || number <= (await NewestAsync(1, cancellationToken)).Sequence;

    private Task<LedgerSnapshot> NewestAsync(int limit, CancellationToken cancellationToken)
    {
        var query = new UsageQuery
        {
            Workspace = workspace,
            From = DateTimeOffset.UnixEpoch,
            // A caller's clock in an import may be ahead of ours.
            To = clock.GetUtcNow().AddDays(1),
        };
        return ledger.Queries.NewestAsync(query, limit, cancellationToken);
    }

    private async Task SnapshotAsync(ILiveConnection connection, bool gap, CancellationToken cancellationToken)
    {
        var snapshot = await NewestAsync(options.Snapshot, cancellationToken);
        if (gap)
        {
            // It stands before the gap: who is cut off here, and comes back with it, is not told less.
            var missed = snapshot.Sequence >= cursor && cursor > 0 ? snapshot.Sequence - cursor : (long?)null;
            await SendAsync(connection, "gap", new LiveGap(cursor, missed), cancellationToken);
        }

        cursor = snapshot.Sequence;
        var requests = new LiveSnapshot(cursor, [.. snapshot.Records.Select(UsageShapes.Request)]);
        await SendAsync(connection, "snapshot", requests, cancellationToken);
    }

    private Task BeatAsync(ILiveConnection connection, CancellationToken cancellationToken) =>
        SendAsync(connection, "beat", new LiveBeat(cursor, clock.GetUtcNow()), cancellationToken);

    private Task ChangesAsync(
        ILiveConnection connection,
        ImmutableArray<LiveEntry> entries,
        CancellationToken cancellationToken
    )
    {
        var own = entries.Where(entry => entry.Workspace == workspace).ToList();
        if (own.Count == 0)
        {
            return Task.CompletedTask;
        }

        // A LiveChanges, put together of changes that were written once for all listeners.
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "changes"u8);
            writer.WriteNumber("cursor"u8, cursor);
            writer.WriteStartArray("changes"u8);
            foreach (var entry in own)
            {
                writer.WriteRawValue(entry.Json, skipInputValidation: true);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return SendAsync(connection, "changes", json.WrittenMemory, cancellationToken);
    }

    private Task SendAsync(
        ILiveConnection connection,
        string type,
        LiveMessage message,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            connection,
            type,
            JsonSerializer.SerializeToUtf8Bytes(message, WeirJson.Written.LiveMessage),
            cancellationToken
        );

    private async Task SendAsync(
        ILiveConnection connection,
        string type,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(options.SendLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var place = new LivePlace(cursor, topics.Activity?.Cursor);
            await connection.SendAsync(type, place, json, either.Token);
            lastSent = clock.GetTimestamp();
        }
        catch (OperationCanceledException slow) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException("The listener does not take its messages.", slow);
        }
    }
}
