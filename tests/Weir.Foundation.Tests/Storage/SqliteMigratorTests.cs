using System.Collections.Immutable;
using Dapper;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Testing;

namespace Weir.Foundation.Tests.Storage;

public sealed class SqliteMigratorTests : IDisposable
{
    private static readonly Migration First = new(1, "first", "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);");
    private static readonly Migration Second = new(2, "second", "ALTER TABLE a ADD COLUMN y INTEGER;");
    private static readonly Migration Broken = new(2, "broken", "INSERT INTO a VALUES (2); SELECT * FROM nowhere;");

    private readonly string folder = Directory.CreateTempSubdirectory("weir-foundation-").FullName;
    private readonly FakeClock clock = new();
    private readonly SqliteDatabase database;

    public SqliteMigratorTests() => database = new SqliteDatabase(Path.Combine(folder, "x.db"));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_new_file_gets_every_step_and_no_backup()
    {
        Assert.Equal(new MigrationResult(MigrationOutcome.Migrated, 2, null, null), Migrate(First, Second));
        using var connection = database.OpenReader();
        Assert.Equal(
            [
                (1L, "first", First.Checksum, "2026-07-02T12:00:00.0000000+00:00"),
                (2L, "second", Second.Checksum, "2026-07-02T12:00:00.0000000+00:00"),
            ],
            connection.Query<(long, string, string, string)>("SELECT * FROM schema_migration ORDER BY number")
        );
        Assert.Equal(["x.db"], Files("*.db").Concat(Files("*.bak")));
    }

    [Fact]
    public void A_file_that_lacks_nothing_is_left_alone()
    {
        Migrate(First, Second);
        Assert.Equal(new MigrationResult(MigrationOutcome.UpToDate, 2, null, null), Migrate(First, Second));
    }

    [Fact]
    public void An_older_file_is_backed_up_whole_and_brought_up()
    {
        Migrate(First);
        var result = Migrate(First, Second);
        Assert.Equal(MigrationOutcome.Migrated, result.Outcome);
        Assert.Equal(2, result.Schema);
        Assert.Equal(Path.Combine(folder, "x.db.schema1.20260702T120000Z.bak"), result.BackupPath);

        var backup = new SqliteDatabase(result.BackupPath!);
        using (var old = backup.OpenReader())
        {
            Assert.Equal([1L], old.Query<long>("SELECT x FROM a"));
            Assert.Equal(1, old.ExecuteScalar<long>("SELECT count(*) FROM schema_migration"));
        }

        Assert.Equal(MigrationOutcome.UpToDate, SqliteMigrator.Migrate(backup, [First], clock).Outcome);
        using var connection = database.OpenReader();
        Assert.Equal([1L], connection.Query<long>("SELECT x FROM a WHERE y IS NULL"));
    }

    [Fact]
    public void A_backup_is_for_the_owner_alone_and_never_overwritten()
    {
        Migrate(First);
        var taken = Path.Combine(folder, "x.db.schema1.20260702T120000Z.bak");
        File.WriteAllText(taken, "kept");
        var result = Migrate(First, Second);
        Assert.Equal(Path.Combine(folder, "x.db.schema1.20260702T120000Z.2.bak"), result.BackupPath);
        Assert.Equal("kept", File.ReadAllText(taken));
        using var old = new SqliteDatabase(result.BackupPath!).OpenReader();
        Assert.Equal([1L], old.Query<long>("SELECT x FROM a"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(result.BackupPath!));
        }
    }

    [Fact]
    public void A_newer_file_is_refused_untouched()
    {
        Migrate(First, Second);
        var before = Content();
        var result = Migrate(First);
        Assert.Equal(MigrationOutcome.TooNew, result.Outcome);
        Assert.False(result.IsUsable);
        Assert.Contains("newer version", result.Reason, StringComparison.Ordinal);
        Assert.Equal(before, Content());
        Assert.Empty(Files("*.bak"));
    }

    [Fact]
    public void A_file_whose_step_was_another_is_refused_untouched()
    {
        Migrate(First);
        var before = Content();
        var result = Migrate(First with { Sql = First.Sql + " " }, Second);
        Assert.Equal(MigrationOutcome.Altered, result.Outcome);
        Assert.False(result.IsUsable);
        Assert.Contains("first", result.Reason, StringComparison.Ordinal);
        Assert.Equal(before, Content());
        Assert.Empty(Files("*.bak"));
    }

    [Fact]
    public void A_step_that_fails_is_undone_and_those_before_it_stay()
    {
        Assert.Throws<SqliteException>(() => Migrate(First, Broken));
        using (var connection = database.OpenReader())
        {
            Assert.Equal([1L], connection.Query<long>("SELECT x FROM a"));
            Assert.Equal([1L], connection.Query<long>("SELECT number FROM schema_migration"));
        }

        Assert.Equal(MigrationOutcome.Migrated, Migrate(First, Second).Outcome);
    }

    [Fact]
    public async Task Of_several_at_once_each_step_is_applied_once()
    {
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(_ =>
                    Task.Run(() => SqliteMigrator.Migrate(new SqliteDatabase(database.Path), [First, Second], clock))
                )
        );
        Assert.All(results, r => Assert.True(r.IsUsable));
        using var connection = database.OpenReader();
        Assert.Equal([1L, 2L], connection.Query<long>("SELECT number FROM schema_migration ORDER BY number"));
        Assert.Equal([1L], connection.Query<long>("SELECT x FROM a"));
    }

    [Fact]
    public void A_file_that_is_no_database_throws_and_is_left_alone()
    {
        File.WriteAllText(database.Path, new string('x', 4096));
        Assert.Throws<SqliteException>(() => Migrate(First));
        Assert.Equal(new string('x', 4096), File.ReadAllText(database.Path));
    }

    private MigrationResult Migrate(params ImmutableArray<Migration> steps) =>
        SqliteMigrator.Migrate(database, steps, clock);

    private byte[] Content() => File.ReadAllBytes(database.Path);

    private IEnumerable<string?> Files(string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Select(Path.GetFileName);
}
