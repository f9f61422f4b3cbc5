using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Routing;

/// <summary>Where a request may be sent.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model to ask for there; null for the one that the caller named.</param>
internal sealed record Target(ProviderModel Provider, string? Model);

/// <summary>A route of a configuration snapshot. Immutable.</summary>
internal sealed class RouteModel
{
    private readonly NamePattern? model;
    private readonly NamePattern? client;
    private readonly NamePattern? key;
    private readonly ImmutableArray<(string Name, NamePattern Value)> headers;

    /// <summary>A route as it is used.</summary>
    /// <param name="config">What was written.</param>
    /// <param name="providers">By name.</param>
    /// <param name="mayLackTargets">Whether a target that is not configured is left out.</param>
    /// <exception cref="ArgumentException">A target names a provider that is not configured, and may not.</exception>
    public RouteModel(RouteConfig config, FrozenDictionary<string, ProviderModel> providers, bool mayLackTargets)
    {
        Name = config.Name;
        model = Pattern(config.Model);
        client = Pattern(config.Client);
        key = Pattern(config.Key);
        headers = [.. config.Headers.Select(h => (h.Key, new NamePattern(h.Value)))];
        Targets =
        [
            .. config
                .Targets.Where(t => !mayLackTargets || providers.ContainsKey(t.Provider))
                .Select(t =>
                    providers.TryGetValue(t.Provider, out var provider)
                        ? new Target(provider, t.Model)
                        : throw new ArgumentException(
                            $"Route {config.Name} names no configured provider: {t.Provider}."
                        )
                ),
        ];
    }

    /// <summary>Its name in records.</summary>
    public string Name { get; }

    /// <summary>Tried in order; empty when none of those that were written is there any more.</summary>
    public ImmutableArray<Target> Targets { get; }

    /// <summary>Whether all that the route asks for holds.</summary>
    public bool Matches(in RouteQuestion question)
    {
        if (!Holds(model, question.Model) || !Holds(client, question.Client) || !Holds(key, question.Key))
        {
            return false;
        }

        foreach (var (name, value) in headers)
        {
            if (!question.Headers.TryGetValue(name, out var sent) || !value.Matches(sent.ToString()))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(NamePattern? pattern, string? value) =>
        pattern is not { } wanted || (value is not null && wanted.Matches(value));

    private static NamePattern? Pattern(string? text) => text is null ? null : new NamePattern(text);
}
