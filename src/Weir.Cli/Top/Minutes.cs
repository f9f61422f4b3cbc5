using System.Collections.Immutable;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>Tokens and cost of the last hour, minute by minute, by the requests' start.</summary>
/// <param name="First">The oldest minute, counted from 1970.</param>
/// <param name="Tokens">Tokens of all classes, <see cref="Kept"/> of them.</param>
/// <param name="Cost">List cost in dollars, likewise.</param>
internal sealed record Minutes(long First, ImmutableArray<decimal> Tokens, ImmutableArray<decimal> Cost)
{
    /// <summary>How many minutes are kept, the running one among them.</summary>
    public const int Kept = 60;

    /// <summary>The rate is that of so many minutes.</summary>
    public const int RateMinutes = 10;

    private static readonly ImmutableArray<decimal> Nothing = [.. new decimal[Kept]];

    /// <summary>With nothing in them.</summary>
    public static Minutes Until(DateTimeOffset now) => new(Of(now) - Kept + 1, Nothing, Nothing);

    /// <summary>With what the API tells.</summary>
    public static Minutes From(DateTimeOffset now, UsageSeriesResult tokens, UsageSeriesResult cost)
    {
        var empty = Until(now);
        return empty with { Tokens = Fill(empty.First, tokens), Cost = Fill(empty.First, cost) };
    }

    /// <summary>With one change.</summary>
    public Minutes With(LiveChange change)
    {
        var minutes = change.Before is { } before ? Add(before, -1) : this;
        return minutes.Add(change.Request, 1);
    }

    /// <summary>As they are at a moment: what is too old is gone.</summary>
    public Minutes At(DateTimeOffset now)
    {
        var first = Of(now) - Kept + 1;
        if (first <= First)
        {
            return this;
        }

        var gone = (int)Math.Min(Kept, first - First);
        return new Minutes(
            first,
            Tokens.RemoveRange(0, gone).AddRange(Nothing[..gone]),
            Cost.RemoveRange(0, gone).AddRange(Nothing[..gone])
        );
    }

    /// <summary>The rate of the last <see cref="RateMinutes"/> minutes, of the running one only what has passed of it.</summary>
    public (double TokensPerMinute, decimal UsdPerHour) Rate(DateTimeOffset now)
    {
        var here = At(now);
        var minutes = RateMinutes - 1 + Math.Max(0.01m, (decimal)(now.Second + (now.Millisecond / 1000.0)) / 60);
        return (
            (double)(here.Tokens.AsSpan()[^RateMinutes..].ToArray().Sum() / minutes),
            decimal.Round(here.Cost.AsSpan()[^RateMinutes..].ToArray().Sum() / minutes * 60, 4)
        );
    }

    private static long Of(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;

    private static ImmutableArray<decimal> Fill(long first, UsageSeriesResult series)
    {
        var values = new decimal[Kept];
        foreach (var point in series.Series.SelectMany(line => line.Points))
        {
            if (Of(point.Time) - first is >= 0 and < Kept and var at)
            {
                values[at] += point.Value.Amount;
            }
        }

        return [.. values];
    }

    private Minutes Add(RequestItem item, int sign)
    {
        // A caller's clock may be a little ahead.
        var at = (int)Math.Min(Kept - 1, Of(item.StartedAt) - First);
        if (at < 0)
        {
            return this;
        }

        var sums = Sums.Of(item);
        return this with
        {
            Tokens = Tokens.SetItem(at, Math.Max(0, Tokens[at] + (sign * sums.Tokens))),
            Cost = Cost.SetItem(at, Math.Max(0, Cost[at] + (sign * sums.CostUsd))),
        };
    }
}
