using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Ledger;

namespace Weir.Server.Backups;

/// <summary>
/// Writes a data folder into one file while a server may be using it. Everything acknowledged before it begins is in it: the
/// journal is copied first, then the ledger, then the rest (docs/operations/backup.md).
/// </summary>
public sealed class DataBackup
{
    private readonly string dataFolder;
    private readonly TimeProvider clock;
    private readonly Action<string, double>? progress;
    private readonly List<BackupPart> parts = [];
    private DateTimeOffset ledgerAt;
    private (long Segment, long Sequence) position;

    private DataBackup(string dataFolder, TimeProvider clock, Action<string, double>? progress)
    {
        this.dataFolder = dataFolder;
        this.clock = clock;
        this.progress = progress;
    }

    /// <summary>Writes it.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="file">The file to make; one that is there is replaced once the new one is whole.</param>
    /// <param name="clock">The time.</param>
    /// <param name="progress">Told which part is at work, and how far from 0 to 1.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <returns>The manifest, or why there is no backup (nothing is left then).</returns>
    public static (BackupManifest? Manifest, string? Failure) Write(
        string dataFolder,
        string file,
        TimeProvider clock,
        Action<string, double>? progress,
        CancellationToken cancellationToken
    )
    {
        if (!File.Exists(Path.Combine(dataFolder, "ledger.db")))
        {
            return (null, $"{dataFolder} is no data folder: there is no ledger.db in it");
        }

        var partial = Path.Combine(
            Path.GetDirectoryName(Path.GetFullPath(file))!,
            $".{Path.GetFileName(file)}.partial-{Guid.NewGuid():N}"
        );
        try
        {
            DataFolder.DataFolders.Create(partial);
            var made = Path.Combine(partial, "backup");
            var manifest = new DataBackup(dataFolder, clock, progress).WriteParts(made, partial, cancellationToken);
            File.Move(made, file, overwrite: true);
            return (manifest, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            return (null, $"the backup could not be written: {e.Message}");
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }
    }

    private BackupManifest WriteParts(string made, string partial, CancellationToken cancellationToken)
    {
        var begun = clock.GetUtcNow();
        var journal = Directory.CreateDirectory(Path.Combine(partial, "journal")).FullName;
        LedgerCopy.CopyJournal(dataFolder, journal);
        using var target = NewFile(made);
        BackupManifest manifest;
        using (var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in DataFiles.Of(dataFolder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (DataFiles.IsDatabase(name))
                {
                    AddDatabase(archive, name, Path.Combine(partial, "database"), cancellationToken);
                }
                else if (!DataFiles.IsArchivedRecords(name))
                {
                    AddIfThere(archive, name);
                }
            }

            foreach (var name in DataFiles.ArchivedRecords(dataFolder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                AddIfThere(archive, name);
            }

            foreach (var segment in Directory.EnumerateFiles(journal).Order(StringComparer.Ordinal))
            {
                using var copy = File.OpenRead(segment);
                Add(archive, $"journal/{Path.GetFileName(segment)}", copy, null);
            }

            manifest = new BackupManifest
            {
                Format = BackupManifest.Newest,
                Weir = Version(),
                BegunAt = begun,
                LedgerAt = ledgerAt,
                JournalSegment = position.Segment,
                JournalSequence = position.Sequence,
                Parts = parts,
            };
            using var entry = archive.CreateEntry(BackupFile.ManifestName, CompressionLevel.Fastest).Open();
            entry.Write(manifest.ToBytes());
        }

        target.Flush(flushToDisk: true);
        return manifest;
    }

    private void AddDatabase(ZipArchive archive, string name, string copy, CancellationToken cancellationToken)
    {
        SqliteSnapshot.Copy(
            new SqliteDatabase(Path.Combine(dataFolder, name)),
            copy,
            () => ledgerAt = name == "ledger.db" ? clock.GetUtcNow() : ledgerAt,
            (done, all) => progress?.Invoke(name, all == 0 ? 1 : (double)done / all),
            cancellationToken
        );
        if (name == "ledger.db")
        {
            position = LedgerCopy.PositionOf(copy);
        }

        var schema = SchemaOf(copy);
        using (var content = File.OpenRead(copy))
        {
            Add(archive, name, content, schema);
        }

        File.Delete(copy);
    }

    private void AddIfThere(ZipArchive archive, string name)
    {
        try
        {
            using var content = new FileStream(
                Path.Combine(dataFolder, name),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            Add(archive, name, content, null);
        }
        catch (FileNotFoundException)
        {
            // Gone since the folder was listed: a file written beside another, or one whose time had come.
        }
    }

    private void Add(ZipArchive archive, string name, Stream content, int? schema)
    {
        using var entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        long bytes = 0;
        for (int read; (read = content.Read(buffer)) > 0; bytes += read)
        {
            sum.AppendData(buffer, 0, read);
            entry.Write(buffer, 0, read);
        }

        parts.Add(new BackupPart(name, bytes, Convert.ToHexStringLower(sum.GetHashAndReset()), schema));
    }

    private static int? SchemaOf(string database)
    {
        using var connection = new SqliteDatabase(database).OpenAtRest();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'schema_migration'";
        if (command.ExecuteScalar() is not 1L)
        {
            return null;
        }

        command.CommandText = "SELECT count(*) FROM schema_migration";
        return (int)(long)command.ExecuteScalar()!;
    }

    private static FileStream NewFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = AtomicFile.OwnerOnly;
        }

        return new FileStream(path, options);
    }

    private static string Version() =>
        typeof(DataBackup)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "";
}
