using Weir.Fuzz.Engine;
using Weir.Ledger.Ingest;

namespace Weir.Fuzz.Targets;

/// <summary>A record's bytes: what can be decoded can be encoded, and that encoding stands still.</summary>
internal sealed class RecordTarget : FuzzTarget
{
    private const int LongestName = 21; // characters that fit the tightest limit whatever they are

    public override string Name => "journal-record";

    public override string Group => "server";

    public override IReadOnlyList<byte[]> Words => Dictionary.Binary;

    public override int LongestInput => RecordLimits.MaxRecordBytes;

    public override IEnumerable<byte[]> Seeds() => Fixtures.In("journal");

    public override string Run(ReadOnlySpan<byte> input)
    {
        CheckColumn(input);
        if (!RecordCodec.TryDecode(input, out var record))
        {
            return $"no {Bucket(input.Length)}";
        }

        var once = RecordCodec.Encode(record);
        Must(once.Length <= RecordLimits.MaxRecordBytes, "an encoding is bounded");
        Must(RecordCodec.TryDecode(once, out var again), "an encoding can be decoded");
        var twice = RecordCodec.Encode(again);
        if (record.Tags.Keys.All(name => name.Length <= LongestName && !name.Contains('\0', StringComparison.Ordinal)))
        {
            MustMatch(once, twice, "an encoding stands still");
        }

        // Names of tags that are cut or lose a NUL may change places, but only once.
        Must(RecordCodec.TryDecode(twice, out var last), "an encoding of a decoded record can be decoded");
        MustMatch(twice, RecordCodec.Encode(last), "an encoding stands still from the second on");
        return $"{Bucket(once.Length)} {Math.Min(record.Tags.Count, 9)} {Math.Min(record.Attempts.Length, 9)} "
            + $"{record.Duration is null} {Bucket(record.Usage.Input)} {Bucket(record.Usage.Output)} {record.Cost is null} "
            + $"{(int)record.Status} {record.Model is null} {record.Key is null} {record.ErrorType is null}";
    }

    // The same fields as columns of the ledger.
    private static void CheckColumn(ReadOnlySpan<byte> input)
    {
        try
        {
            _ = RecordCodec.DecodeAttempts(input);
            _ = RecordCodec.DecodeTags(input);
        }
        catch (InvalidDataException)
        {
            // That is how it refuses.
        }
    }
}
