using Weir.Cli.Commands;
using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>Where a request would go, for people.</summary>
internal static class RouteText
{
    /// <summary>Writes it on standard output: how the targets were found, the targets, and what they lose or lack.</summary>
    public static void Write(RouteExplanationItem explanation)
    {
        Console.Out.WriteLine($"request  {Request(explanation)}");
        Console.Out.WriteLine($"found    {Found(explanation)}");
        foreach (var route in explanation.Missed)
        {
            Console.Out.WriteLine($"missed   {Figures.Name(route.Name)}: {route.Why}");
        }

        if (explanation.Refusal is { } refusal)
        {
            Console.Out.WriteLine($"refused  {refusal.Status}: {refusal.Reason}");
        }

        if (explanation.Targets.Count > 0)
        {
            Console.Out.WriteLine();
            Targets(explanation.Targets);
            Notes(explanation.Targets);
        }
    }

    private static string Request(RouteExplanationItem explanation)
    {
        string?[] parts =
        [
            explanation.Path,
            explanation.Dialect,
            explanation.Model is { } model ? $"model {Figures.Name(model)}" : "no model",
            explanation.Alias is { } alias ? $"which stands for {Figures.Name(alias)}" : null,
            explanation.Streams ? "streamed" : null,
            explanation.Client is { } client ? $"client {Figures.Name(client)}" : null,
            explanation.Key is { } key ? $"key {Figures.Name(key)}" : null,
            .. explanation.Kinds,
        ];
        return string.Join(" · ", parts.OfType<string>());
    }

    private static string Found(RouteExplanationItem explanation) =>
        explanation.Route is { } route
            ? $"by the route {Figures.Name(route)}, the first that matches{Ordered(explanation)}"
            : explanation.By switch
            {
                "listed" => "no route matches; the provider lists the model",
                "named" => "no route matches; the provider is named before the slash",
                "catalogue" => "no route matches; the provider's price catalogue knows the model",
                "vendor" => "no route matches and nobody knows the model; the vendor whose dialect is spoken",
                "dialect" => "no route matches and nobody knows the model; a provider that speaks the dialect",
                _ => "nothing",
            };

    private static string Ordered(RouteExplanationItem explanation) =>
        explanation.Strategy is null or "fallback" && explanation.OrderedBy is null ? ""
        : explanation.OrderedBy is { } by && by != explanation.Strategy ? $"; {explanation.Strategy}, ordered by {by}"
        : $"; {explanation.Strategy}";

    private static void Targets(IReadOnlyList<RouteTargetItem> targets)
    {
        var table = new TextTable("TRY", "PROVIDER", "MODEL", "HANDLING", "ASKED IN", "CREDENTIAL", "CHANGED");
        var turn = 0;
        foreach (var target in targets)
        {
            var isTried = target.Handling != "passed-over";
            table.Add(
                isTried ? Figures.Count(++turn) : "-",
                Figures.Name(target.Provider),
                Figures.Name(target.Model),
                target is { Handling: "relayed", Edits.Count: 0, Transforms.Count: 0 }
                    ? "relayed as it is"
                    : target.Handling,
                target.Dialect ?? "-",
                target.Credential,
                string.Join(", ", target.Edits)
            );
        }

        table.Write();
    }

    private static void Notes(IReadOnlyList<RouteTargetItem> targets)
    {
        foreach (var target in targets.Where(target => target.Transforms.Count > 0))
        {
            Console.Out.WriteLine(
                $"     {Figures.Name(target.Provider)} {Figures.Name(target.Model)} transforms: {string.Join(", ", target.Transforms.Select(Figures.Name))}"
            );
        }

        foreach (var target in targets.Where(target => target.Standing is not null))
        {
            Console.Out.WriteLine(
                $"     {Figures.Name(target.Provider)} {Figures.Name(target.Model)}: {target.Standing}"
            );
        }

        foreach (var target in targets)
        {
            if (target.Health is { Stands: not "ready" } health)
            {
                Console.Out.WriteLine(
                    $"     {Figures.Name(target.Provider)} {Figures.Name(target.Model)} stands {ProvidersCommand.Words(health)}"
                );
            }
        }

        foreach (var target in targets.Where(target => target.Reason is not null || target.Dropped.Count > 0))
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine(target.Reason ?? $"{Figures.Name(target.Provider)} is not told of:");
            foreach (var feature in target.Dropped.Concat(target.Refused))
            {
                Console.Out.WriteLine(feature.Note is { } note ? $"  {feature.Name}: {note}" : $"  {feature.Name}");
            }
        }
    }
}
