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
        return Cut(
            entries.Select(entry => new BlockSpan(
                entry.At,
                entry.At,
                1,
                entry.Tokens,
                entry.Cost ?? Money.Zero,
                entry.Model is { } model ? [model] : []
            )),
            now,
            span
        );
    }

    /// <summary>The same from sums, which must not cross a full UTC hour nor mix its first instant with what comes after.</summary>
    /// <param name="spans">What was used, in any order.</param>
    /// <param name="now">The moment that decides which block is active.</param>
    public static IReadOnlyList<UsageBlock> Of(IEnumerable<BlockSpan> spans, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(spans);
        return Cut(spans, now, Length);
    }

    private static List<UsageBlock> Cut(IEnumerable<BlockSpan> spans, DateTimeOffset now, TimeSpan length)
    {
        var blocks = new List<UsageBlock>();
        var block = new List<BlockSpan>();
        var start = DateTimeOffset.MinValue;
        foreach (var span in spans.OrderBy(span => span.FirstAt))
        {
            if (block.Count > 0)
            {
                var last = block[^1].LastAt;
                if (span.FirstAt - start > length || span.FirstAt - last > length)
                {
                    blocks.Add(Block(start, block, now, length));
                    block.Clear();
                    if (span.FirstAt - last > length)
                    {
                        blocks.Add(Gap(last + length, span.FirstAt));
                    }
                }
            }

            if (block.Count == 0)
            {
                start = HourOf(span.FirstAt);
            }

            block.Add(span);
        }

        if (block.Count > 0)
        {
            blocks.Add(Block(start, block, now, length));
        }

        return blocks;
    }

    private static DateTimeOffset HourOf(DateTimeOffset at)
    {
        var ticks = at.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerHour), TimeSpan.Zero);
    }

    private static UsageBlock Block(DateTimeOffset start, List<BlockSpan> spans, DateTimeOffset now, TimeSpan length)
    {
        var tokens = default(TokenUsage);
        var nano = default(Int128);
        var requests = 0L;
        var models = new List<string>();
        foreach (var span in spans)
        {
            tokens += span.Tokens;
            nano += span.Cost.NanoUsd;
            requests += span.Requests;
            models.AddRange(span.Models.Except(models, StringComparer.Ordinal));
        }

        var end = start + length;
        var last = spans[^1].LastAt.ToUniversalTime();
        return new UsageBlock(
            start,
            end,
            spans[0].FirstAt.ToUniversalTime(),
            last,
            now - last < length && now < end,
            requests,
            tokens,
            new Money((long)Int128.Clamp(nano, long.MinValue, long.MaxValue)),
            models
        );
    }

    private static UsageBlock Gap(DateTimeOffset start, DateTimeOffset end) =>
        new(start.ToUniversalTime(), end.ToUniversalTime(), null, null, false, 0, default, Money.Zero, []);
}
