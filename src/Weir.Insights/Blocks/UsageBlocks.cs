using Weir.Foundation;

namespace Weir.Insights.Blocks;

/// <summary>
/// Use in blocks of five hours, as the field's tools count it: a block begins at the full UTC hour at or before its first
/// request; a request more than the length after that beginning, or more than the length after the request before it,
/// begins the next one. Where the silence was longer than the length, a gap stands between the two, from the length after
/// the last request to the next one. Pure; safe from any thread.
/// </summary>
public static class UsageBlocks
{
    /// <summary>Five hours.</summary>
    public static TimeSpan Length { get; } = TimeSpan.FromHours(5);

    /// <summary>The blocks and gaps, by time.</summary>
    /// <param name="entries">The requests, in any order; two of one moment stay in their order.</param>
    /// <param name="now">The moment that decides which block is active.</param>
    /// <param name="length">A block's length; five hours when null. At least a minute.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is below a minute.</exception>
    public static IReadOnlyList<UsageBlock> Of(
        IEnumerable<BlockEntry> entries,
        DateTimeOffset now,
        TimeSpan? length = null
    )
    {
        ArgumentNullException.ThrowIfNull(entries);
        var span = length ?? Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromMinutes(1), nameof(length));
        var blocks = new List<UsageBlock>();
        var block = new List<BlockEntry>();
        var start = DateTimeOffset.MinValue;
        foreach (var entry in entries.OrderBy(entry => entry.At))
        {
            if (block.Count > 0)
            {
                var last = block[^1].At;
                if (entry.At - start > span || entry.At - last > span)
                {
                    blocks.Add(Block(start, block, now, span));
                    block.Clear();
                    if (entry.At - last > span)
                    {
                        blocks.Add(Gap(last + span, entry.At));
                    }
                }
            }

            if (block.Count == 0)
            {
                start = HourOf(entry.At);
            }

            block.Add(entry);
        }

        if (block.Count > 0)
        {
            blocks.Add(Block(start, block, now, span));
        }

        return blocks;
    }

    private static DateTimeOffset HourOf(DateTimeOffset at)
    {
        var ticks = at.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerHour), TimeSpan.Zero);
    }

    private static UsageBlock Block(DateTimeOffset start, List<BlockEntry> entries, DateTimeOffset now, TimeSpan span)
    {
        var tokens = default(TokenUsage);
        var nano = default(Int128);
        var models = new List<string>();
        foreach (var entry in entries)
        {
            tokens += entry.Tokens;
            nano += entry.Cost?.NanoUsd ?? 0;
            if (entry.Model is { } model && !models.Contains(model, StringComparer.Ordinal))
            {
                models.Add(model);
            }
        }

        var end = start + span;
        var last = entries[^1].At.ToUniversalTime();
        return new UsageBlock(
            start,
            end,
            entries[0].At.ToUniversalTime(),
            last,
            now - last < span && now < end,
            entries.Count,
            tokens,
            new Money(checked((long)nano)),
            models
        );
    }

    private static UsageBlock Gap(DateTimeOffset start, DateTimeOffset end) =>
        new(start.ToUniversalTime(), end.ToUniversalTime(), null, null, false, 0, default, Money.Zero, []);
}
