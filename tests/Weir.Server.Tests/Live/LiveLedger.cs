using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Ledger;
using Weir.Server.Limits;
using Weir.Server.Live;
using Weir.Testing;

namespace Weir.Server.Tests.Live;

/// <summary>A ledger that a test writes into, and the feed of listeners over it.</summary>
internal sealed class LiveLedger : IAsyncDisposable
{
    public static readonly WorkspaceId Other = new(2);

    private readonly TemporaryFolder folder = new();
    private long last;

    public LiveLedger(LiveOptions? options = null)
    {
        // The feed looks at once and not after a pause, for the clock stands still.
        Options = (options ?? new LiveOptions()) with
        {
            Pace = TimeSpan.Zero,
        };
        Ledger = UsageLedger.Open(new LedgerOptions { DataFolder = folder.Path }, Clock).Ledger!;
        Activity = ActivityFeed.Open(folder.Path, Clock, NullLogger.Instance).Feed!;
        Feed = new LiveFeed(Ledger.Feed, Limits, Options, Clock, NullLogger<LiveFeed>.Instance);
    }

    public FakeClock Clock { get; } = new();

    public LiveOptions Options { get; }

    public UsageLedger Ledger { get; }

    public LiveFeed Feed { get; }

    public LimitNews Limits { get; } = new();

    public ActivityFeed Activity { get; }

    /// <summary>
    /// Stores requests with rising ids, and returns the first one's number. The feed has heard of them: it does a moment after they are
    /// stored, and whoever begins to listen within that moment is told of them as of changes that come.
    /// </summary>
    public async Task<long> AddAsync(
        int count = 1,
        WorkspaceId? workspace = null,
        string? text = null,
        string? client = null
    )
    {
        var first = last + 1;
        var reached = Ledger.Feed.Newest + count;
        var batch = Enumerable
            .Range(0, count)
            .Select(_ => new UsageRecord
            {
                Id = new RecordId(++last),
                Workspace = workspace ?? WorkspaceId.Default,
                StartedAt = Clock.GetUtcNow().AddMilliseconds(last),
                Source = UsageSource.Gateway,
                Status = RequestStatus.Ok,
                Dialect = Dialect.AnthropicMessages,
                Provider = "simulator",
                Model = "sim-small",
                Client = client,
                Session = text,
                Agent = text,
                Project = text,
                Usage = new TokenUsage { Input = last, Output = 1 },
            })
            .ToList();
        Assert.Equal(count, (await Ledger.ImportAsync(batch, TestContext.Current.CancellationToken)).Changed);
        while (Ledger.Feed.Newest < reached)
        {
            await Ledger.Feed.WaitAsync(reached - 1, TestContext.Current.CancellationToken);
        }

        return first;
    }

    /// <summary>The id under which the API shows a request.</summary>
    public static string Id(long number) => new RecordId(number).ToString();

    public async ValueTask DisposeAsync()
    {
        await Activity.DisposeAsync();
        Feed.Dispose();
        await Ledger.DisposeAsync();
        folder.Dispose();
    }
}

/// <summary>A message as a listener reads it.</summary>
internal sealed record Heard(string Type, long Cursor, JsonElement Body)
{
    /// <summary>The ids of the requests in a snapshot or in changes.</summary>
    public IEnumerable<string> Ids =>
        Type == "snapshot"
            ? Body.GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("id").GetString()!)
            : Body.GetProperty("changes")
                .EnumerateArray()
                .Select(c => c.GetProperty("request").GetProperty("id").GetString()!);

    public static Heard Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var body = document.RootElement.Clone();
        return new Heard(body.GetProperty("type").GetString()!, body.GetProperty("cursor").GetInt64(), body);
    }
}
