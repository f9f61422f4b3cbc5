namespace Weir.Identity.SignOn;

/// <summary>
/// Where passwords are hashed: at most <see cref="AtOnce"/> at a time, so that sign-in leaves the processors to the gateway,
/// and at most <see cref="MostWaiting"/> behind them; who comes then is sent away. Thread-safe.
/// </summary>
internal sealed class HashingQueue : IDisposable
{
    /// <summary>How many may wait: at some 30 ms each, under two seconds.</summary>
    public const int MostWaiting = 50;

    private readonly SemaphoreSlim free = new(AtOnce, AtOnce);
    private int inside;

    /// <summary>How many are hashed at once: one on a small machine, else two.</summary>
    public static int AtOnce { get; } = Environment.ProcessorCount > 2 ? 2 : 1;

    /// <summary>Runs heavy work when its turn comes, off the caller's thread.</summary>
    /// <returns>What it returned; <see cref="HashingTurn{T}.Busy"/> when too many wait.</returns>
    public async Task<HashingTurn<T>> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref inside) > AtOnce + MostWaiting)
        {
            Interlocked.Decrement(ref inside);
            return HashingTurn<T>.Busy;
        }

        try
        {
            await free.WaitAsync(cancellationToken);
            try
            {
                return new HashingTurn<T>(true, await Task.Run(work, CancellationToken.None));
            }
            finally
            {
                free.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref inside);
        }
    }

    public void Dispose() => free.Dispose();
}

/// <summary>What became of work in the <see cref="HashingQueue"/>.</summary>
/// <param name="Done">False when the queue was full and nothing was done.</param>
/// <param name="Value">What the work returned.</param>
internal readonly record struct HashingTurn<T>(bool Done, T? Value)
{
    public static HashingTurn<T> Busy => default;
}
