namespace Weir.Server.Configuration.Imports;

/// <summary>
/// What this version's reader takes of what an import would write: asked of the reader itself, so that what becomes available is written in
/// force by the same version that brings it.
/// </summary>
internal static class ImportSupport
{
    private const string Head = "version: 1\nproviders: [{ name: p, kind: simulator }]\n";

    /// <summary>Why the reader refuses a rule; null when it takes it.</summary>
    public static string? WhyRefused(ImportedRoute route)
    {
        if (route is { Condition: null, Strategy: null })
        {
            return null;
        }

        var condition = route.Condition is { } written ? $"match: {{ {written} }}, " : "";
        var strategy = route.Strategy is { } word ? $"strategy: {word}, " : "";
        var weight = route.Targets.Any(target => target.Weight is not null) ? "{ provider: p, weight: 1 }" : "p";
        return WhyRefused($"{Head}routes: [{{ name: r, {condition}{strategy}targets: [{weight}] }}]\n");
    }

    /// <summary>Why the reader refuses a strategy, with weights or without; null when it takes it.</summary>
    public static string? WhyStrategyRefused(string strategy, bool hasWeights) =>
        WhyRefused(
            $"{Head}routes: [{{ name: r, strategy: {strategy}, targets: [{(hasWeights ? "{ provider: p, weight: 1 }" : "p")}] }}]\n"
        );

    /// <summary>Why the reader refuses limits; null when it takes them.</summary>
    public static string? WhyLimitsRefused() =>
        WhyRefused(
            $"{Head}limits: [{{ scope: {{ provider: p, model: m }}, requestsPerMinute: 1, tokensPerMinute: 1, concurrent: 1 }}]\n"
        );

    /// <summary>A rule's condition as the document has it; null for none.</summary>
    public static string? Match(ImportedRoute route) =>
        (route.Model, route.Condition) switch
        {
            (null, null) => null,
            ({ } model, null) => $"{{ model: {ImportWriter.Quoted(model)} }}",
            (null, { } condition) => $"{{ {condition} }}",
            ({ } model, { } condition) => $"{{ model: {ImportWriter.Quoted(model)}, {condition} }}",
        };

    private static string? WhyRefused(string text) =>
        ConfigReader.Read(text, _ => null).Faults is [var fault, ..] ? fault.Message : null;
}
