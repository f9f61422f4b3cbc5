using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Storage.Sqlite;
using Weir.Ledger.Tests.Ingest;
using Weir.Testing;

namespace Weir.Ledger.Tests.Storage;

public sealed class NameTableTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly SqliteConnection connection;
    private readonly NameTable names = new();

    public NameTableTests()
    {
        var database = new SqliteDatabase(folder.Database);
        SqliteMigrator.Migrate(database, LedgerSchema.Migrations, new FakeClock(), LedgerSchema.AddFunctions);
        connection = database.OpenWriter();
    }

    public void Dispose()
    {
        connection.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_text_has_one_number_in_its_workspace_and_null_is_zero()
    {
        var first = names.Intern(connection, WorkspaceId.Default, "Claude");
        Assert.Equal(first, names.Intern(connection, WorkspaceId.Default, "Claude"));
        Assert.Equal(first, new NameTable().Intern(connection, WorkspaceId.Default, "Claude"));
        Assert.NotEqual(first, names.Intern(connection, WorkspaceId.Default, "claude"));
        Assert.NotEqual(first, names.Intern(connection, new WorkspaceId(2), "Claude"));
        Assert.Equal(0, names.Intern(connection, WorkspaceId.Default, null));
        Assert.Equal("Claude", names.Text(connection, first));
        Assert.Null(names.Text(connection, 0));
        Assert.Equal(first, NameTable.Find(connection, WorkspaceId.Default, "Claude"));
        Assert.Null(NameTable.Find(connection, new WorkspaceId(3), "Claude"));
    }

    [Fact]
    public void What_a_transaction_that_was_undone_had_stored_is_stored_again()
    {
        using (connection.BeginTransaction())
        {
            names.Intern(connection, WorkspaceId.Default, "lost");
        }

        names.RolledBack();
        var kept = names.Intern(connection, WorkspaceId.Default, "kept");
        names.Committed();
        var again = names.Intern(connection, WorkspaceId.Default, "lost");
        Assert.NotEqual(kept, again);
        Assert.Equal("lost", new NameTable().Text(connection, again));
    }

    [Fact]
    public void Texts_whose_hashes_collide_are_told_apart()
    {
        var first = names.Intern(connection, WorkspaceId.Default, "a");
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE name SET hash = $hash WHERE id = $id";
        command.Parameters.AddWithValue("$hash", NameTable.Hash(WorkspaceId.Default, "b"));
        command.Parameters.AddWithValue("$id", first);
        command.ExecuteNonQuery();
        var second = names.Intern(connection, WorkspaceId.Default, "b");
        Assert.NotEqual(first, second);
        Assert.Equal("b", names.Text(connection, second));
    }

    [Fact]
    public void More_names_than_the_cache_holds_keep_their_numbers()
    {
        using var transaction = connection.BeginTransaction();
        var first = names.Intern(connection, WorkspaceId.Default, "n0");
        for (var i = 1; i < 20_000; i++)
        {
            names.Intern(connection, WorkspaceId.Default, $"n{i}");
        }

        Assert.Equal(first, names.Intern(connection, WorkspaceId.Default, "n0"));
    }

    [Fact]
    public void The_hashes_are_frozen()
    {
        Assert.Equal(-2_839_296_909_289_415_150, NameTable.Hash(WorkspaceId.Default, "claude-sonnet-5"));
        Assert.Equal(51_449_595_378_180, Sightings.Hash(WorkspaceId.Default, "req_011C"));
    }
}
