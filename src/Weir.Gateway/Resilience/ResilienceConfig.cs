namespace Weir.Gateway.Resilience;

/// <summary>How a provider's failures are met, as it was written. Immutable; equal by value.</summary>
public sealed record ResilienceConfig
{
    /// <summary>What holds where nothing is written.</summary>
    public static ResilienceConfig Default { get; } = new();

    /// <summary>
    /// How often one target may be asked again for one request, 0 to 10. Null: twice where no other target lives, never where one
    /// does.
    /// </summary>
    public int? Retries { get; init; }

    /// <summary>When a target is passed over because it fails; null: never.</summary>
    public BreakerConfig? Breaker { get; init; } = BreakerConfig.Default;

    /// <summary>The longest that a provider's word keeps a target at rest; zero: its word does not count.</summary>
    public TimeSpan LongestCooldown { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many requests a target is given at once; null: as many as come.</summary>
    public ConcurrencyConfig? Concurrency { get; init; }

    /// <summary>How long a breaker whose time is up waits for a request to try it, before it is probed; null: for ever.</summary>
    public TimeSpan? Probe { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it may take.</summary>
    public TimeoutConfig Timeouts { get; init; } = TimeoutConfig.Default;
}

/// <summary>When a target's breaker opens, and for how long. Immutable.</summary>
public sealed record BreakerConfig
{
    /// <summary>What holds where nothing is written.</summary>
    public static BreakerConfig Default { get; } = new();

    /// <summary>The failures that open it, 1 to 100.</summary>
    public int Failures { get; init; } = 10;

    /// <summary>The share of the attempts that they must be, above 0 to 1.</summary>
    public double Ratio { get; init; } = 0.5;

    /// <summary>How long an attempt counts.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it stays open the first time; twice as long after each probe that fails.</summary>
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that it stays open without a probe.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How many attempts are remembered: of so many, <see cref="Failures"/> are just the <see cref="Ratio"/>. Of fewer they are
    /// more than it, so that counting failures is all that is left to do.
    /// </summary>
    internal int Attempts => Math.Max(Failures, (int)(Failures / Ratio));
}

/// <summary>How many requests a target is given at once. Immutable.</summary>
/// <param name="Adaptive">Whether the bound follows the time to the first byte; else it is <paramref name="Most"/>.</param>
/// <param name="Least">The bound is never below it, 1 or more.</param>
/// <param name="Most">The bound is never above it.</param>
public sealed record ConcurrencyConfig(bool Adaptive, int Least = 4, int Most = 200);

/// <summary>How long a provider may take. Immutable.</summary>
public sealed record TimeoutConfig
{
    /// <summary>What holds where nothing is written.</summary>
    public static TimeoutConfig Default { get; } = new();

    /// <summary>For a connection.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Until the first byte of an answer; null: as long as any other silence.</summary>
    public TimeSpan? FirstByte { get; init; }

    /// <summary>For any silence: before the headers and between two bytes.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(300);
}
