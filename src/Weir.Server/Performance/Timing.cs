using Weir.Ledger;

namespace Weir.Server.Performance;

/// <summary>How things are written in answers.</summary>
internal static class Timing
{
    /// <summary>The kind of a query.</summary>
    public static string Of(QueryKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>A duration in milliseconds, to the microsecond.</summary>
    public static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
