using Weir.Foundation;

namespace Weir.Insights.Blocks;

/// <summary>A block of use, or the gap between two.</summary>
/// <param name="Start">Where it begins: a full UTC hour for a block, any moment for a gap.</param>
/// <param name="End">Its start and the block's length: a request of that very moment is still in it. For a gap, the next request.</param>
/// <param name="FirstAt">Its first request; null for a gap.</param>
/// <param name="LastAt">Its last request; null for a gap.</param>
/// <param name="IsActive">Whether more requests can still fall into it: it has not ended, and the last one is less than a block's length ago.</param>
/// <param name="Entries">How many requests; zero for a gap.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="Cost">The sum of the costs that are known.</param>
/// <param name="Models">The models, each once, in the order in which they were met; of one span, in its order.</param>
public sealed record UsageBlock(
    DateTimeOffset Start,
    DateTimeOffset End,
    DateTimeOffset? FirstAt,
    DateTimeOffset? LastAt,
    bool IsActive,
    long Entries,
    TokenUsage Tokens,
    Money Cost,
    IReadOnlyList<string> Models
)
{
    /// <summary>Whether nothing was used in it.</summary>
    public bool IsGap => Entries == 0;

    /// <summary>
    /// How fast it was used, between its first and its last request; null for a gap and where these two are one moment.
    /// </summary>
    public BurnRate? BurnRate =>
        FirstAt is { } first && LastAt is { } last && last > first
            ? new BurnRate(
                Tokens.Total / (last - first).TotalMinutes,
                ((Tokens.Input ?? 0) + (double)(Tokens.Output ?? 0)) / (last - first).TotalMinutes,
                PerHour(last - first)
            )
            : null;

    /// <summary>
    /// What stands at the end when it goes on at <see cref="BurnRate"/>; null when the block is not active or has no rate.
    /// The time left is rounded to the minute, half to the even one.
    /// </summary>
    /// <param name="now">The moment, the same that the blocks were made for.</param>
    public BlockProjection? Project(DateTimeOffset now)
    {
        if (!IsActive || BurnRate is not { } rate)
        {
            return null;
        }

        var minutes = (long)Math.Round((End - now).TotalMinutes);
        return new BlockProjection(
            TimeSpan.FromMinutes(minutes),
            (long)Math.Min(long.MaxValue, Math.Round(Tokens.Total + (rate.TokensPerMinute * minutes))),
            Bounded(Cost.ToUsd() + (rate.CostPerHour.ToUsd() / 60m * minutes))
        );
    }

    // In decimals, for this is money.
    private Money PerHour(TimeSpan time) => Bounded(Cost.ToUsd() * TimeSpan.TicksPerHour / time.Ticks);

    // What a short burst leads to may be beyond what an amount holds.
    private static Money Bounded(decimal usd) =>
        Math.Abs(usd) < 9_000_000_000m ? Money.FromUsd(usd) : new Money(Math.Sign(usd) * long.MaxValue);
}

/// <summary>How fast a block is used.</summary>
/// <param name="TokensPerMinute">All tokens, cache reads and writes too.</param>
/// <param name="UncachedTokensPerMinute">Fresh input and output alone.</param>
/// <param name="CostPerHour">By list.</param>
public sealed record BurnRate(double TokensPerMinute, double UncachedTokensPerMinute, Money CostPerHour);

/// <summary>What a block will hold at its end.</summary>
/// <param name="Left">The time left, in whole minutes.</param>
/// <param name="Tokens">All tokens.</param>
/// <param name="Cost">By list.</param>
public sealed record BlockProjection(TimeSpan Left, long Tokens, Money Cost);
