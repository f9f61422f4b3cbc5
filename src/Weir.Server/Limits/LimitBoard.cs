using System.Collections.Immutable;
using Weir.Capture;
using Weir.Capture.Limits;
using Weir.Client;
using Weir.Foundation;
using Weir.Foundation.Measuring;
using Weir.Ledger;
using Weir.Server.Capture;
using Weir.Wire.Limits;

namespace Weir.Server.Limits;

/// <summary>
/// What is known of limits, put together from stored words, the newest ones in memory, and the ledger. Putting it together reads
/// weeks of records: it is done once for all who ask within some seconds. Thread-safe.
/// </summary>
internal sealed class LimitBoard(
    UsageQueries queries,
    CaptureModule capture,
    NewestQuotas newest,
    LimitNews news,
    TimeProvider clock
)
{
    private const int MostWords = 20_000;
    private const int MostRecords = 400_000;

    /// <summary>How many programs beside the known agents are looked at, those last told of: anybody may name one.</summary>
    private const int MostClients = 64;

    /// <summary>How far other machines' clocks may be ahead; a word from beyond is no word of today.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    /// <summary>Nine weekly windows; limits of before say little of today's.</summary>
    private static readonly TimeSpan Reach = TimeSpan.FromDays(63);

    /// <summary>For how long estimates are kept.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FreshForLines = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<WorkspaceId, Seen> views = [];

    /// <summary>How often what is known could be told without putting it together.</summary>
    public CacheCounts Counts { get; } = new() { TimeToLive = Fresh };

    /// <summary>What is known: what was told as it is now, estimates some seconds old at most.</summary>
    public async Task<LimitBoardView> ReadAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        var view = await ViewAsync(workspace, Fresh, news.Of(workspace).TaughtNumber, cancellationToken);
        return view with { Pictures = [.. Updated(view, newest.Of(workspace))] };
    }

    /// <summary>How far the running windows of plans are used, for a status line: told figures now, estimates half a minute old at most.</summary>
    public async Task<ImmutableArray<StatusLineLimit>> RunningAsync(
        WorkspaceId workspace,
        CancellationToken cancellationToken
    )
    {
        var view = await ViewAsync(workspace, FreshForLines, words: null, cancellationToken);
        var now = clock.GetUtcNow();
        return
        [
            .. Updated(view, newest.Of(workspace))
                .Where(picture => picture.Window >= TimeSpan.FromHours(1))
                .Select(picture => (Picture: picture, Used: picture.UsedPercent(now)))
                .Where(limit => limit.Used is not null)
                .Select(limit => new StatusLineLimit
                {
                    Client = limit.Picture.Client,
                    Scope = limit.Picture.Scope,
                    UsedPercent = Math.Round(limit.Used!.Value.Percent, 1),
                    Estimated = limit.Used.Value.IsEstimate,
                    ResetsAt = limit.Used.Value.IsEstimate
                        ? limit.Picture.Running?.End
                        : limit.Picture.Told?.ResetsAt ?? limit.Picture.Running?.End,
                }),
        ];
    }

    private static bool IsOf(LimitPicture picture, LimitReading reading) =>
        reading.Client == picture.Client
        && reading.Scope == picture.Scope
        && (reading.Account is null || picture.Account is null || reading.Account == picture.Account);

    // With what was told since everything was put together.
    private static IEnumerable<LimitPicture> Updated(LimitBoardView view, ImmutableArray<LimitReading> latest) =>
        view
            .Pictures.Select(picture => Updated(picture, latest))
            .Concat(latest.Where(reading => !view.Pictures.Any(picture => IsOf(picture, reading))).Select(Bare));

    private static LimitPicture Bare(LimitReading reading) =>
        new(reading.Client ?? "", reading.Account, reading.Scope, reading.Window, null, reading, null, null, null);

    private static LimitPicture Updated(LimitPicture picture, ImmutableArray<LimitReading> latest) =>
        latest.Where(reading => IsOf(picture, reading)).MaxBy(reading => reading.SaidAt) is { } newer
        && !(newer.SaidAt < picture.Told?.SaidAt)
            ? picture with
            {
                Told = newer,
            }
            : picture;

    /// <param name="workspace">Whose.</param>
    /// <param name="fresh">How old it may be.</param>
    /// <param name="words">The number of words to learn from that it must have seen; null where that does not matter.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    private Task<LimitBoardView> ViewAsync(
        WorkspaceId workspace,
        TimeSpan fresh,
        long? words,
        CancellationToken cancellationToken
    )
    {
        lock (gate)
        {
            var known = views.GetValueOrDefault(workspace);
            if (
                known is not null
                && clock.GetElapsedTime(known.At) < fresh
                && !(known.Words < words)
                && known.View is { IsFaulted: false, IsCanceled: false }
            )
            {
                known.IsUsed = true;
                Counts.Hit();
                return known.View.WaitAsync(cancellationToken);
            }

            Counts.Miss();
            if (known is not null && clock.GetElapsedTime(known.At) >= fresh)
            {
                Counts.Expire(known.IsUsed);
            }

            // Of those who ask at once one reads; who goes does not take the others' answer along.
            var seen = news.Of(workspace).TaughtNumber;
            var view = Task.Run(() => PutTogetherAsync(workspace), CancellationToken.None);
            views[workspace] = new Seen(clock.GetTimestamp(), seen, view);
            Counts.Hold(views.Count);
            return view.WaitAsync(cancellationToken);
        }
    }

    private async Task<LimitBoardView> PutTogetherAsync(WorkspaceId workspace)
    {
        var now = clock.GetUtcNow();
        var words = capture
            .LimitWords(workspace, now - Reach, MostWords)
            .Where(word => word.At <= now + Ahead)
            .ToImmutableArray();
        var latest = newest.Of(workspace);
        var readings = words.Select(LimitWords.Reading).OfType<LimitReading>().Concat(latest).ToLookup(ClientOf);
        var said = words
            .Select(word => (Word: word, Notice: LimitWords.Notice(word, clock.LocalTimeZone)))
            .Where(word => word.Notice is not null)
            .Select(word => new LimitSaid(
                word.Word.At,
                word.Word.Client,
                word.Word.Session,
                word.Word.Account,
                word.Notice!
            ))
            .ToImmutableArray();
        var pictures = ImmutableArray.CreateBuilder<LimitPicture>();
        var clients = readings
            .OrderByDescending(group => group.Max(reading => reading.SaidAt))
            .Take(MostClients)
            .Select(group => group.Key);
        foreach (var client in clients.Union(UsageCapture.Agents, StringComparer.Ordinal))
        {
            var own = readings[client].ToArray();
            var ownSaid = said.Where(word => word.Client == client).ToArray();
            // Of a program that nobody said anything of, only one is known to have windows.
            if (own.Length == 0 && ownSaid.Length == 0 && client != "claude-code")
            {
                continue;
            }

            var costs = await queries.CostsAsync(
                new UsageQuery
                {
                    Workspace = workspace,
                    From = now - Reach,
                    To = now.AddSeconds(1),
                    Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Client), [client])],
                },
                MostRecords,
                CancellationToken.None
            );
            pictures.AddRange(new LimitHistory(client, own, ownSaid, costs, now).Pictures());
        }

        return new LimitBoardView(now, pictures.ToImmutable(), said);

        static string ClientOf(LimitReading reading) => reading.Client ?? "";
    }

    private sealed class Seen(long at, long words, Task<LimitBoardView> view)
    {
        public long At { get; } = at;

        public long Words { get; } = words;

        public Task<LimitBoardView> View { get; } = view;

        public bool IsUsed { get; set; }
    }
}

/// <summary>What a <see cref="LimitBoard"/> knows.</summary>
/// <param name="At">When it was put together.</param>
/// <param name="Pictures">The quotas.</param>
/// <param name="Said">The recognised messages, the latest first.</param>
internal sealed record LimitBoardView(
    DateTimeOffset At,
    ImmutableArray<LimitPicture> Pictures,
    ImmutableArray<LimitSaid> Said
);
