using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;

namespace Weir.Ledger;

/// <summary>
/// The records of old months, moved out of <c>ledger.db</c> into a packed file for each workspace and month. Sums stay, and queries find the
/// records where they are. What is told late of an archived month brings it back. Thread-safe.
/// </summary>
public sealed class RecordArchive
{
    private readonly MonthArchiver archiver;
    private readonly string folder;

    internal RecordArchive(MonthArchiver archiver, string dataFolder)
    {
        this.archiver = archiver;
        folder = Path.Combine(dataFolder, ArchivedMonth.Folder);
    }

    /// <summary>The months of a workspace that could be archived, the oldest first.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="before">Months that end by then.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    public Task<ImmutableArray<MonthToArchive>> PlanAsync(
        WorkspaceId workspace,
        DateTimeOffset before,
        CancellationToken cancellationToken
    ) => archiver.PlanAsync(workspace, before, cancellationToken);

    /// <summary>Archives a month, in the background of whatever else the ledger does; cancelled, it goes on the next time.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="month">The first moment of a month of UTC.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="IOException">The file could not be written; nothing has changed.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The ledger could not be written; nothing is lost, and it goes on the next time.</exception>
    public Task<MonthOutcome> ArchiveAsync(
        WorkspaceId workspace,
        DateTimeOffset month,
        CancellationToken cancellationToken
    ) => archiver.ArchiveAsync(workspace, month, null, cancellationToken);

    /// <summary>As <see cref="ArchiveAsync(WorkspaceId, DateTimeOffset, CancellationToken)"/>, told how many records have left.</summary>
    internal Task<MonthOutcome> ArchiveAsync(
        WorkspaceId workspace,
        DateTimeOffset month,
        Action<long> progress,
        CancellationToken cancellationToken
    ) => archiver.ArchiveAsync(workspace, month, progress, cancellationToken);

    /// <summary>Puts a month's records back into <c>ledger.db</c>; false when it is not archived.</summary>
    /// <exception cref="ArchiveException">Its file cannot be read; nothing has changed.</exception>
    public Task<bool> RestoreAsync(WorkspaceId workspace, DateTimeOffset month, CancellationToken cancellationToken) =>
        archiver.RestoreAsync(workspace, month, cancellationToken);

    /// <summary>
    /// Deletes the records of a workspace that started before one moment, and its sums of before another, for good. What is told later of a time
    /// before is passed over. Sums go by whole months of UTC, and so do records that are archived; neither moment goes back again.
    /// </summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="records">When the oldest record that is kept started; null for no such bound.</param>
    /// <param name="sums">Since when sums are kept: its whole months are; records of before go too. Null for all.</param>
    /// <param name="cancellationToken">Stops; it goes on the next time.</param>
    /// <returns>How many records went.</returns>
    /// <exception cref="ArchiveException">A file cannot be read whose records should go; other records are gone.</exception>
    public Task<long> KeepSinceAsync(
        WorkspaceId workspace,
        DateTimeOffset? records,
        DateTimeOffset? sums,
        CancellationToken cancellationToken
    ) =>
        archiver.KeepSinceAsync(
            workspace,
            records is { } moment ? RecordCodec.ToMicroseconds(moment) : long.MinValue,
            sums is { } month
                ? RecordCodec.ToMicroseconds(
                    new DateTimeOffset(month.UtcDateTime.Year, month.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero)
                )
                : long.MinValue,
            cancellationToken
        );

    /// <summary>Goes on with what an earlier process left half done, and deletes files that are no month's since a day.</summary>
    public Task ResumeAsync(CancellationToken cancellationToken) => archiver.ResumeAsync(cancellationToken);

    /// <summary>The months that are archived, by workspace and time.</summary>
    public async Task<ImmutableArray<MonthArchived>> ListAsync(CancellationToken cancellationToken) =>
        [
            .. (await archiver.MonthsAsync(cancellationToken))
                .OrderBy(month => month.Workspace)
                .ThenBy(month => month.Start)
                .Select(month => new MonthArchived(
                    new WorkspaceId(month.Workspace),
                    RecordCodec.FromMicroseconds(month.Start),
                    month.Rows,
                    Path.Combine(folder, month.File)
                )),
        ];

    /// <summary>Reads every file whole; the first that is missing or damaged is told in words, null when all are sound.</summary>
    public async Task<string?> VerifyAsync(CancellationToken cancellationToken)
    {
        foreach (var month in await archiver.MonthsAsync(cancellationToken))
        {
            try
            {
                using var reader = month.Open(folder);
                for (var i = 0; i < reader.Blocks.Length; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    reader.Read(i);
                }
            }
            catch (ArchiveException damaged)
            {
                return damaged.Message;
            }
        }

        return null;
    }
}

/// <summary>A month that could be archived.</summary>
/// <param name="Workspace">Whose.</param>
/// <param name="Month">Its first moment, UTC.</param>
/// <param name="Records">How many it has.</param>
public readonly record struct MonthToArchive(WorkspaceId Workspace, DateTimeOffset Month, long Records);

/// <summary>A month that is archived.</summary>
/// <param name="Workspace">Whose.</param>
/// <param name="Month">Its first moment, UTC.</param>
/// <param name="Records">How many records.</param>
/// <param name="File">Where they are.</param>
public readonly record struct MonthArchived(WorkspaceId Workspace, DateTimeOffset Month, long Records, string File);

/// <summary>What archiving a month came to.</summary>
/// <param name="Records">How many records the file has.</param>
/// <param name="Bytes">How large it is.</param>
/// <param name="Refusal">Why it stays where it is; null when it is archived.</param>
public readonly record struct MonthOutcome(long Records, long Bytes, string? Refusal);
