using System.Buffers.Binary;
using Weir.Fuzz.Engine;
using Weir.Ledger.Ingest;

namespace Weir.Fuzz.Targets;

/// <summary>
/// A journal segment: its frames are read as a plain walk over the bytes reads them. A first byte that is odd has the
/// checksums mended, so that mutations reach what is behind them; it is no part of the segment.
/// </summary>
internal sealed class JournalTarget : FuzzTarget
{
    private const long Number = 3;

    private static readonly string File = Path.Combine(Path.GetTempPath(), $"weir-fuzz-{Environment.ProcessId}.wal");

    public override string Name => "journal-segment";

    public override string Group => "server";

    public override IReadOnlyList<byte[]> Words => Dictionary.Binary;

    public override IEnumerable<byte[]> Seeds() =>
        Fixtures.In("journal").SelectMany(bytes => new byte[][] { [0, .. bytes], [1, .. bytes] });

    public override string Run(ReadOnlySpan<byte> input)
    {
        var bytes = input.IsEmpty ? [] : input[1..].ToArray();
        if (input is [var mend, ..] && (mend & 1) == 1)
        {
            Mend(bytes);
        }

        var header = SegmentFormat.ReadHeader(
            bytes.AsSpan(0, Math.Min(bytes.Length, SegmentFormat.HeaderBytes)),
            Number
        );
        using var handle = System.IO.File.OpenHandle(
            File,
            FileMode.Create,
            FileAccess.ReadWrite,
            options: FileOptions.DeleteOnClose
        );
        RandomAccess.Write(handle, bytes, 0);
        var reader = new FrameReader();
        reader.Seek(new Segment(Number, File, handle, bytes.Length), SegmentFormat.HeaderBytes, 0);
        var read = new List<(long Sequence, long Id)>();
        FrameKind kind;
        while ((kind = reader.Next(bytes.Length, out var sequence, out var record)) == FrameKind.Record)
        {
            Must(read.Count == 0 || sequence == read[^1].Sequence + 1, "frames are in order");
            Must(reader.Offset <= bytes.Length, "frames lie inside the file");
            read.Add((sequence, record.Id.Value));
        }

        Must(kind == FrameKind.End || reader.Fault is not null, "a bad frame says why");
        Must(read.SequenceEqual(Walk(bytes)), "the frames are those of a plain walk", $"{read.Count} were read");
        return $"{header} {Math.Min(read.Count, 9)} {kind} {reader.Fault} {kind == FrameKind.End && reader.IsZeroTo(bytes.Length)}";
    }

    private static List<(long, long)> Walk(byte[] bytes)
    {
        var found = new List<(long Sequence, long Id)>();
        foreach (var (at, length) in Frames(bytes))
        {
            var payload = bytes.AsSpan(at + SegmentFormat.FrameHeaderBytes, length);
            var sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 8));
            var crc = SegmentFormat.FrameCrc(SegmentFormat.PayloadCrc(payload), length, sequence, Number);
            if (
                crc != BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4))
                || (found.Count == 0 ? sequence <= 0 : sequence != found[^1].Sequence + 1)
                || !RecordCodec.TryDecode(payload, out var record)
            )
            {
                break;
            }

            found.Add((sequence, record.Id.Value));
        }

        return found;
    }

    private static void Mend(byte[] bytes)
    {
        foreach (var (at, length) in Frames(bytes))
        {
            var frame = bytes.AsSpan(at, SegmentFormat.FrameHeaderBytes + length);
            var sequence = BinaryPrimitives.ReadInt64LittleEndian(frame[8..]);
            SegmentFormat.SealFrame(
                frame,
                SegmentFormat.PayloadCrc(frame[SegmentFormat.FrameHeaderBytes..]),
                sequence,
                Number
            );
        }
    }

    private static IEnumerable<(int At, int Length)> Frames(byte[] bytes)
    {
        var at = SegmentFormat.HeaderBytes;
        while (bytes.Length - at >= SegmentFormat.FrameHeaderBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            if (
                length is <= 0 or > RecordLimits.MaxRecordBytes
                || length > bytes.Length - at - SegmentFormat.FrameHeaderBytes
            )
            {
                yield break;
            }

            yield return (at, length);
            at += SegmentFormat.FrameHeaderBytes + length;
        }
    }
}
