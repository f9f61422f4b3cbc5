using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Weir.Capture.Agents;
using Weir.Capture.Storage;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Capture.Tests.Storage;

/// <summary>What becomes of a transaction that SQLite has ended by itself.</summary>
public sealed class CaptureStoreTests : CaptureTest
{
    private const int Full = 13; // SQLITE_FULL

    private SqliteDatabase Database => new(Path.Combine(Data, "capture.db"));

    [Fact]
    public void A_transaction_that_a_full_disk_has_ended_can_be_taken_back_and_the_next_one_stores()
    {
        using var store = Open();
        Fill(store);

        store.RollBack();

        Assert.False(store.HasBegun);
        Assert.Empty(Words());
        Limit(store, 1_000_000);
        store.Begin();
        store.Put(WorkspaceId.Default, Word("kept"));
        store.Commit(null);
        Assert.Equal(["kept"], Words());
    }

    [Fact]
    public void A_store_whose_transaction_a_full_disk_has_ended_can_be_closed()
    {
        var store = Open();
        Fill(store);

        store.Dispose();

        Assert.Empty(Words());
    }

    [Fact]
    public void One_session_cannot_fill_the_disk_with_events()
    {
        using var store = Open();
        store.Begin();
        foreach (var session in new[] { "endless", "other" })
        {
            store.Put(
                WorkspaceId.Default,
                new SessionFacts
                {
                    Session = session,
                    Client = "claude-code",
                    FirstAt = Noon,
                    LastAt = Noon,
                }
            );
        }

        var kept = 0;
        for (var i = 0; i < CaptureStore.MostEvents + 30_000; i++)
        {
            kept += store.Put(WorkspaceId.Default, Event("endless", i)) ? 1 : 0;
        }

        Assert.InRange(kept, CaptureStore.MostEvents, CaptureStore.MostEvents + 10_000);
        Assert.True(store.Put(WorkspaceId.Default, Event("other", 1)));
        Assert.False(store.Put(WorkspaceId.Default, Event("endless", -1)));
        store.Commit(null);
    }

    private static SessionEvent Event(string session, int number) =>
        new()
        {
            Kind = SessionEventKind.Tool,
            Session = session,
            Id = $"e{number}",
            StartedAt = Noon,
        };

    private CaptureStore Open()
    {
        Assert.True(SqliteMigrator.Migrate(Database, CaptureSchema.Migrations, TimeProvider.System).IsUsable);
        return new CaptureStore(Database);
    }

    /// <summary>Stores until there is no room, and SQLite has taken the transaction back.</summary>
    private static void Fill(CaptureStore store)
    {
        Limit(store, 1); // means: no page more than there are
        store.Begin();
        var failure = Assert.Throws<SqliteException>(() =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                store.Put(WorkspaceId.Default, Word(new string('x', 400) + i));
            }
        });
        Assert.Equal(Full, failure.SqliteErrorCode);
        Assert.True(store.HasBegun);
        Assert.NotEqual(0, raw.sqlite3_get_autocommit(Connection(store).Handle));
    }

    private static void Limit(CaptureStore store, int pages)
    {
        using var command = Connection(store).CreateCommand();
        command.CommandText = $"PRAGMA max_page_count = {pages}";
        command.ExecuteNonQuery();
    }

    private static LimitWord Word(string text) => new(Noon, "claude-code", null, LimitWordKind.Message, text);

    private IEnumerable<string?> Words() =>
        LimitWordRows.Read(Database, WorkspaceId.Default, DateTimeOffset.UnixEpoch, 10).Select(word => word.Text);

    // The bound holds for one connection alone, and must be set on the one that stores.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "connection")]
    private static extern ref SqliteConnection Connection(CaptureStore store);
}
