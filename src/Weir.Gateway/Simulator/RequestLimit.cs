namespace Weir.Gateway.Simulator;

/// <summary>What a vendor tells of its limit on requests.</summary>
/// <param name="Limit">Requests a minute.</param>
/// <param name="Remaining">What is left of them; below 0 when this request is one too many.</param>
/// <param name="Reset">When there are all of them again.</param>
internal readonly record struct LimitState(int Limit, int Remaining, DateTimeOffset Reset);

/// <summary>Counts requests by model in minutes, as vendors do. Thread-safe.</summary>
internal sealed class RequestLimit(TimeProvider clock)
{
    private const int MostModels = 1_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (DateTimeOffset Reset, int Used)> used = new(StringComparer.Ordinal);

    /// <summary>Counts one request against so many a minute.</summary>
    public LimitState Take(string model, int limit)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (!used.TryGetValue(model, out var count) || count.Reset <= now)
            {
                if (used.Count >= MostModels)
                {
                    used.Clear();
                }

                count = (now + Window, 0);
            }

            used[model] = count with { Used = Math.Min(count.Used + 1, limit + 1) };
            return new LimitState(limit, limit - used[model].Used, count.Reset);
        }
    }
}
