using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>Token classes as six consecutive fields. Stored: their order never changes; null is left out, zero is not.</summary>
internal static class UsageFields
{
    public const int Count = 6;

    public static void Write(ref FieldWriter writer, int first, in TokenUsage usage)
    {
        writer.Number(first, usage.Input);
        writer.Number(first + 1, usage.CacheRead);
        writer.Number(first + 2, usage.CacheWrite5m);
        writer.Number(first + 3, usage.CacheWrite1h);
        writer.Number(first + 4, usage.Output);
        writer.Number(first + 5, usage.Reasoning);
    }

    public static TokenUsage With(in TokenUsage usage, int index, long value) =>
        index switch
        {
            0 => usage with { Input = value },
            1 => usage with { CacheRead = value },
            2 => usage with { CacheWrite5m = value },
            3 => usage with { CacheWrite1h = value },
            4 => usage with { Output = value },
            _ => usage with { Reasoning = value },
        };
}
