using Weir.Identity.SignOn;

namespace Weir.Identity.Tests.SignOn;

public class HashingQueueTests
{
    [Fact]
    public async Task No_more_are_worked_at_than_may_be_and_who_comes_to_a_full_queue_is_sent_away()
    {
        using var queue = new HashingQueue();
        using var go = new ManualResetEventSlim();
        var (working, most) = (0, 0);
        int Work()
        {
            var now = Interlocked.Increment(ref working);
            most = Math.Max(most, now);
            go.Wait(TestContext.Current.CancellationToken);
            Interlocked.Decrement(ref working);
            return 7;
        }

        var taken = Enumerable
            .Range(0, HashingQueue.AtOnce + HashingQueue.MostWaiting)
            .Select(_ => queue.RunAsync(Work, CancellationToken.None))
            .ToArray();

        Assert.Equal(HashingTurn<int>.Busy, await queue.RunAsync(Work, CancellationToken.None));
        go.Set();
        Assert.All(await Task.WhenAll(taken), turn => Assert.Equal(new HashingTurn<int>(true, 7), turn));
        Assert.InRange(most, 1, HashingQueue.AtOnce);
        Assert.True((await queue.RunAsync(Work, CancellationToken.None)).Done);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_place_to_others()
    {
        using var queue = new HashingQueue();
        using var go = new ManualResetEventSlim();
        var holding = Enumerable
            .Range(0, HashingQueue.AtOnce)
            .Select(_ => queue.RunAsync(() => Hold(go), CancellationToken.None))
            .ToArray();
        using var impatience = new CancellationTokenSource();
        var waiting = Enumerable
            .Range(0, HashingQueue.MostWaiting)
            .Select(_ => queue.RunAsync(() => 1, impatience.Token))
            .ToArray();

        await impatience.CancelAsync();
        foreach (var task in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }

        var next = queue.RunAsync(() => 2, CancellationToken.None);
        go.Set();
        Assert.Equal(2, (await next).Value);
        await Task.WhenAll(holding);
    }

    private static int Hold(ManualResetEventSlim go)
    {
        go.Wait(TestContext.Current.CancellationToken);
        return 0;
    }
}
