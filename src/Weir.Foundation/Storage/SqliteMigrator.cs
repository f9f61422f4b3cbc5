using System.Collections.Immutable;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Weir.Foundation.Storage;

/// <summary>
/// Brings one SQLite file to the schema that this build knows. The applied steps stand in the table
/// <c>schema_migration</c> (number, name, checksum, time). Runs under SQLite's exclusive lock, so that two processes
/// cannot migrate at once. A file that already holds data is copied whole, beside itself, before its first new step.
/// </summary>
public static class SqliteMigrator
{
    /// <summary>Applies what is missing. Each step is a transaction of its own: a failure leaves the steps before it.</summary>
    /// <param name="database">The file; made when absent.</param>
    /// <param name="migrations">All steps that this build knows, in order.</param>
    /// <param name="clock">For the time of application and the backup's name.</param>
    /// <param name="functions">Gives the connection the functions that steps call beside SQLite's; null for none.</param>
    /// <returns>What was done, or why nothing may be.</returns>
    public static MigrationResult Migrate(
        SqliteDatabase database,
        ImmutableArray<Migration> migrations,
        TimeProvider clock,
        Action<SqliteConnection>? functions = null
    )
    {
        using var connection = database.OpenWriter();
        functions?.Invoke(connection);
        connection.Execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL)
            """
        );
        var applied = ReadApplied(connection);
        if (Refusal(applied, migrations) is { } refusal)
        {
            return refusal;
        }

        var missing = migrations.RemoveRange(0, applied.Count);
        if (missing.IsEmpty)
        {
            return new MigrationResult(MigrationOutcome.UpToDate, applied.Count, null, null);
        }

        var backup = applied.Count == 0 ? null : Backup(connection, database, applied.Count, clock);
        foreach (var migration in missing)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            if (ReadApplied(connection).Any(a => a.Number == migration.Number))
            {
                continue; // another process was faster
            }

            connection.Execute(migration.Sql, transaction: transaction);
            connection.Execute(
                "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (@Number, @Name, @Checksum, @At)",
                new
                {
                    migration.Number,
                    migration.Name,
                    migration.Checksum,
                    At = clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
                },
                transaction
            );
            transaction.Commit();
        }

        return new MigrationResult(MigrationOutcome.Migrated, migrations.Length, backup, null);
    }

    private static List<AppliedRow> ReadApplied(SqliteConnection connection) =>
        connection.Query<AppliedRow>("SELECT number, checksum FROM schema_migration ORDER BY number").AsList();

    private static MigrationResult? Refusal(List<AppliedRow> applied, ImmutableArray<Migration> known)
    {
        if (applied.Count > known.Length)
        {
            return new MigrationResult(
                MigrationOutcome.TooNew,
                applied.Count,
                null,
                $"the file has schema {applied.Count}, this version of Weir knows {known.Length}: use the newer version, or restore a backup"
            );
        }

        for (var i = 0; i < applied.Count; i++)
        {
            if (applied[i].Number != known[i].Number || applied[i].Checksum != known[i].Checksum)
            {
                return new MigrationResult(
                    MigrationOutcome.Altered,
                    applied.Count,
                    null,
                    $"step {i + 1} ({known[i].Name}) was applied with another text than this version of Weir has"
                );
            }
        }

        return null;
    }

    private static string Backup(SqliteConnection connection, SqliteDatabase database, int schema, TimeProvider clock)
    {
        var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        using var file = CreateBackup($"{database.Path}.schema{schema}.{stamp}");
        // SQLite writes into a file that is there when it is empty: so the copy is never readable by others.
        connection.Execute("VACUUM INTO @path", new { path = file.Name });
        file.Flush(flushToDisk: true);
        return file.Name;
    }

    /// <summary>A new, empty file (mode 0600); a backup that is there already is left alone.</summary>
    private static FileStream CreateBackup(string name)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        for (var attempt = 1; ; attempt++)
        {
            var path = attempt == 1 ? $"{name}.bak" : $"{name}.{attempt}.bak";
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException) when (File.Exists(path)) { }
        }
    }

    private sealed record AppliedRow(long Number, string Checksum);
}

/// <summary>What <see cref="SqliteMigrator.Migrate"/> came to.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Schema">The number of steps that the file has now.</param>
/// <param name="BackupPath">The copy made before the first new step; null when there was nothing to copy.</param>
/// <param name="Reason">Why the file was refused, for a person to read; null when it was not.</param>
public sealed record MigrationResult(MigrationOutcome Outcome, int Schema, string? BackupPath, string? Reason)
{
    /// <summary>True when the file can be used.</summary>
    public bool IsUsable => Outcome is MigrationOutcome.UpToDate or MigrationOutcome.Migrated;
}

/// <summary>How a migration ended.</summary>
public enum MigrationOutcome
{
    /// <summary>Nothing was missing.</summary>
    UpToDate,

    /// <summary>Steps were applied.</summary>
    Migrated,

    /// <summary>A newer version wrote the file: refused, untouched.</summary>
    TooNew,

    /// <summary>An applied step differs from the one this build knows: refused, untouched.</summary>
    Altered,
}
