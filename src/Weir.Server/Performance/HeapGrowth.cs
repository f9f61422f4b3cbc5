using System.Collections.Immutable;

namespace Weir.Server.Performance;

/// <summary>
/// A heap that grows and does not come down again. The rule: of what full collections left in the last day, Sen's slope (the median of the
/// slopes between all pairs) is taken with its lower bound at 99 %. Growth is told where even that bound comes to more than a tenth of the
/// heap over the time that was looked at, where the least of each sixth of the collections lies above the sixth's before by a quarter at least
/// of what the slope would bring (a step, such as a cache that fills, does not do so, nor does a saw-tooth), and where there were enough
/// collections over enough time. Else nothing is told.
/// </summary>
/// <param name="BytesPerHour">The slope.</param>
/// <param name="LeastBytesPerHour">Its lower bound.</param>
/// <param name="Over">The time between the first collection and the last.</param>
/// <param name="Collections">How many there were.</param>
internal sealed record HeapGrowth(double BytesPerHour, double LeastBytesPerHour, TimeSpan Over, int Collections)
{
    /// <summary>How far back it is looked.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>Over less time nothing is told.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromHours(1);

    /// <summary>Of fewer collections nothing is told.</summary>
    public const int LeastCollections = 12;

    private const double Share = 0.1;
    private const int Parts = 6;
    private const double PartOfSlope = 0.25;
    private const double Sure = 2.326; // one-sided, 99 %

    /// <summary>What a series comes to; null where nothing is to be told.</summary>
    /// <param name="collections">When full collections were, oldest first, and what they left.</param>
    public static HeapGrowth? Of(ImmutableArray<(DateTimeOffset Time, double Bytes)> collections)
    {
        if (
            collections.Length < LeastCollections
            || collections[^1].Time - collections[0].Time is var over && over < Least
        )
        {
            return null;
        }

        var (slope, least) = Slope(collections.AsSpan());
        var heap = Median([.. collections.Select(one => one.Bytes)]);
        return least > 0 && least * over.TotalHours > Share * heap && RisesThroughout(collections, slope)
            ? new HeapGrowth(slope, least, over, collections.Length)
            : null;
    }

    private static bool RisesThroughout(ImmutableArray<(DateTimeOffset Time, double Bytes)> collections, double slope)
    {
        (DateTimeOffset Time, double Bytes)? before = null;
        for (var part = 0; part < Parts; part++)
        {
            var (first, end) = (part * collections.Length / Parts, (part + 1) * collections.Length / Parts);
            var here = (
                collections[first].Time,
                Bytes: collections.AsSpan()[first..end].ToArray().Min(one => one.Bytes)
            );
            if (
                before is { } last
                && here.Bytes - last.Bytes < PartOfSlope * slope * (here.Time - last.Time).TotalHours
            )
            {
                return false;
            }

            before = here;
        }

        return true;
    }

    private static (double Slope, double Least) Slope(ReadOnlySpan<(DateTimeOffset Time, double Bytes)> points)
    {
        var slopes = new List<double>(points.Length * (points.Length - 1) / 2);
        for (var i = 0; i < points.Length; i++)
        {
            for (var j = i + 1; j < points.Length; j++)
            {
                var hours = (points[j].Time - points[i].Time).TotalHours;
                if (hours > 0)
                {
                    slopes.Add((points[j].Bytes - points[i].Bytes) / hours);
                }
            }
        }

        if (slopes.Count == 0)
        {
            return (0, 0);
        }

        slopes.Sort();
        double n = points.Length;
        var spread = Sure * Math.Sqrt(n * (n - 1) * ((2 * n) + 5) / 18);
        var rank = (int)Math.Floor((slopes.Count - spread) / 2);
        return (Median(slopes), rank < 0 ? double.NegativeInfinity : slopes[rank]);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        var half = values.Count / 2;
        return values.Count % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
}
