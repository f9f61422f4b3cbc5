using System.Collections.Concurrent;
using System.Text;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Gateway.Activities;
using static Weir.Gateway.Tests.Activities.FeedFolder;

namespace Weir.Gateway.Tests.Activities;

public sealed class ActivityFeedTests : IAsyncDisposable
{
    private readonly FeedFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task What_is_published_is_read_in_order_and_from_any_cursor()
    {
        folder.Publish(WorkspaceId.Default, 1, 2, 3, 4, 5);

        var newest = await folder.ReadAsync();
        Assert.Equal([5, 4, 3, 2, 1], Numbers(newest));
        Assert.Equal(newest.Items[0].Cursor, newest.Cursor);

        var first = await folder.ReadAsync(after: 0, limit: 2);
        Assert.Equal([1, 2], Numbers(first));
        Assert.Equal(first.Cursor, first.Next);
        Assert.False(first.IsGap);
        var rest = await folder.ReadAsync(first.Cursor);
        Assert.Equal([3, 4, 5], Numbers(rest));
        Assert.Null(rest.Next);
        Assert.Empty((await folder.ReadAsync(rest.Cursor)).Items);
    }

    [Fact]
    public async Task An_event_comes_back_as_it_was_told()
    {
        var told = new ActivityEvent(
            folder.Clock.GetUtcNow(),
            WorkspaceId.Default,
            new ActivitySubject
            {
                Provider = "a",
                Model = "b",
                Account = "c",
                Budget = "d",
                Limit = "e",
                Organisation = "f",
                Team = "g",
                User = "h",
                Key = "i",
                Tag = "j",
                Actor = "k",
            },
            new ConfigAppliedDetails(null, "start")
        );
        folder.Feed.Publish(told);

        Assert.Equal(told, Assert.Single((await folder.ReadAsync()).Items).Event);
    }

    [Fact]
    public async Task Cursors_hold_over_a_restart_and_are_never_given_twice()
    {
        folder.Publish(WorkspaceId.Default, 1, 2);
        var before = await folder.ReadAsync();
        await folder.Feed.PruneAsync(WorkspaceId.Default, DateTimeOffset.MaxValue, Cancel);
        await folder.RestartAsync();
        folder.Publish(WorkspaceId.Default, 3);

        var after = await folder.ReadAsync(before.Cursor);

        Assert.Equal([3], Numbers(after));
        Assert.Equal(before.Cursor + 1, after.Cursor);
        Assert.False(after.IsGap);
        Assert.Equal(after.Cursor, folder.Feed.Newest);
    }

    [Fact]
    public async Task What_was_published_is_stored_when_the_feed_is_closed()
    {
        folder.Publish(WorkspaceId.Default, [.. Enumerable.Range(1, 1000)]);
        await folder.RestartAsync();

        Assert.Equal(1000, (await folder.ReadAsync()).Items.Length);
    }

    [Fact]
    public async Task No_workspace_reads_of_another_and_of_the_instance_only_who_may()
    {
        folder.Publish(WorkspaceId.Default, 1);
        folder.Publish(Other, 2);
        folder.Publish(null, 3);

        Assert.Equal([1, 3], Numbers(await folder.ReadAsync(after: 0)));
        Assert.Equal([1], Numbers(await folder.ReadAsync(after: 0, withInstance: false)));
        Assert.Equal([2], Numbers(await folder.ReadAsync(after: 0, workspace: Other, withInstance: false)));
        Assert.Empty(Numbers(await folder.ReadAsync(workspace: new WorkspaceId(3), withInstance: false)));
    }

    [Fact]
    public async Task Only_the_kinds_that_are_asked_for_are_told()
    {
        folder.Publish(WorkspaceId.Default, 1);
        folder.Feed.Publish(WorkspaceId.Default, ActivitySubject.None, new ConfigRefusedDetails(1, "file"));
        await folder.Feed.FlushAsync(Cancel);
        var query = new ActivityQuery { Workspace = WorkspaceId.Default, Kinds = ["config.refused"] };

        Assert.Equal("config.refused", Assert.Single(folder.Feed.Read(query).Items).Event.Kind.Name);
        Assert.Empty(folder.Feed.Read(query with { Kinds = [] }).Items);
        Assert.Empty(folder.Feed.Read(query with { Kinds = ["' OR 1=1 --"] }).Items);
    }

    [Fact]
    public async Task A_full_queue_lets_go_and_says_how_much_was_let_go()
    {
        await folder.RestartAsync(room: 16, mostKept: 100_000);
        // Published faster than any disk stores: some have to be let go.
        var numbers = Enumerable.Range(1, 200_000).ToArray();
        folder.Publish(WorkspaceId.Default, numbers);
        folder.Publish(Other, 1);

        var reading = await folder.ReadAsync(after: 0, limit: 1_000_000);
        var told = Numbers(reading).ToList();
        var dropped = reading.Items.Select(item => item.Event.Details).OfType<ActivityDroppedDetails>().ToList();

        Assert.NotEmpty(dropped);
        Assert.Equal(numbers.Length, told.Count + dropped.Sum(gap => gap.Count));
        Assert.Equal(told.Order(), told);
        Assert.InRange(folder.Feed.Dropped, dropped.Sum(gap => gap.Count), numbers.Length + 1);
    }

    [Fact]
    public async Task Many_threads_publish_at_once_and_none_is_lost_or_doubled()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 8),
            Cancel,
            (thread, _) =>
            {
                folder.Publish(WorkspaceId.Default, [.. Enumerable.Range(thread * 100, 100)]);
                return ValueTask.CompletedTask;
            }
        );

        Assert.Equal(Enumerable.Range(0, 800).Select(n => (long)n), Numbers(await folder.ReadAsync()).Order());
    }

    [Fact]
    public async Task A_follower_with_a_cursor_misses_nothing_and_sees_nothing_twice()
    {
        var seen = new ConcurrentQueue<long>();
        var cursor = 0L;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var following = Task.Run(
            async () =>
            {
                while (seen.Count < 2000)
                {
                    await folder.Feed.WaitAsync(cursor, enough.Token);
                    var page = folder.Feed.Read(
                        new ActivityQuery
                        {
                            Workspace = WorkspaceId.Default,
                            Kinds = AllKinds,
                            After = cursor,
                            Limit = 7,
                        }
                    );
                    foreach (var number in Numbers(page))
                    {
                        seen.Enqueue(number);
                    }

                    cursor = page.Cursor;
                }
            },
            Cancel
        );
        for (var i = 0; i < 2000; i++)
        {
            folder.Publish(WorkspaceId.Default, i);
            folder.Publish(Other, i);
            if (i % 100 == 0)
            {
                await Task.Yield();
            }
        }

        await following;
        Assert.Equal(Enumerable.Range(0, 2000).Select(n => (long)n), seen);
    }

    [Fact]
    public async Task Who_comes_with_what_was_let_go_is_told_of_the_gap()
    {
        folder.Publish(WorkspaceId.Default, 1, 2);
        await folder.Feed.FlushAsync(Cancel);
        folder.Clock.Advance(TimeSpan.FromDays(10));
        folder.Publish(WorkspaceId.Default, 3);
        folder.Publish(Other, 4);
        await folder.Feed.FlushAsync(Cancel);

        var gone = await folder.Feed.PruneAsync(WorkspaceId.Default, folder.Clock.GetUtcNow().AddDays(-5), Cancel);

        Assert.Equal(2, gone);
        var missed = await folder.ReadAsync(after: 1);
        Assert.True(missed.IsGap);
        Assert.Equal([3], Numbers(missed));
        Assert.False((await folder.ReadAsync(after: 2)).IsGap);
        Assert.False((await folder.ReadAsync(after: 0, workspace: Other, withInstance: false)).IsGap);
    }

    [Fact]
    public async Task A_cursor_that_was_never_given_is_a_gap_and_goes_on_from_the_newest()
    {
        folder.Publish(WorkspaceId.Default, 1);

        var reading = await folder.ReadAsync(after: 99);

        Assert.True(reading.IsGap);
        Assert.Empty(reading.Items);
        Assert.Equal(1, reading.Cursor);
    }

    [Fact]
    public async Task The_oldest_of_a_workspace_go_and_no_others()
    {
        await folder.RestartAsync(room: 4096, mostKept: 10);
        folder.Publish(Other, 1);
        folder.Publish(WorkspaceId.Default, [.. Enumerable.Range(1, 35)]);
        await folder.Feed.FlushAsync(Cancel);
        folder.Publish(WorkspaceId.Default, [.. Enumerable.Range(36, 10)]);

        Assert.Equal(Enumerable.Range(36, 10).Select(n => (long)n), Numbers(await folder.ReadAsync(after: 0)));
        Assert.Equal([1], Numbers(await folder.ReadAsync(workspace: Other, withInstance: false)));
    }

    [Fact]
    public async Task An_erased_person_stands_nowhere_in_the_file()
    {
        const string Name = "ada.lovelace@example.org";
        var subject = new ActivitySubject
        {
            User = Name,
            Key = "adas-laptop",
            Actor = Name,
        };
        folder.Feed.Publish(WorkspaceId.Default, subject, new ConfigAppliedDetails(1, "api"));
        folder.Feed.Publish(Other, subject, new ConfigAppliedDetails(1, "api"));
        folder.Feed.Publish(
            WorkspaceId.Default,
            new ActivitySubject { Actor = "adas-laptop" },
            new ConfigAppliedDetails(2, "api")
        );
        var keys = new Dictionary<string, string> { ["adas-laptop"] = "erased-1-key-1" };

        var changed = await folder.Feed.PseudonymiseAsync(WorkspaceId.Default, Name, "erased-1", keys, Cancel);

        Assert.Equal(4, changed);
        var (second, first) = (await folder.ReadAsync()).Items switch
        {
            [var a, var b] => (a, b),
            _ => default,
        };
        Assert.Equal(("erased-1", "erased-1-key-1", "erased-1"), Names(first));
        Assert.Equal((null, null, "erased-1-key-1"), Names(second));
        var others = (await folder.ReadAsync(workspace: Other, withInstance: false)).Items;
        Assert.Equal((Name, "adas-laptop", Name), Names(Assert.Single(others)));

        // The other workspace keeps its own; without it no byte of the name is left.
        await folder.Feed.PseudonymiseAsync(Other, Name, "erased-2", keys, Cancel);
        await folder.Feed.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(folder.File)!))
        {
            var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancel));
            Assert.DoesNotContain("lovelace", bytes, StringComparison.Ordinal);
            Assert.DoesNotContain("adas-laptop", bytes, StringComparison.Ordinal);
        }

        static (string?, string?, string?) Names(StoredActivity item) =>
            (item.Event.Subject.User, item.Event.Subject.Key, item.Event.Subject.Actor);
    }

    [Fact]
    public async Task Hostile_names_are_cut_and_shown_as_what_they_are()
    {
        string[] names =
        [
            new('x', 1_000_000),
            "a\r\nbreaker.closed: all is well",
            "\u202Egnp.exe",
            "half \uD83D",
            "nul\0",
            "'); DROP TABLE event; --",
            string.Concat(Enumerable.Repeat("😀", 500)),
        ];
        foreach (var name in names)
        {
            folder.Feed.Publish(
                WorkspaceId.Default,
                new ActivitySubject { Provider = name, Model = name },
                new BreakerClosedDetails(1)
            );
        }

        var reading = await folder.ReadAsync(after: 0);

        Assert.Equal(names.Length, reading.Items.Length);
        Assert.All(
            reading.Items,
            item =>
            {
                Assert.InRange(item.Event.Subject.Provider!.Length, 1, ActivitySubject.LongestName);
                Assert.InRange(item.Event.Text.Length, 1, 1000);
                Assert.DoesNotContain(item.Event.Text, c => char.IsControl(c) || c is '\u202E' or '\u2028' or '\u2029');
                Assert.Equal(item.Event.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(item.Event.Text)));
            }
        );
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 100)), reading.Items[^1].Event.Subject.Provider);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_holds_nobody_up_and_loses_nothing_that_fits()
    {
        var database = new SqliteDatabase(folder.File);
        using var blocker = database.OpenWriter();
        Execute("ALTER TABLE event RENAME TO away");

        folder.Publish(WorkspaceId.Default, 1, 2, 3);
        var flushed = folder.Feed.FlushAsync(Cancel);
        for (var i = 0; i < 3; i++)
        {
            folder.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False(flushed.IsCompleted);
        Execute("ALTER TABLE away RENAME TO event");
        while (!flushed.IsCompleted)
        {
            folder.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal([1, 2, 3], Numbers(await folder.ReadAsync(after: 0)));

        void Execute(string sql)
        {
            using var command = blocker.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    [Fact]
    public async Task A_closed_feed_takes_nothing_and_throws_at_nobody_who_publishes()
    {
        await folder.Feed.DisposeAsync();

        folder.Publish(WorkspaceId.Default, 1);

        Assert.Equal(1, folder.Feed.Dropped);
    }

    [Fact]
    public async Task A_row_that_this_version_does_not_understand_is_passed_over()
    {
        folder.Publish(WorkspaceId.Default, 1);
        await folder.Feed.FlushAsync(Cancel);
        using (var connection = new SqliteDatabase(folder.File).OpenWriter())
        using (var command = connection.CreateCommand())
        {
            command.CommandText = """
                INSERT INTO event (at, workspace, kind, details) VALUES (0, 1, 'unheard.of', '{}');
                INSERT INTO event (at, workspace, kind, details) VALUES (0, 1, 'target.returned', x'FF00');
                """;
            command.ExecuteNonQuery();
        }

        await folder.RestartAsync();
        folder.Publish(WorkspaceId.Default, 4);
        var reading = await folder.ReadAsync(after: 0);

        Assert.Equal([1, 4], Numbers(reading));
        Assert.Equal(4, reading.Cursor);
    }
}
