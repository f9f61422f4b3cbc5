using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>
/// A usage record as bytes: one version byte and tagged fields, as docs/formats/journal.md lays down. Used by the journal
/// and for the revisions that entries keep. A field that is null, empty or zero by default is left out. Equal records have
/// equal bytes. Times are kept to the microsecond (PostgreSQL's resolution, so that both engines agree), texts within
/// <see cref="RecordLimits"/>.
/// </summary>
internal static class RecordCodec
{
    /// <summary>The version byte. Fields are added under this version; only a change of meaning would raise it.</summary>
    public const byte Version = 1;

    private const long UnixEpochTicks = 621_355_968_000_000_000;
    private const long LastMicrosecond = 253_402_300_799_999_999; // the end of the year 9999

    /// <summary>Encodes into a span of at least <see cref="RecordLimits.MaxRecordBytes"/>; returns the length.</summary>
    public static int Encode(UsageRecord record, Span<byte> target)
    {
        var room = target[..RecordLimits.MaxRecordBytes];
        var length = Encode(record, room, RecordLimits.Usual);
        length = length > 0 ? length : Encode(record, room, RecordLimits.Tight);
        return length > 0 ? length : throw new InvalidOperationException("A record exceeds the bound of its encoding.");
    }

    /// <summary>The encoding in an array of its own.</summary>
    public static byte[] Encode(UsageRecord record)
    {
        Span<byte> buffer = stackalloc byte[RecordLimits.MaxRecordBytes];
        return buffer[..Encode(record, buffer)].ToArray();
    }

    /// <summary>Decodes; false for another version and for anything malformed.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, out UsageRecord record) =>
        TryDecode(source, null, out record);

    /// <summary>Decodes with texts from a pool.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, TextPool? pool, out UsageRecord record)
    {
        record = null!;
        return source.Length > 0 && source[0] == Version && RecordFields.TryRead(source[1..], pool, out record);
    }

    /// <summary>The attempts as their own bytes, for a column; empty for none.</summary>
    public static ReadOnlySpan<byte> EncodeAttempts(UsageRecord record, Span<byte> target)
    {
        var writer = new FieldWriter(target);
        AttemptFields.Write(ref writer, record.Attempts, int.MaxValue, RecordLimits.MaxRecordBytes);
        return target[..writer.Length];
    }

    /// <summary>The tags as their own bytes, for a column; empty for none.</summary>
    public static ReadOnlySpan<byte> EncodeTags(UsageRecord record, Span<byte> target)
    {
        var writer = new FieldWriter(target);
        RecordFields.WriteTags(
            ref writer,
            record.Tags,
            new RecordLimits(0, int.MaxValue, RecordLimits.MaxRecordBytes, RecordLimits.MaxRecordBytes, 0, 0)
        );
        return target[..writer.Length];
    }

    /// <summary>Reads <see cref="EncodeAttempts"/>.</summary>
    public static ImmutableArray<Attempt> DecodeAttempts(ReadOnlySpan<byte> source) =>
        RecordFields.TryReadChildren(source, out _, out var attempts)
            ? attempts
            : throw new InvalidDataException("The attempts of a stored record cannot be read.");

    /// <summary>Reads <see cref="EncodeTags"/>.</summary>
    public static ImmutableSortedDictionary<string, string> DecodeTags(ReadOnlySpan<byte> source) =>
        RecordFields.TryReadChildren(source, out var tags, out _)
            ? tags
            : throw new InvalidDataException("The tags of a stored record cannot be read.");

    /// <summary>Whole microseconds since 1970, downwards.</summary>
    public static long ToMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks / TimeSpan.TicksPerMicrosecond) - (UnixEpochTicks / TimeSpan.TicksPerMicrosecond);

    /// <summary>True when <see cref="FromMicroseconds"/> can tell it.</summary>
    public static bool IsTime(long microseconds) =>
        microseconds is >= -UnixEpochTicks / TimeSpan.TicksPerMicrosecond and <= LastMicrosecond;

    /// <summary>The time of <see cref="ToMicroseconds"/>, UTC.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        new(UnixEpochTicks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static int Encode(UsageRecord record, Span<byte> room, RecordLimits limits)
    {
        var writer = new FieldWriter(room);
        writer.Raw(Version);
        RecordFields.Write(ref writer, record, limits);
        return writer.Overflowed ? 0 : writer.Length;
    }
}
