using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>What a killed process leaves behind, and what comes of it.</summary>
public sealed class JournalReplayTests : LedgerTest
{
    private static readonly UsageRecord[] Five = [.. Enumerable.Range(1, 5).Select(i => TestRecords.Plain(i))];

    [Fact]
    public async Task A_killed_process_loses_nothing()
    {
        await using var ledger = Open();
        AppendAll(ledger, Five);
        using var left = Folder.Copy();
        await using var next = Open(left);
        Assert.Equal((5, 5), (next.Status.Journalled, next.Status.Written + next.Status.Pending));
        Assert.Equal(5, next.HighestId.Value);
        await AssertHoldsAsync(next, Five);
        Assert.Null(next.Status.ReplayWarning);
    }

    [Fact]
    public async Task A_process_killed_again_and_again_stores_every_record_once()
    {
        var folder = Folder.Copy();
        var expected = new List<UsageRecord>();
        for (var round = 0; round < 6; round++)
        {
            await using var ledger = Open(folder);
            for (var i = 0; i < 40; i++)
            {
                expected.Add(TestRecords.Plain(expected.Count + 1));
                AppendReserved(ledger, expected[^1]);
                if (i == 10 + round)
                {
                    await ledger.FlushAsync(Cancel);
                }
            }

            // Taken while the process still lives, which is all that a kill leaves.
            var left = folder.Copy();
            await ledger.DisposeAsync();
            folder.Dispose();
            folder = left;
        }

        await using (var last = Open(folder))
        {
            await AssertHoldsAsync(last, [.. expected]);
            Assert.Equal((expected.Count, expected.Count), (last.Status.Journalled, last.Status.Written));
        }

        folder.Dispose();
    }

    [Fact]
    public async Task A_process_killed_between_the_commit_and_the_deletion_counts_nothing_twice()
    {
        var ledger = Open();
        AppendAll(ledger, Five);
        using var journal = Folder.Copy();
        await ledger.FlushAsync(Cancel);
        await ledger.DisposeAsync();
        Assert.Empty(Folder.Segments());
        TestFolder.CopyAll(journal.Journal, Folder.Journal);
        await using var next = Open();
        Assert.Equal((5, 5, 0), (next.Status.Journalled, next.Status.Written, next.Status.Pending));
        var sixth = TestRecords.Plain(6);
        AppendReserved(next, sixth);
        await AssertHoldsAsync(next, [.. Five, sixth]);
        await Eventually.True(() => Folder.Segments().Length == 2, "the old segment is gone");
    }

    [Fact]
    public async Task A_file_cut_at_any_byte_of_its_last_record_gives_every_whole_record()
    {
        await using var ledger = Open();
        AppendAll(ledger, Five[..3]);
        var bytes = await File.ReadAllBytesAsync(Folder.Segments()[0], Cancel);
        using var cut = new TestFolder();
        Directory.CreateDirectory(cut.Journal);
        var path = Path.Combine(cut.Journal, Path.GetFileName(Folder.Segments()[0]));
        var ends = FrameEnds(bytes);
        Assert.Equal(3, ends.Count);
        for (var length = ends[1]; length <= ends[2]; length++)
        {
            await File.WriteAllBytesAsync(path, bytes[..length], Cancel);
            var replay = JournalReplay.Read(cut.Journal, default, new JournalDisk());
            Assert.Equal(length == ends[2] ? 3 : 2, replay.Pending);
            Assert.Equal(length == ends[1] || length == ends[2], replay.Warning is null);
            Assert.True(replay.LastSequence >= replay.Pending);
            replay.Segments.ForEach(s => s.File.Dispose());
        }
    }

    [Fact]
    public async Task A_file_whose_last_record_is_torn_goes_on_after_it()
    {
        var ledger = Open();
        AppendAll(ledger, Five[..3]);
        using var torn = Folder.Copy();
        await ledger.DisposeAsync();
        var path = torn.Segments()[0];
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes.AsSpan(FrameEnds(bytes)[2] - 5, 5).Clear();
        await File.WriteAllBytesAsync(path, bytes, Cancel);
        await using var next = Open(torn);
        Assert.Equal(2, next.Status.Journalled);
        AppendAll(next, Five[3..]);
        await AssertHoldsAsync(next, [.. Five[..2], .. Five[3..]]);
        Assert.Equal((4, 4), (next.Status.Journalled, next.Status.Written));
        Assert.Contains("checksum", next.Status.ReplayWarning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_byte_ends_its_segment_is_told_and_kept_and_the_next_segments_are_read()
    {
        var first = Open();
        var many = Enumerable.Range(1, 900).Select(i => TestRecords.Plain(i)).ToArray();
        AppendAll(first, many);
        using var left = Folder.Copy();
        await first.DisposeAsync();
        var segments = left.Segments();
        Assert.True(segments.Length >= 3);
        var bytes = await File.ReadAllBytesAsync(segments[0], Cancel);
        var ends = FrameEnds(bytes);
        bytes[ends[9] + 40] ^= 0x10;
        await File.WriteAllBytesAsync(segments[0], bytes, Cancel);
        var readable = many[..10].Concat(many[ends.Count..]).ToArray();
        await using (var next = Open(left))
        {
            Assert.Equal(readable.Length, next.Status.Journalled);
            await AssertHoldsAsync(next, readable);
            var warning = next.Status.ReplayWarning!;
            Assert.Contains($"segment 1, offset {ends[9]}", warning, StringComparison.Ordinal);
            Assert.Contains("checksum", warning, StringComparison.Ordinal);
        }

        var kept = Path.ChangeExtension(segments[0], ".bad");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(kept, Cancel));
        await using var again = Open(left);
        Assert.Null(again.Status.ReplayWarning);
        AppendReserved(again, TestRecords.Plain(2000));
        await AssertHoldsAsync(again, [.. readable, TestRecords.Plain(2000)]);
        Assert.True(File.Exists(kept));
    }

    [Theory]
    [InlineData(0, "header")]
    [InlineData(17, "header")]
    public async Task A_segment_without_its_header_is_kept_aside_whole(int at, string fault)
    {
        await using var ledger = Open();
        AppendAll(ledger, Five);
        using var left = Folder.Copy();
        await FlipAsync(left.Segments()[0], at);
        await using var next = Open(left);
        Assert.Contains(fault, next.Status.ReplayWarning, StringComparison.Ordinal);
        AppendReserved(next, Five[0]);
        await AssertHoldsAsync(next, Five[0]);
        await Eventually.True(() => Directory.GetFiles(left.Journal, "*.bad").Length == 1, "kept aside");
    }

    [Fact]
    public async Task Frames_behind_a_page_that_never_reached_the_disk_are_told()
    {
        await using var ledger = Open();
        AppendAll(ledger, Five);
        using var left = Folder.Copy();
        var bytes = await File.ReadAllBytesAsync(left.Segments()[0], Cancel);
        var ends = FrameEnds(bytes);
        bytes.AsSpan(ends[1], ends[2] - ends[1]).Clear();
        await File.WriteAllBytesAsync(left.Segments()[0], bytes, Cancel);
        await using var next = Open(left);
        Assert.Contains("gap", next.Status.ReplayWarning, StringComparison.Ordinal);
        await AssertHoldsAsync(next, Five[..2]);
    }

    [Fact]
    public async Task A_frame_from_another_segment_does_not_pass()
    {
        await using var ledger = Open();
        AppendAll(ledger, Five);
        using var left = Folder.Copy();
        var bytes = await File.ReadAllBytesAsync(left.Segments()[0], Cancel);
        var other = Path.Combine(left.Journal, SegmentFormat.FileName(9, ".wal"));
        SegmentFormat.WriteHeader(bytes, 9);
        await File.WriteAllBytesAsync(other, bytes, Cancel);
        await using var next = Open(left);
        Assert.Contains("segment 9", next.Status.ReplayWarning, StringComparison.Ordinal);
        await AssertHoldsAsync(next, Five);
    }

    [Fact]
    public async Task A_segment_of_a_newer_version_is_refused_and_left_alone()
    {
        await using var ledger = Open();
        AppendAll(ledger, Five);
        using var left = Folder.Copy();
        var path = left.Segments()[0];
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        SegmentFormat.WriteHeader(bytes, 1, SegmentFormat.Version + 1);
        await File.WriteAllBytesAsync(path, bytes, Cancel);
        var result = UsageLedger.Open(left.Options, Clock);
        Assert.Null(result.Ledger);
        Assert.Contains("newer version", result.Refusal, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Cancel));
    }

    [Fact]
    public async Task Strange_files_in_the_folder_are_left_alone()
    {
        Directory.CreateDirectory(Folder.Journal);
        var notes = Path.Combine(Folder.Journal, "notes.wal");
        await File.WriteAllTextAsync(notes, "mine", Cancel);
        await File.WriteAllTextAsync(Path.Combine(Folder.Journal, "0000000000000007.tmp"), "half made", Cancel);
        await using var ledger = Open();
        AppendAll(ledger, Five);
        await AssertHoldsAsync(ledger, Five);
        Assert.Equal("mine", await File.ReadAllTextAsync(notes, Cancel));
        Assert.Empty(Directory.GetFiles(Folder.Journal, "*.tmp"));
    }

    [Fact]
    public async Task A_byte_that_changes_under_a_running_ledger_is_told_and_the_rest_goes_on()
    {
        await using var ledger = Open();
        AppendAll(ledger, Five);
        var bytes = await File.ReadAllBytesAsync(Folder.Segments()[0], Cancel);
        await FlipAsync(Folder.Segments()[0], FrameEnds(bytes)[2] + 30);
        await ledger.FlushAsync(Cancel);
        AppendReserved(ledger, TestRecords.Plain(6));
        await AssertHoldsAsync(ledger, [.. Five[..3], TestRecords.Plain(6)]);
        Assert.Equal((4, 4), (ledger.Status.Journalled, ledger.Status.Written));
        Assert.Contains("segment 1", ledger.Status.ReplayWarning, StringComparison.Ordinal);
    }

    private static void AppendAll(UsageLedger ledger, IEnumerable<UsageRecord> records)
    {
        foreach (var record in records)
        {
            AppendReserved(ledger, record);
        }
    }

    private async Task FlipAsync(string path, int at)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        var old = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(old ^ 0x01));
        await file.FlushAsync(Cancel);
    }

    private static List<int> FrameEnds(byte[] segment)
    {
        var ends = new List<int>();
        var at = SegmentFormat.HeaderBytes;
        while (
            at + SegmentFormat.FrameHeaderBytes <= segment.Length
            && BitConverter.ToInt32(segment, at) is > 0 and var length
        )
        {
            at += SegmentFormat.FrameHeaderBytes + length;
            ends.Add(at);
        }

        return ends;
    }
}
