using System.Collections.Immutable;

namespace Weir.Demo;

/// <summary>Somebody who works with coding agents.</summary>
/// <param name="Name">Who; also the name of the key.</param>
/// <param name="Team">Which team.</param>
/// <param name="Projects">What they work on, most often on the first.</param>
/// <param name="Zone">Hours ahead of UTC, standard time.</param>
/// <param name="Appetite">How much they ask for, 1 for the usual.</param>
/// <param name="Codex">How often they take Codex in place of Claude Code, 0 to 1.</param>
/// <param name="Joined">From which part of the year on they are there, 0 to 1.</param>
internal sealed record Person(
    string Name,
    string Team,
    ImmutableArray<string> Projects,
    int Zone,
    double Appetite,
    double Codex,
    double Joined
);

/// <summary>A team of twelve that could be anybody's.</summary>
internal static class Team
{
    public static ImmutableArray<Person> People { get; } =
    [
        new("amara", "platform", ["gateway", "infra"], 0, 1.3, 0.1, 0),
        new("ben", "platform", ["infra", "gateway"], 1, 0.8, 0.3, 0),
        new("chen", "platform", ["gateway", "search"], 8, 1.1, 0.0, 0),
        new("dalia", "platform", ["infra", "billing"], 2, 0.6, 0.5, 0.35),
        new("elif", "product", ["web", "mobile"], 3, 1.2, 0.0, 0),
        new("farid", "product", ["web", "billing"], 1, 0.9, 0.2, 0),
        new("grace", "product", ["mobile", "web"], -5, 1.0, 0.6, 0),
        new("hiro", "product", ["billing", "web"], 9, 0.7, 0.0, 0.15),
        new("ines", "product", ["mobile", "docs"], 0, 0.5, 0.1, 0.6),
        new("jonas", "data", ["search", "pipelines"], 1, 1.6, 0.2, 0),
        new("kavya", "data", ["pipelines", "search"], 5, 1.0, 0.4, 0),
        new("liam", "data", ["pipelines", "docs"], -8, 0.8, 0.0, 0.5),
    ];
}
