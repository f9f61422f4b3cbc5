using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Storage.Sqlite;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Storage;

public sealed class SightingsTests : LedgerTest
{
    [Fact]
    public async Task Records_are_found_by_either_id_in_their_workspace_over_many_runs()
    {
        await using var ledger = Open(options: Folder.Options with { SegmentBytes = 1024 * 1024 });
        for (var i = 1; i <= 2_500; i++)
        {
            AppendReserved(ledger, TestRecords.Plain(i));
        }

        AppendReserved(ledger, TestRecords.Plain(5_000, new WorkspaceId(2)) with { UpstreamId = "req_7" });
        AppendReserved(ledger, TestRecords.Plain(8) with { MessageId = "msg_later" });
        await ledger.FlushAsync(Cancel);
        Assert.Equal([7L], Find("req_7"));
        Assert.Equal([2_400L], Find("msg_2400"));
        Assert.Equal([5_000L], Find("req_7", 2));
        Assert.Equal([8L], Find("req_8"));
        Assert.Equal([8L], Find("msg_later"));
        Assert.Empty(Find("msg_8"));
        Assert.Empty(Find("msg_nobody"));
    }

    private List<long> Find(string reference, int workspace = 1)
    {
        using var connection = new SqliteDatabase(Folder.Database).OpenReader();
        return Sightings.Find(connection, new WorkspaceId(workspace), reference).ConvertAll(id => id.Value);
    }
}
