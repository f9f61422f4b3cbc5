namespace Weir.Gateway.Resilience;

/// <summary>How a target stands at a moment.</summary>
/// <param name="Kind">The word for it.</param>
/// <param name="For">How long until that may change by itself; zero where time changes nothing.</param>
/// <param name="Share">The share of the requests that could go elsewhere which it is given, 0 to 1.</param>
internal readonly record struct Standing(StandingKind Kind, TimeSpan For, double Share)
{
    /// <summary>It is asked like any other.</summary>
    public static Standing Ready { get; } = new(StandingKind.Ready, TimeSpan.Zero, 1);

    /// <summary>Whether it stands better than another for a request that has to be sent somewhere.</summary>
    public bool IsBetterThan(in Standing other) => Kind != other.Kind ? Kind < other.Kind : For < other.For;
}

/// <summary>How a target stands, the best first: who has to ask somebody asks in this order.</summary>
internal enum StandingKind : byte
{
    /// <summary>It is asked.</summary>
    Ready,

    /// <summary>Its breaker has closed, and it is given more and more.</summary>
    Returning,

    /// <summary>It works at as many requests as it is given at once.</summary>
    Full,

    /// <summary>Its provider asked to be left alone.</summary>
    Cooling,

    /// <summary>Its breaker's time is up: the next request, or the one under way, tries it.</summary>
    Probing,

    /// <summary>Its breaker is open.</summary>
    Open,
}

/// <summary>The words of how a target stands.</summary>
internal static class StandingWords
{
    /// <summary>As records, the command line and the API say it.</summary>
    public static string Word(this StandingKind kind) =>
        kind switch
        {
            StandingKind.Ready => "ready",
            StandingKind.Returning => "returning",
            StandingKind.Full => "full",
            StandingKind.Cooling => "cooling",
            StandingKind.Probing => "probing",
            _ => "open",
        };
}
