namespace Weir.Capture.Tests.Sources;

/// <summary>What is written while files are followed reaches the ledger's feed by itself.</summary>
public sealed class FollowingTests : CaptureTest
{
    [Fact]
    public async Task Lines_new_files_and_new_folders_are_seen_as_they_come()
    {
        var path = Write("a.jsonl", Answer("m1", 5));
        await using var open = await OpenAsync();
        open.Capture.Follow(e => Assert.Fail(e.ToString()));
        await ReachedAsync(open, 1);
        await File.AppendAllTextAsync(path, Answer("m2", 6) + "\n", Cancel);
        await ReachedAsync(open, 2);
        Write("b.jsonl", Answer("m3", 7));
        await ReachedAsync(open, 3);
        Write(Path.Combine("s1", "subagents", "agent-x.jsonl"), Answer("m4", 8));
        await ReachedAsync(open, 4);
        Assert.Equal("m1:5 m2:6 m3:7 m4:8", Show(await OpenCapture.RecordsAsync(open.Ledger, Cancel)));
    }

    [Fact]
    public async Task A_home_that_comes_later_is_found()
    {
        Directory.Delete(Path.Combine(Home, ".claude"), recursive: true);
        await using var open = await OpenAsync();
        open.Capture.Follow(e => Assert.Fail(e.ToString()));
        Write("a.jsonl", Answer("m1", 5));
        await ReachedAsync(open, 1);
    }

    private static async Task ReachedAsync(OpenCapture open, long entry)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (open.Ledger.Feed.Newest < entry)
        {
            await open.Ledger.Feed.WaitAsync(open.Ledger.Feed.Newest, limit.Token);
        }
    }
}
