using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage;

namespace Weir.Ledger.Archive;

/// <summary>
/// Moves whole months of records into files beside the ledger. The file is written, read back and on the disk before the first record goes;
/// records then go some thousand at a time, each time with the note of how far it has come. One at a time. Thread-safe.
/// </summary>
internal sealed class MonthArchiver(
    SqliteDatabase database,
    LedgerDoor door,
    LedgerWriter writer,
    string dataFolder,
    TimeProvider clock
) : IDisposable
{
    // For as long as deleting so many takes nobody can write.
#if DEBUG
    private const int RowsAtOnce = 1; // so that tests see it between
#else
    private const int RowsAtOnce = 8_000;
#endif

    // A backup that began before a file was given up still finds it.
    private static readonly TimeSpan KeepLeftovers = TimeSpan.FromDays(1);

    private readonly string folder = Path.Combine(dataFolder, ArchivedMonth.Folder);
    private readonly SemaphoreSlim alone = new(1);
    private readonly Dictionary<string, DateTimeOffset> unusedSince = [];

    /// <summary>The months that have records of before a moment in <c>record</c> and end by then, the oldest first.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="before">Months that end by then.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    public Task<ImmutableArray<MonthToArchive>> PlanAsync(
        WorkspaceId workspace,
        DateTimeOffset before,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            () =>
            {
                using var passage = door.Pass();
                using var connection = database.OpenReader();
                using var transaction = connection.BeginTransaction(deferred: true);
                var plan = ImmutableArray.CreateBuilder<MonthToArchive>();
                var from = DateTimeOffset.UnixEpoch;
                while (Next(connection, workspace, from) is { } month && month.AddMonths(1) <= before)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    plan.Add(new MonthToArchive(workspace, month, Count(connection, workspace, month)));
                    from = month.AddMonths(1);
                }

                return plan.ToImmutable();
            },
            cancellationToken
        );

    /// <summary>Archives one month, or goes on where a process before this one stopped.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="month">Its first moment.</param>
    /// <param name="progress">Told how many of its records have left.</param>
    /// <param name="cancellationToken">Stops; it goes on the next time.</param>
    /// <exception cref="IOException">The file could not be written; nothing has changed.</exception>
    /// <exception cref="SqliteException">The ledger could not be written; what has been moved is moved.</exception>
    public async Task<MonthOutcome> ArchiveAsync(
        WorkspaceId workspace,
        DateTimeOffset month,
        Action<long>? progress,
        CancellationToken cancellationToken
    )
    {
        await alone.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => MoveAsync(workspace, month, progress, cancellationToken), cancellationToken);
        }
        finally
        {
            alone.Release();
        }
    }

    /// <summary>Finishes what was begun before the process ended, and deletes files that no month has any more.</summary>
    /// <exception cref="ArchiveException">The first of the files that could not be read; the others are done.</exception>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await alone.WaitAsync(cancellationToken);
        try
        {
            ArchiveException? unread = null;
            foreach (var month in await MonthsAsync(cancellationToken))
            {
                if (month.Upto < month.Until)
                {
                    try
                    {
                        await LeaveAsync(month, null, cancellationToken);
                    }
                    catch (ArchiveException damaged)
                    {
                        unread ??= damaged;
                    }
                }
            }

            await DeleteLeftoversAsync(cancellationToken);
            if (unread is not null)
            {
                throw unread;
            }
        }
        finally
        {
            alone.Release();
        }
    }

    /// <summary>Puts a month's records back; false when it is not archived.</summary>
    /// <exception cref="ArchiveException">Its file cannot be read; nothing has changed.</exception>
    public async Task<bool> RestoreAsync(
        WorkspaceId workspace,
        DateTimeOffset month,
        CancellationToken cancellationToken
    )
    {
        await alone.WaitAsync(cancellationToken);
        try
        {
            return Find(await MonthsAsync(cancellationToken), workspace, month) is { } there
                && await BringBackAsync(there, cancellationToken);
        }
        finally
        {
            alone.Release();
        }
    }

    /// <summary>Deletes what a workspace keeps no longer, some thousand records at a time.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="records">Records that started before go.</param>
    /// <param name="sums">So do sums of before, and with them records: the first moment of a month.</param>
    /// <param name="cancellationToken">Stops; it goes on the next time.</param>
    /// <returns>How many records went.</returns>
    public async Task<long> KeepSinceAsync(
        WorkspaceId workspace,
        long records,
        long sums,
        CancellationToken cancellationToken
    )
    {
        await alone.WaitAsync(cancellationToken);
        try
        {
            await writer.RunAsync(store => store.KeepSince(workspace, records, sums), cancellationToken);
            var gone = 0L;
            while (
                await writer.RunAsync(store => store.DeleteOld(workspace, RowsAtOnce), cancellationToken)
                    is > 0
                        and var some
            )
            {
                gone += some;
            }

            foreach (var month in await MonthsAsync(cancellationToken))
            {
                if (month.Workspace == workspace.Value && month.Until <= Math.Max(records, sums))
                {
                    await DeleteAsync(month, cancellationToken);
                    gone += month.Rows;
                }
            }

            return gone;
        }
        finally
        {
            alone.Release();
        }
    }

    /// <summary>Does something while no month is moved.</summary>
    public async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await alone.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            alone.Release();
        }
    }

    /// <summary>The archived months of all workspaces.</summary>
    public Task<IReadOnlyList<ArchivedMonth>> MonthsAsync(CancellationToken cancellationToken) =>
        writer.RunAsync(store => store.Months, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => alone.Dispose();

    private async Task<MonthOutcome> MoveAsync(
        WorkspaceId workspace,
        DateTimeOffset start,
        Action<long>? progress,
        CancellationToken cancellationToken
    )
    {
        if (Find(await MonthsAsync(cancellationToken), workspace, start) is { } there)
        {
            return there.Upto < there.Until
                ? await LeaveAsync(there, progress, cancellationToken)
                : new MonthOutcome(0, 0, "it is archived already");
        }

        var (written, names, refusal) = Write(workspace, start, cancellationToken);
        if (written is null)
        {
            return new MonthOutcome(0, 0, refusal);
        }

        var month = await writer.RunAsync(store => store.BeginMonth(written, names), cancellationToken);
        progress?.Invoke(0);
        return await LeaveAsync(month, progress, cancellationToken);
    }

    private (ArchivedMonth? Month, IReadOnlyCollection<long> Names, string? Refusal) Write(
        WorkspaceId workspace,
        DateTimeOffset start,
        CancellationToken cancellationToken
    )
    {
        var (from, until) = (RecordCodec.ToMicroseconds(start), RecordCodec.ToMicroseconds(start.AddMonths(1)));
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{workspace.Value}/{start:yyyy-MM}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}.records"
        );
        var path = Path.Combine(folder, name);
        MakeFolder(Path.GetDirectoryName(path)!);
        var partial = path + ".partial";
        try
        {
            ArchivedMonth month;
            IReadOnlyCollection<long> names;
            using (var file = Create(partial))
            using (var records = new MonthWriter(file, workspace.Value, from, until))
            {
                var followed = Copy(workspace, from, until, records, cancellationToken);
                var (ids, digest) = records.Finish();
                if (ids.Length == 0)
                {
                    return (null, [], "it has no records");
                }

                if (records.Sequence > followed)
                {
                    return (null, [], "not everybody who follows the ledger has read its newest changes");
                }

                file.Flush(flushToDisk: true);
                names = records.Names;
                month = new ArchivedMonth(
                    0,
                    workspace.Value,
                    from,
                    from,
                    until,
                    ids.Length,
                    records.Sequence,
                    ids[^1],
                    IdRanges.Of(ids),
                    name,
                    digest
                );
            }

            ReadBack(partial, month.Digest);
            File.Move(partial, path);
            return (month, names, null);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Copies rows, and says up to which entry every follower has read.</summary>
    private long Copy(
        WorkspaceId workspace,
        long from,
        long until,
        MonthWriter records,
        CancellationToken cancellationToken
    )
    {
        using var passage = door.Pass();
        using var connection = database.OpenReader();
        using var transaction = connection.BeginTransaction(deferred: true);
        using var row = new PreparedStatement(
            connection,
            $"SELECT {RecordColumns.Names} FROM record WHERE workspace = ? AND started_at >= ? AND started_at < ? ORDER BY started_at, id"
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, from);
        row.Bind(3, until);
        while (row.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            records.Add(row);
        }

        using var cursor = new PreparedStatement(connection, "SELECT min(sequence) FROM cursor");
        return cursor.Step() && !cursor.IsNull(0) ? cursor.Int64(0) : long.MaxValue;
    }

    private static void ReadBack(string path, byte[] digest)
    {
        using var reader = MonthReader.Open(path, digest);
        for (var i = 0; i < reader.Blocks.Length; i++)
        {
            reader.Read(i);
        }
    }

    private async Task<MonthOutcome> LeaveAsync(
        ArchivedMonth month,
        Action<long>? progress,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<MonthBlock> blocks;
        long bytes;
        using (var reader = month.Open(folder))
        {
            blocks = reader.Blocks;
            bytes = reader.Head.Directory + ((long)blocks.Length * MonthBlock.Bytes);
        }

        var (rows, left) = (0L, 0L);
        for (var i = 0; i < blocks.Length; i++)
        {
            rows += blocks[i].First >= month.Upto ? blocks[i].Rows : 0;
            var to = i + 1 < blocks.Length ? blocks[i + 1].First : month.Until;
            // What started in the same microsecond goes together.
            if (to <= month.Upto || (i + 1 < blocks.Length && (rows < RowsAtOnce || blocks[i].Last == to)))
            {
                continue;
            }

            var count = rows;
            if (!await writer.RunAsync(store => store.LeaveMonth(month.Id, to, count), cancellationToken))
            {
                await BringBackAsync(month, cancellationToken);
                return new MonthOutcome(0, 0, "its records changed meanwhile: it stays as it was");
            }

            left += rows;
            rows = 0;
            progress?.Invoke(left);
        }

        return new MonthOutcome(month.Rows, bytes, null);
    }

    private Task<bool> BringBackAsync(ArchivedMonth month, CancellationToken cancellationToken) =>
        writer.RunAsync(store => store.BringBackMonth(month.Id), cancellationToken);

    private async Task DeleteAsync(ArchivedMonth month, CancellationToken cancellationToken)
    {
        using (var reader = month.Open(folder))
        {
            for (var i = 0; i < reader.Blocks.Length; i++)
            {
                var block = reader.Read(i, column => column == RecordColumns.Id);
                var ids = Enumerable
                    .Range(0, block.Count)
                    .Select(row => block.Number(RecordColumns.Id, row)!.Value)
                    .ToArray();
                await writer.RunAsync(
                    store =>
                    {
                        store.DeleteWords(ids);
                        return true;
                    },
                    cancellationToken
                );
            }
        }

        await writer.RunAsync(
            store =>
            {
                store.ForgetMonth(month.Id);
                return true;
            },
            cancellationToken
        );
    }

    private async Task DeleteLeftoversAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var there = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToArray();
        var months = await MonthsAsync(cancellationToken);
        var used = months.Select(month => Path.GetFullPath(Path.Combine(folder, month.File))).ToHashSet();
        var unused = there.Where(path => !used.Contains(Path.GetFullPath(path))).ToHashSet();
        foreach (var gone in unusedSince.Keys.Except(unused).ToArray())
        {
            unusedSince.Remove(gone);
        }

        var leftovers = unused
            .Where(path => unusedSince.TryAdd(path, now) is false && unusedSince[path] <= now - KeepLeftovers)
            .ToArray();
        if (leftovers.Length == 0)
        {
            return;
        }

        // That their records are back must have reached the disk.
        await writer.RunAsync(
            store =>
            {
                store.Checkpoint();
                return true;
            },
            cancellationToken
        );
        foreach (var path in leftovers)
        {
            File.Delete(path);
            unusedSince.Remove(path);
        }
    }

    private static ArchivedMonth? Find(
        IEnumerable<ArchivedMonth> months,
        WorkspaceId workspace,
        DateTimeOffset start
    ) =>
        months.FirstOrDefault(month =>
            month.Workspace == workspace.Value && month.Start == RecordCodec.ToMicroseconds(start)
        );

    private static DateTimeOffset? Next(SqliteConnection connection, WorkspaceId workspace, DateTimeOffset from)
    {
        using var row = new PreparedStatement(
            connection,
            "SELECT min(started_at) FROM record WHERE workspace = ? AND started_at >= ?"
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, RecordCodec.ToMicroseconds(from));
        if (!row.Step() || row.IsNull(0))
        {
            return null;
        }

        var first = RecordCodec.FromMicroseconds(row.Int64(0));
        return first.Year > 9000 ? null : new DateTimeOffset(first.Year, first.Month, 1, 0, 0, 0, TimeSpan.Zero);
    }

    private static long Count(SqliteConnection connection, WorkspaceId workspace, DateTimeOffset month)
    {
        using var row = new PreparedStatement(
            connection,
            "SELECT count(*) FROM record WHERE workspace = ? AND started_at >= ? AND started_at < ?"
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, RecordCodec.ToMicroseconds(month));
        row.Bind(3, RecordCodec.ToMicroseconds(month.AddMonths(1)));
        return row.Step() ? row.Int64(0) : 0;
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
