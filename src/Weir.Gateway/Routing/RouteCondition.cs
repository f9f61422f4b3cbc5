namespace Weir.Gateway.Routing;

/// <summary>One condition of a route. Immutable.</summary>
/// <param name="Name">The key below <c>match</c>.</param>
/// <param name="Wanted">What is written there, for a person.</param>
/// <param name="Holds">Whether it holds.</param>
/// <param name="Found">What the request has instead, for a person; null where there is nothing to say.</param>
internal sealed record RouteCondition(
    string Name,
    string Wanted,
    RouteCondition.Test Holds,
    RouteCondition.Finding Found
)
{
    /// <summary>
    /// Whether it held of a request of which only its record is left; null for what records tell all of. It never guesses.
    /// </summary>
    public Memory? Recorded { get; init; }

    /// <summary>Whether a condition holds of a request.</summary>
    public delegate bool Test(in RouteQuestion question);

    /// <summary>What a request has of what a condition asks for.</summary>
    public delegate string? Finding(in RouteQuestion question);

    /// <summary>Whether a condition held of a recorded request; null where the record leaves it open.</summary>
    public delegate bool? Memory(in RouteQuestion question);

    /// <summary>Whether it held of a request, as far as its record tells; null where that leaves it open.</summary>
    public bool? Held(in RouteQuestion question) => Recorded is { } recorded ? recorded(question) : Holds(question);

    /// <summary>Why it does not hold, for a person.</summary>
    public string WhyNot(in RouteQuestion question) =>
        Found(question) is { } found ? $"{Name} is to be {Wanted}, and is {found}" : $"{Name} is to be {Wanted}";
}
