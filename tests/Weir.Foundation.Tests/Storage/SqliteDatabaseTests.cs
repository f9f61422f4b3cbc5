using Dapper;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Foundation.Tests.Storage;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("weir-foundation-").FullName;
    private readonly SqliteDatabase database;

    public SqliteDatabaseTests() => database = new SqliteDatabase(Path.Combine(folder, "x.db"));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_writer_makes_the_file_for_its_owner_alone()
    {
        Assert.False(File.Exists(database.Path));
        using var writer = database.OpenWriter();
        writer.Execute("CREATE TABLE t (x INTEGER)");
        Assert.True(File.Exists(database.Path));
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public void A_writer_has_the_settings_that_are_promised()
    {
        using var writer = database.OpenWriter();
        Assert.Equal("wal", writer.ExecuteScalar<string>("PRAGMA journal_mode"));
        Assert.Equal(1, writer.ExecuteScalar<long>("PRAGMA synchronous"));
        Assert.Equal(1, writer.ExecuteScalar<long>("PRAGMA foreign_keys"));
        Assert.Equal(5000, writer.ExecuteScalar<long>("PRAGMA busy_timeout"));
    }

    [Fact]
    public void A_reader_sees_what_was_written_and_cannot_write()
    {
        using var writer = database.OpenWriter();
        writer.Execute("CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1);");
        using var reader = database.OpenReader();
        Assert.Equal([1L], reader.Query<long>("SELECT x FROM t"));
        Assert.Throws<SqliteException>(() => reader.Execute("INSERT INTO t VALUES (2)"));
        Assert.Throws<SqliteException>(() => reader.Execute("DROP TABLE t"));
    }

    [Fact]
    public void A_reader_keeps_its_state_while_a_writer_goes_on()
    {
        using var writer = database.OpenWriter();
        writer.Execute("CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1);");
        using var reader = database.OpenReader();
        using var transaction = reader.BeginTransaction(deferred: true);
        Assert.Equal(1, reader.ExecuteScalar<long>("SELECT count(*) FROM t", null, transaction));
        writer.Execute("INSERT INTO t VALUES (2)");
        Assert.Equal(1, reader.ExecuteScalar<long>("SELECT count(*) FROM t", null, transaction));
    }

    [Fact]
    public void A_reader_of_no_file_fails_and_makes_none()
    {
        Assert.Throws<SqliteException>(() => database.OpenReader());
        Assert.False(File.Exists(database.Path));
    }

    [Fact]
    public async Task Writers_that_come_first_together_all_write()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(n =>
                    Task.Run(() =>
                    {
                        using var writer = new SqliteDatabase(database.Path).OpenWriter();
                        writer.Execute("CREATE TABLE IF NOT EXISTS t (x INTEGER)");
                        writer.Execute("INSERT INTO t VALUES (@n)", new { n });
                    })
                )
        );
        using var reader = database.OpenReader();
        Assert.Equal([0L, 1L, 2L, 3L], reader.Query<long>("SELECT x FROM t ORDER BY x"));
    }

    [Fact]
    public void The_librarys_version_is_known_and_old_enough_features_are_there()
    {
        Assert.True(Version.Parse(SqliteLibrary.Version) >= new Version(3, 35));
        Assert.True(Path.IsPathFullyQualified(new SqliteDatabase("relative.db").Path));
    }
}
