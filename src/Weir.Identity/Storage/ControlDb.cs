using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Identity.Storage;

/// <summary>
/// The gate to <c>control.db</c>: one change at a time, each in one transaction with its audit entries, after which the snapshot
/// is another. Thread-safe. Reading the snapshot never waits.
/// </summary>
internal sealed class ControlDb : IDisposable
{
    private readonly SemaphoreSlim changing = new(1, 1);
    private readonly AuditHeads heads;
    private volatile IdentitySnapshot snapshot;

    public ControlDb(SqliteDatabase file, AuditHeads heads, TimeProvider clock)
    {
        File = file;
        this.heads = heads;
        Clock = clock;
        using var transaction = ControlTransaction.Begin(this, Actor.System(WorkspaceId.Default));
        SettleHeads(transaction);
        snapshot = SnapshotReader.Read(transaction, previous: null);
    }

    public SqliteDatabase File { get; }

    public TimeProvider Clock { get; }

    public IdentitySnapshot Snapshot => snapshot;

    /// <summary>Called after each change that made another snapshot, before the change is answered; it must not throw.</summary>
    public Action? Swapped { get; set; }

    public AuditHeads Heads => heads;

    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Makes a change. What <paramref name="change"/> writes is committed when it left at least one audit entry, else rolled back:
    /// a failure that is a value leaves none.
    /// </summary>
    /// <exception cref="InvalidOperationException">It wrote rows and no audit entry: a fault of Weir's.</exception>
    public async Task<T> ChangeAsync<T>(
        Actor actor,
        Func<ControlTransaction, T> change,
        CancellationToken cancellationToken
    )
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            using var transaction = ControlTransaction.Begin(this, actor);
            var result = change(transaction);
            if (transaction.Entries.Count == 0)
            {
                return transaction.WroteNothing
                    ? result
                    : throw new InvalidOperationException("A change left no trace in the audit trail.");
            }

            var next = transaction.LeavesSnapshot ? snapshot : SnapshotReader.Read(transaction, snapshot);
            foreach (var (workspace, (before, after)) in transaction.Ends)
            {
                heads.Write(workspace, [.. before, after]);
            }

            transaction.Commit();
            snapshot = next;
            foreach (var (workspace, (_, after)) in transaction.Ends)
            {
                TryFinish(workspace, after);
            }

            if (!transaction.LeavesSnapshot)
            {
                Swapped?.Invoke();
            }

            return result;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Stores state that is no change of anything: when a key was last used, how often somebody failed.</summary>
    public async Task StoreAsync(Action<ControlTransaction> store, CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            using var transaction = ControlTransaction.Begin(this, Actor.System(WorkspaceId.Default));
            store(transaction);
            if (transaction.Entries.Count > 0)
            {
                throw new InvalidOperationException("State is stored without audit entries; a change is made.");
            }

            transaction.Commit();
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Takes the write-ahead log into the file and empties it, as far as nobody reads.</summary>
    public void TruncateLog()
    {
        using var connection = File.OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
    }

    /// <summary>Where a chain ends, which ends were signed and where it begins, while nothing changes.</summary>
    public async Task<(AuditEnd End, ImmutableArray<AuditEnd>? Signed, AuditFloor? Floor)> EndAsync(
        WorkspaceId workspace,
        CancellationToken cancellationToken
    )
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            await using var reader = File.OpenReader();
            return (
                AuditTable.End(reader, null, workspace),
                heads.Read(workspace),
                AuditTable.Floor(reader, heads, workspace)
            );
        }
        finally
        {
            changing.Release();
        }
    }

    public void Dispose()
    {
        changing.Dispose();
        heads.Dispose();
    }

    // The file has both ends, and the next change makes it one: failing here would tell of a change that stands as if it did not.
    private void TryFinish(WorkspaceId workspace, AuditEnd end)
    {
        try
        {
            heads.Write(workspace, end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }

    // A process that died between a commit and its end leaves two signed ends; what the database holds is the true one.
    private void SettleHeads(ControlTransaction transaction)
    {
        foreach (var workspace in WorkspaceTable.Ids(transaction))
        {
            if (heads.Read(workspace) is { Length: > 1 } ends)
            {
                var end = AuditTable.End(transaction.Connection, transaction.Transaction, workspace);
                if (ends.Any(signed => signed.Seq == end.Seq && signed.Hash.AsSpan().SequenceEqual(end.Hash)))
                {
                    heads.Write(workspace, end);
                }
            }
        }
    }
}
