namespace Weir.Gateway.Resilience;

/// <summary>
/// How long to wait before the same target is asked again: anything from nothing to a bound that doubles ("full jitter" of Marc
/// Brooker's "Exponential Backoff And Jitter", AWS, 2015: of the ways compared there it costs the fewest calls, because those who failed
/// together do not come back together). A provider's own word is waited for, with a little on top for the same reason. Pure.
/// </summary>
internal static class Backoff
{
    /// <summary>The bound of the first wait.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    /// <summary>No wait is longer; a provider that wants more is not asked again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    /// <summary>The wait; null where the provider wants longer than anybody waits.</summary>
    /// <param name="retry">Which retry it is, from 0.</param>
    /// <param name="retryAfter">What the provider wants; null where it does not say.</param>
    /// <param name="roll">From 0 to below 1.</param>
    public static TimeSpan? Next(int retry, TimeSpan? retryAfter, double roll)
    {
        if (retryAfter is { } said)
        {
            return said + (First * roll) is var wait && wait <= Longest ? wait : null;
        }

        var bound = Math.Min(First.Ticks * Math.Pow(2, Math.Clamp(retry, 0, 32)), Longest.Ticks);
        return TimeSpan.FromTicks((long)(bound * roll));
    }
}
