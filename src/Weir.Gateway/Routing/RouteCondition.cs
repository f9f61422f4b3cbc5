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
    /// <summary>Whether a condition holds of a request.</summary>
    public delegate bool Test(in RouteQuestion question);

    /// <summary>What a request has of what a condition asks for.</summary>
    public delegate string? Finding(in RouteQuestion question);

    /// <summary>Why it does not hold, for a person.</summary>
    public string WhyNot(in RouteQuestion question) =>
        Found(question) is { } found ? $"{Name} is to be {Wanted}, and is {found}" : $"{Name} is to be {Wanted}";
}
