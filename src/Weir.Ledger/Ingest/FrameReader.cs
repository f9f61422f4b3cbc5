using System.Buffers.Binary;
using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>
/// Reads the frames of one segment after another, in order, checking each. It holds one buffer and reads large pieces.
/// Not thread-safe; the segment may meanwhile grow.
/// </summary>
internal sealed class FrameReader
{
    private readonly byte[] buffer = new byte[128 * 1024];
    private readonly TextPool texts = new();
    private Segment? segment;
    private int start;
    private int count;
    private bool first;
    private int payload;

    /// <summary>Where the next frame begins.</summary>
    public long Offset { get; private set; }

    /// <summary>The sequence of the last frame that was read; the next one must be above it.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Why <see cref="Next"/> returned <see cref="FrameKind.Bad"/>.</summary>
    public string? Fault { get; private set; }

    /// <summary>The payload of the frame that was read last, until <see cref="Next"/> is called again.</summary>
    public ReadOnlySpan<byte> Payload => buffer.AsSpan(start - payload, payload);

    /// <summary>Stands before a frame of a segment.</summary>
    /// <param name="target">The segment.</param>
    /// <param name="offset">Where a frame begins.</param>
    /// <param name="lastSequence">The sequence of the frame before.</param>
    public void Seek(Segment target, long offset, long lastSequence)
    {
        segment = target;
        Offset = offset;
        LastSequence = lastSequence;
        first = offset == SegmentFormat.HeaderBytes;
        start = count = 0;
        Fault = null;
    }

    /// <summary>Reads the next frame below <paramref name="limit"/>, an offset.</summary>
    public FrameKind Next(long limit, out long sequence, out UsageRecord record)
    {
        record = null!;
        sequence = 0;
        if (limit - Offset < SegmentFormat.FrameHeaderBytes)
        {
            return IsZeroTo(limit) ? FrameKind.End : Bad("the file ends inside a frame");
        }

        if (!Fill(SegmentFormat.FrameHeaderBytes, limit))
        {
            return Bad("the file ends inside a frame");
        }

        var header = buffer.AsSpan(start, SegmentFormat.FrameHeaderBytes);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length == 0)
        {
            return header.ContainsAnyExcept((byte)0) ? Bad("a frame has no length") : FrameKind.End;
        }

        if (length is < 0 or > RecordLimits.MaxRecordBytes || length > limit - Offset - SegmentFormat.FrameHeaderBytes)
        {
            return Bad("a frame's length is impossible");
        }

        if (!Fill(SegmentFormat.FrameHeaderBytes + length, limit))
        {
            return Bad("the file ends inside a frame");
        }

        return Check(buffer.AsSpan(start, SegmentFormat.FrameHeaderBytes + length), out sequence, out record);
    }

    /// <summary>True when nothing but zeros stands between here and an offset.</summary>
    public bool IsZeroTo(long limit)
    {
        for (var at = Offset; at < limit; )
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, limit - at));
            var read = RandomAccess.Read(segment!.File, piece, at);
            if (read == 0)
            {
                break;
            }

            if (piece[..read].ContainsAnyExcept((byte)0))
            {
                start = count = 0;
                return false;
            }

            at += read;
        }

        start = count = 0;
        return true;
    }

    private FrameKind Check(ReadOnlySpan<byte> frame, out long sequence, out UsageRecord record)
    {
        record = null!;
        var bytes = frame[SegmentFormat.FrameHeaderBytes..];
        sequence = BinaryPrimitives.ReadInt64LittleEndian(frame[8..]);
        var crc = SegmentFormat.FrameCrc(SegmentFormat.PayloadCrc(bytes), bytes.Length, sequence, segment!.Number);
        if (crc != BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]))
        {
            return Bad("a frame's checksum does not match");
        }

        // Between segments numbers may be left out (what a damaged segment held), inside one they may not.
        if (first ? sequence <= LastSequence : sequence != LastSequence + 1)
        {
            return Bad("a frame is out of order");
        }

        if (!RecordCodec.TryDecode(bytes, texts, out record))
        {
            return Bad("a frame's record cannot be read");
        }

        first = false;
        payload = bytes.Length;
        LastSequence = sequence;
        Offset += frame.Length;
        start += frame.Length;
        count -= frame.Length;
        return FrameKind.Record;
    }

    private FrameKind Bad(string fault)
    {
        Fault = fault;
        return FrameKind.Bad;
    }

    private bool Fill(int needed, long limit)
    {
        if (count >= needed)
        {
            return true;
        }

        buffer.AsSpan(start, count).CopyTo(buffer);
        start = 0;
        while (count < needed)
        {
            var at = Offset + count;
            var read = RandomAccess.Read(
                segment!.File,
                buffer.AsSpan(count, (int)Math.Min(buffer.Length - count, limit - at)),
                at
            );
            if (read == 0)
            {
                return false;
            }

            count += read;
        }

        return true;
    }
}

/// <summary>What <see cref="FrameReader.Next"/> met.</summary>
internal enum FrameKind
{
    /// <summary>A record.</summary>
    Record,

    /// <summary>Nothing more, for now.</summary>
    End,

    /// <summary>Something that is no frame.</summary>
    Bad,
}
