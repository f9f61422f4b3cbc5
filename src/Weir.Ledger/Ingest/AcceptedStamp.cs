namespace Weir.Ledger.Ingest;

/// <summary>
/// When the journal took a record: field 46 behind the record's own fields (docs/formats/journal.md), eight bytes of
/// microseconds since 1970. It is of the frame, not of the record: reading a record passes over it.
/// </summary>
internal static class AcceptedStamp
{
    private const int Field = 46;

    /// <summary>Writes it; returns its length, zero when a record of the largest size leaves no room.</summary>
    public static int Write(Span<byte> target, DateTimeOffset now)
    {
        var writer = new FieldWriter(target);
        writer.Fixed(Field, RecordCodec.ToMicroseconds(now));
        return writer.Overflowed ? 0 : writer.Length;
    }

    /// <summary>Microseconds since 1970; null when a frame's payload has none.</summary>
    public static long? Read(ReadOnlySpan<byte> payload)
    {
        var reader = new FieldReader(payload[1..]);
        while (reader.Next())
        {
            if (reader.Field == Field)
            {
                return reader.Fixed();
            }
        }

        return null;
    }
}
