using System.Threading.Channels;
using Weir.Foundation;
using Weir.Server.Live;

namespace Weir.Server.Tests.Live;

/// <summary>What one listener is told, over a real ledger and a connection that a test reads.</summary>
public sealed class LiveSessionTests : IAsyncDisposable
{
    private LiveLedger live = new();
    private volatile bool isAllowed = true;

    public ValueTask DisposeAsync() => live.DisposeAsync();

    [Fact]
    public async Task A_new_listener_gets_what_there_is_and_then_what_comes()
    {
        await live.AddAsync(3);
        await using var listener = Listen(null);

        var snapshot = await listener.NextAsync();
        var added = await live.AddAsync();
        var changes = await listener.NextAsync();

        Assert.Equal(("snapshot", 3), (snapshot.Type, snapshot.Cursor));
        Assert.Equal([LiveLedger.Id(3), LiveLedger.Id(2), LiveLedger.Id(1)], snapshot.Ids);
        Assert.Equal(("changes", 4), (changes.Type, changes.Cursor));
        Assert.Equal([LiveLedger.Id(added)], changes.Ids);
        var change = changes.Body.GetProperty("changes")[0];
        Assert.Equal(4, change.GetProperty("sequence").GetInt64());
        Assert.Equal("created", change.GetProperty("kind").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, change.GetProperty("before").ValueKind);
    }

    [Fact]
    public async Task Who_comes_back_is_told_what_it_missed_and_no_more()
    {
        await live.AddAsync(5);
        await using var listener = Listen(2);

        var beat = await listener.NextAsync();
        var changes = await listener.NextAsync();

        Assert.Equal(("beat", 2), (beat.Type, beat.Cursor));
        Assert.Equal([LiveLedger.Id(3), LiveLedger.Id(4), LiveLedger.Id(5)], changes.Ids);
        Assert.Equal(5, changes.Cursor);
    }

    [Fact]
    public async Task What_a_change_was_before_is_told()
    {
        await live.AddAsync();
        await using var listener = Listen(null);
        await listener.NextAsync();
        var known = (
            await live.Ledger.Queries.RecordAsync(
                WorkspaceId.Default,
                new RecordId(1),
                TestContext.Current.CancellationToken
            )
        )!.Record;
        await live.Ledger.ImportAsync([known with { Project = "late" }], TestContext.Current.CancellationToken);

        var change = (await listener.NextAsync()).Body.GetProperty("changes")[0];

        Assert.Equal("enriched", change.GetProperty("kind").GetString());
        Assert.Equal(1, change.GetProperty("before").GetProperty("revision").GetInt32());
        Assert.Equal(2, change.GetProperty("request").GetProperty("revision").GetInt32());
        Assert.Equal("late", change.GetProperty("request").GetProperty("project").GetString());
    }

    [Fact]
    public async Task Nothing_of_another_workspace_is_told_but_the_cursor_goes_on()
    {
        await live.AddAsync(2, LiveLedger.Other);
        await using var listener = Listen(null);
        Assert.Empty((await listener.NextAsync()).Ids);

        await live.AddAsync(3, LiveLedger.Other);
        await live.AddAsync(1);
        var changes = await listener.NextAsync();

        Assert.Equal(("changes", 6), (changes.Type, changes.Cursor));
        Assert.Equal([LiveLedger.Id(6)], changes.Ids);
    }

    [Fact]
    public async Task A_silence_is_broken_also_while_others_are_busy()
    {
        await using var listener = Listen(null);
        await listener.NextAsync();
        await live.AddAsync(4, LiveLedger.Other);

        var beat = await listener.NextAsync(() => live.Clock.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal("beat", beat.Type);
        while (beat.Cursor < 4)
        {
            beat = await listener.NextAsync(() => live.Clock.Advance(TimeSpan.FromSeconds(1)));
            Assert.Equal("beat", beat.Type);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public async Task Who_was_away_for_too_long_gets_a_gap_and_a_new_snapshot(long after)
    {
        await ReopenAsync(new LiveOptions { CatchUp = 10, Snapshot = 2 });
        await live.AddAsync(20);
        await using var listener = Listen(after);
        Assert.Equal("beat", (await listener.NextAsync()).Type);

        var gap = await listener.NextAsync();
        var snapshot = await listener.NextAsync();
        await live.AddAsync();

        Assert.Equal(("gap", after), (gap.Type, gap.Cursor));
        Assert.Equal(20 - after, gap.Body.GetProperty("missed").GetInt64());
        Assert.Equal(("snapshot", 20), (snapshot.Type, snapshot.Cursor));
        Assert.Equal([LiveLedger.Id(20), LiveLedger.Id(19)], snapshot.Ids);
        Assert.Equal([LiveLedger.Id(21)], (await listener.NextAsync()).Ids);
    }

    [Fact]
    public async Task A_number_that_was_never_given_is_a_gap()
    {
        await live.AddAsync(2);
        await using var listener = Listen(1_000);

        var gap = await listener.NextAsync();

        Assert.Equal(("gap", 0), (gap.Type, gap.Cursor));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, gap.Body.GetProperty("missed").ValueKind);
        Assert.Equal("snapshot", (await listener.NextAsync()).Type);
    }

    [Fact]
    public async Task What_was_removed_is_passed_over_without_a_loop()
    {
        await live.AddAsync(3);
        var (count, removed) = await live.Ledger.RemoveAsync(0, default, 100, TestContext.Current.CancellationToken);
        while (count > 0)
        {
            (count, removed) = await live.Ledger.RemoveAsync(0, removed, 100, TestContext.Current.CancellationToken);
        }

        await using var listener = Listen(1);
        Assert.Equal("beat", (await listener.NextAsync()).Type);
        Assert.Equal("gap", (await listener.NextAsync()).Type);
        var snapshot = await listener.NextAsync();
        var added = await live.AddAsync();

        Assert.Equal(("snapshot", 3), (snapshot.Type, snapshot.Cursor));
        Assert.Empty(snapshot.Ids);
        Assert.Equal([LiveLedger.Id(added)], (await listener.NextAsync()).Ids);
    }

    [Fact]
    public async Task A_key_that_is_no_longer_good_ends_it_before_another_word()
    {
        await using var listener = Listen(null);
        await listener.NextAsync();

        isAllowed = false;
        await live.AddAsync();

        Assert.Equal(LiveEnd.NoLongerAllowed, await listener.EndAsync());
        Assert.False(listener.HasMore);
    }

    [Fact]
    public async Task A_key_is_asked_about_also_when_nothing_happens()
    {
        await using var listener = Listen(null);
        await listener.NextAsync();

        isAllowed = false;

        Assert.Equal(
            LiveEnd.NoLongerAllowed,
            await listener.EndAsync(() => live.Clock.Advance(TimeSpan.FromSeconds(1)))
        );
    }

    [Fact]
    public async Task A_message_that_cannot_leave_ends_it()
    {
        await using var listener = Listen(null);
        await listener.NextAsync();

        listener.IsStuck = true;
        await live.AddAsync();

        Assert.Equal(LiveEnd.TooSlow, await listener.EndAsync(() => live.Clock.Advance(TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public async Task Many_at_once_come_each_once_and_in_order()
    {
        await ReopenAsync(
            new LiveOptions
            {
                Kept = 16,
                Batch = 5,
                CatchUp = 10_000,
            }
        );
        await using var listener = Listen(null);
        await listener.NextAsync();
        const int Many = 500;
        for (var i = 0; i < Many / 20; i++)
        {
            await live.AddAsync(20);
        }

        var ids = new List<string>();
        while (ids.Count < Many)
        {
            var changes = await listener.NextAsync();
            Assert.Equal("changes", changes.Type);
            Assert.InRange(changes.Ids.Count(), 1, 5);
            ids.AddRange(changes.Ids);
        }

        Assert.Equal(Enumerable.Range(1, Many).Select(number => LiveLedger.Id(number)), ids);
    }

    private async Task ReopenAsync(LiveOptions options)
    {
        await live.DisposeAsync();
        live = new LiveLedger(options);
    }

    private Listener Listen(long? after) => new(live, after, () => isAllowed);

    private sealed class Listener : ILiveConnection, IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        private readonly Channel<Heard> heard = Channel.CreateUnbounded<Heard>();
        private readonly CancellationTokenSource gone = new();
        private readonly IDisposable place;
        private readonly Task<LiveEnd> run;

        public Listener(LiveLedger live, long? after, Func<bool> isAllowed)
        {
            place = live.Feed.TryListen(WorkspaceId.Default)!;
            var session = new LiveSession(
                live.Feed,
                live.Ledger,
                live.Options,
                live.Clock,
                WorkspaceId.Default,
                isAllowed,
                new LiveTopics(Requests: true, Sessions: null, Limits: null)
            );
            run = Task.Run(() => session.RunAsync(this, new LivePlace(after, null), gone.Token));
        }

        public volatile bool IsStuck;

        public bool HasMore => heard.Reader.TryPeek(out _);

        public async Task SendAsync(
            string type,
            LivePlace place,
            ReadOnlyMemory<byte> json,
            CancellationToken cancellationToken
        )
        {
            if (IsStuck)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            var message = Heard.Read(json);
            Assert.Equal((message.Type, $"{message.Cursor}"), (type, place.ToString()));
            heard.Writer.TryWrite(message);
        }

        /// <summary>The next message; what is to be done meanwhile is done again and again.</summary>
        public async Task<Heard> NextAsync(Action? meanwhile = null)
        {
            var next = heard.Reader.ReadAsync().AsTask();
            await UntilAsync(Task.WhenAny(next, run), meanwhile);
            return await next;
        }

        public async Task<LiveEnd> EndAsync(Action? meanwhile = null)
        {
            await UntilAsync(run, meanwhile);
            return await run;
        }

        public async ValueTask DisposeAsync()
        {
            await gone.CancelAsync();
            await run;
            place.Dispose();
            gone.Dispose();
        }

        private static async Task UntilAsync(Task task, Action? meanwhile)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (!task.IsCompleted)
            {
                patience.Token.ThrowIfCancellationRequested();
                meanwhile?.Invoke();
                await Task.WhenAny(task, Task.Delay(2, CancellationToken.None));
            }
        }
    }
}
