namespace Weir.Ledger.Storage;

/// <summary>
/// Stands before everything that reads <c>ledger.db</c>: open, or shut with the reason. Who has passed is let finish. Thread-safe.
/// </summary>
internal sealed class LedgerDoor
{
    // Not a Lock: it is waited on.
    private readonly object gate = new();
    private string? reason;
    private int inside;

    /// <summary>Why nobody may pass, for anybody to read; null when it is open.</summary>
    public string? Reason => Volatile.Read(ref reason);

    /// <summary>Passes; to be disposed when what was read is read.</summary>
    /// <exception cref="LedgerUnavailableException">It is shut.</exception>
    public Passage Pass()
    {
        lock (gate)
        {
            ThrowIfShut();
            inside++;
            return new Passage(this);
        }
    }

    /// <summary>Throws when nobody may pass.</summary>
    /// <exception cref="LedgerUnavailableException">It is shut.</exception>
    public void ThrowIfShut()
    {
        if (Reason is { } shut)
        {
            throw new LedgerUnavailableException(shut);
        }
    }

    /// <summary>Lets pass.</summary>
    public void Open() => Volatile.Write(ref reason, null);

    /// <summary>Lets nobody pass any more.</summary>
    public void Shut(string because) => Volatile.Write(ref reason, because);

    /// <summary>Lets nobody pass any more, and returns when everybody who had passed has left.</summary>
    public void ShutAndWait(string because)
    {
        lock (gate)
        {
            Shut(because);
            while (inside > 0)
            {
                Monitor.Wait(gate);
            }
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            inside--;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>One who has passed.</summary>
    public readonly struct Passage(LedgerDoor door) : IDisposable
    {
        /// <inheritdoc />
        public void Dispose() => door.Leave();
    }
}
