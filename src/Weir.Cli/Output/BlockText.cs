using System.Globalization;
using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>A window of five hours, as people read it.</summary>
internal static class BlockText
{
    /// <summary>From when to when, in the terminal's zone.</summary>
    public static string Range(BlockItem block) =>
        $"{Figures.LocalTime(block.Start)} – {Figures.LocalClock(block.End)}";

    /// <summary>A rate.</summary>
    public static string Rate(double tokensPerMinute, decimal usdPerHour) =>
        $"{tokensPerMinute.ToString("#,0", CultureInfo.InvariantCulture)} tokens a minute, {Figures.Usd(usdPerHour)} an hour";

    /// <summary>What a running block comes to; null when that is not known.</summary>
    public static string? Projection(BlockItem block) =>
        block.Projection is { } end
            ? $"if it goes on so: {Figures.Usd(end.CostUsd)} and {Figures.Count(end.TotalTokens)} tokens at {Figures.LocalClock(block.End)}, in {Figures.Span(TimeSpan.FromMinutes(end.MinutesLeft))}"
            : null;

    /// <summary>The running block's rate and what it comes to, as far as they are known.</summary>
    public static IEnumerable<string> Running(BlockItem block)
    {
        if (block.BurnRate is { } rate)
        {
            yield return $"now: {Rate(rate.TokensPerMinute, rate.CostUsdPerHour)}";
        }

        if (Projection(block) is { } end)
        {
            yield return end;
        }
    }
}
