using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>
/// The journal's bytes are frozen: what an earlier build wrote, this one reads, and writes the same. Files are added here when
/// the format grows; none is ever changed.
/// </summary>
public sealed class JournalFormatTests
{
    private static readonly (string File, UsageRecord Record)[] Golden =
    [
        ("record-full.hex", TestRecords.Full()),
        ("record-plain.hex", TestRecords.Plain(42)),
        ("record-least.hex", Least()),
    ];

    private static readonly string[] StoredEnums =
    [
        .. Members<RequestStatus>(),
        .. Members<UsageSource>(),
        .. Members<UsageQuality>(),
        .. Members<Billing>(),
        .. Members<Dialect>(),
        .. Members<EntryKind>(),
        .. Members<UsageSources>(),
        .. Members<Doubts>(),
    ];

    /// <summary>What the segment does not hold: fields that came later.</summary>
    private static readonly (string File, UsageRecord Record)[] GoldenLater =
    [
        ("record-witnessed.hex", TestRecords.Plain(43) with { AlsoSeenBy = UsageSources.Otlp, Doubts = Doubts.Tokens }),
        ("record-translated.hex", TestRecords.Translated()),
    ];

    [Fact]
    public async Task Records_have_the_bytes_that_they_always_had()
    {
        foreach (var (file, record) in Golden.Concat(GoldenLater))
        {
            var bytes = Convert.FromHexString(await ReadAsync(file));
            Assert.Equal(Convert.ToHexStringLower(bytes), Convert.ToHexStringLower(RecordCodec.Encode(record)));
            Assert.True(RecordCodec.TryDecode(bytes, out var decoded));
            Assert.Equal(TestRecords.Show(record), TestRecords.Show(decoded));
        }
    }

    [Fact]
    public async Task A_segment_of_the_first_version_is_read()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.Journal);
        await File.WriteAllBytesAsync(
            Path.Combine(folder.Journal, SegmentFormat.FileName(3, ".wal")),
            Convert.FromHexString(await ReadAsync("segment-3.hex")),
            TestContext.Current.CancellationToken
        );
        var replay = JournalReplay.Read(folder.Journal, default, new JournalDisk());
        Assert.Null(replay.Warning);
        Assert.Equal((3L, 19L, 3L), (replay.Pending, replay.LastSequence, replay.LastSegment));
        Assert.Equal(TestRecords.Full().Id, replay.HighestId);
        replay.Segments.ForEach(s => s.File.Dispose());
    }

    [Fact]
    public async Task A_segment_is_written_as_it_always_was() =>
        Assert.Equal(await ReadAsync("segment-3.hex"), Convert.ToHexStringLower(Segment()));

    [Fact]
    public async Task Stored_numbers_of_enums_never_change_and_new_ones_are_frozen()
    {
        var frozen = (await ReadAsync("enums.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(frozen, StoredEnums);
    }

    /// <summary>Writes the files that are not there yet. Run by hand (<c>-explicit only</c>) when the format has grown.</summary>
    [Fact(Explicit = true)]
    public async Task Write_missing_golden_files()
    {
        await WriteMissingAsync("enums.txt", string.Join('\n', StoredEnums) + "\n");
        await WriteMissingAsync("segment-3.hex", Convert.ToHexStringLower(Segment()));
        foreach (var (file, record) in Golden.Concat(GoldenLater))
        {
            await WriteMissingAsync(file, Convert.ToHexStringLower(RecordCodec.Encode(record)));
        }
    }

    private static UsageRecord Least() =>
        new()
        {
            Id = new RecordId(1),
            Workspace = WorkspaceId.Default,
            StartedAt = DateTimeOffset.UnixEpoch.AddMicroseconds(-1),
            Source = UsageSource.None,
            Status = RequestStatus.Unknown,
        };

    private static byte[] Segment()
    {
        var bytes = new byte[2048];
        SegmentFormat.WriteHeader(bytes, 3);
        var at = SegmentFormat.HeaderBytes;
        foreach (var (index, (_, record)) in Golden.Index())
        {
            var payload = RecordCodec.Encode(record);
            var frame = bytes.AsSpan(at, SegmentFormat.FrameHeaderBytes + payload.Length);
            payload.CopyTo(frame[SegmentFormat.FrameHeaderBytes..]);
            SegmentFormat.SealFrame(frame, SegmentFormat.PayloadCrc(payload), 17 + index, 3);
            at += frame.Length;
        }

        return bytes;
    }

    private static IEnumerable<string> Members<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(v => $"{typeof(T).Name}.{v} = {Convert.ToInt32(v)}");

    private static Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(TestFolder.Fixture("journal", file), TestContext.Current.CancellationToken);

    private static async Task WriteMissingAsync(string file, string content)
    {
        var path = TestFolder.Fixture("journal", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        }
    }
}
