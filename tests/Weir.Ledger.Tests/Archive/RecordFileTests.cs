using System.Text.Json;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Archive;
using Weir.Ledger.Tests.Ingest;
using Weir.Testing;

namespace Weir.Ledger.Tests.Archive;

/// <summary>The file, read by a program that shares nothing with Weir but the page that describes it.</summary>
public sealed class RecordFileTests : LedgerTest
{
    [Fact]
    public async Task Another_program_reads_the_rows_that_left()
    {
        await using var ledger = Open();
        for (var i = 1; i <= 35; i++)
        {
            ledger.Journal.Append(
                TestRecords.Full() with
                {
                    Id = new RecordId(i),
                    UpstreamId = i % 3 == 0 ? null : $"req_{i}",
                }
            );
            ledger.Journal.Append(TestRecords.Plain(100 + i, TestRecords.Full().Workspace));
        }

        await ledger.FlushAsync(Cancel);
        var expected = Rows();
        var month = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
        var outcome = await ledger.Archive.ArchiveAsync(TestRecords.Full().Workspace, month, Cancel);
        Assert.Equal((70, null), (outcome.Records, outcome.Refusal));
        Assert.Empty(Rows());
        var file = Assert.Single(await ledger.Archive.ListAsync(Cancel)).File;
        var run = await ProgramRun.RunAsync("node", [Path.Combine(RealPrograms.Folder, "records-archive.mjs"), file]);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(expected, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The fixture is frozen; tests/programs/records-archive-make.mjs wrote it.</summary>
    [Fact]
    public void A_file_of_another_program_is_read()
    {
        var bytes = Convert.FromHexString(File.ReadAllText(TestFolder.Fixture("records", "two-blocks.hex")).Trim());
        using var reader = MonthReader.Open(new MemoryStream(bytes), "fixture");
        var start = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;
        Assert.Equal((3, start, 23L), (reader.Head.Workspace, reader.Head.Start, reader.Head.Rows));
        long number = 0;
        for (var i = 0; i < reader.Blocks.Length; i++)
        {
            var block = reader.Read(i);
            for (var row = 0; row < block.Count; row++)
            {
                number++;
                Assert.Equal(number * 1_000_000_007, block.Number(RecordColumns.Id, row));
                Assert.Equal(start + (number * 60_000_000), block.Number(RecordColumns.StartedAt, row));
                Assert.Equal(number % 3 == 0 ? null : number * 1000, block.Number(7, row));
                Assert.Null(block.Number(8, row));
                Assert.Equal(number % 2 * number * 11, block.Number(20, row));
                Assert.Equal(number == 1 ? long.MinValue : long.MaxValue, block.Number(21, row));
                Assert.Equal($"id {number}", System.Text.Encoding.UTF8.GetString(block.Blob(22, row)));
                Assert.Equal(number % 2 == 0 ? 40 : 0, block.Blob(23, row).Length);
            }
        }

        Assert.Equal(23, number);
    }

    [Fact]
    public void Whatever_is_damaged_is_refused()
    {
        var bytes = Convert.FromHexString(File.ReadAllText(TestFolder.Fixture("records", "two-blocks.hex")).Trim());
        using var sound = MonthReader.Open(new MemoryStream(bytes), "fixture");
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x10;
            Assert.True(IsRefused(bytes, sound.Digest), $"byte {i}");
            bytes[i] ^= 0x10;
            Assert.True(IsRefused(bytes[..i], sound.Digest), $"cut at {i}");
        }

        Assert.False(IsRefused(bytes, sound.Digest));
    }

    private static bool IsRefused(byte[] bytes, byte[] digest)
    {
        try
        {
            using var reader = MonthReader.Open(new MemoryStream(bytes), "fixture");
            for (var i = 0; i < reader.Blocks.Length; i++)
            {
                reader.Read(i);
            }

            return !reader.Digest.AsSpan().SequenceEqual(digest);
        }
        catch (Exception refused) when (refused is InvalidDataException or ArchiveException)
        {
            return true;
        }
    }

    private List<string> Rows()
    {
        using var connection = new SqliteDatabase(Folder.Database).OpenReader();
        using var row = new PreparedStatement(
            connection,
            $"SELECT {RecordColumns.Names} FROM record ORDER BY started_at, id"
        );
        var names = RecordColumns.Names.Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var rows = new List<string>();
        while (row.Step())
        {
            rows.Add(
                JsonSerializer.Serialize(
                    names
                        .Select((name, i) => (name, Value(row, i)))
                        .ToDictionary(column => column.name, column => column.Item2)
                )
            );
        }

        return rows;

        static string? Value(PreparedStatement row, int column) =>
            row.IsNull(column) ? null
            : column < RecordColumns.Numbers ? row.Int64(column).ToString(null, null)
            : Convert.ToHexStringLower(row.Bytes(column));
    }
}
