using System.Collections.Immutable;
using Weir.Gateway;
using Weir.Identity;

namespace Weir.Server.Configuration;

/// <summary>
/// A vendor that is set up without a configuration when its key is in the environment.
/// </summary>
/// <param name="Name">The provider's name.</param>
/// <param name="Kind">What it speaks.</param>
/// <param name="BaseUrl">Its published address; null for the kind's own.</param>
/// <param name="Catalogue">Its price catalogue, where it is not named like the provider.</param>
/// <param name="Variables">Where its key may stand; the first that is set wins.</param>
/// <param name="WithoutKey">Whether it is set up without a key too, for callers who bring their own credential.</param>
internal sealed record ProviderPreset(
    string Name,
    ProviderKind Kind,
    string? BaseUrl,
    string? Catalogue,
    ImmutableArray<string> Variables,
    bool WithoutKey = false
);

/// <summary>The one table of vendors that Weir knows by name, and the configuration that it makes of an environment.</summary>
internal static class ProviderPresets
{
    /// <summary>All of them; when two list a model, the earlier serves it.</summary>
    public static ImmutableArray<ProviderPreset> All { get; } =
    [
        new("anthropic", ProviderKind.Anthropic, null, null, ["ANTHROPIC_API_KEY"], WithoutKey: true),
        new("openai", ProviderKind.OpenAI, null, null, ["OPENAI_API_KEY"], WithoutKey: true),
        new("gemini", ProviderKind.Gemini, null, null, ["GEMINI_API_KEY", "GOOGLE_API_KEY"], WithoutKey: true),
        Compatible("openrouter", "https://openrouter.ai/api/v1", null, "OPENROUTER_API_KEY"),
        Compatible("groq", "https://api.groq.com/openai/v1", null, "GROQ_API_KEY"),
        Compatible("deepseek", "https://api.deepseek.com/v1", null, "DEEPSEEK_API_KEY"),
        Compatible("mistral", "https://api.mistral.ai/v1", null, "MISTRAL_API_KEY"),
        Compatible("xai", "https://api.x.ai/v1", null, "XAI_API_KEY"),
        Compatible("together", "https://api.together.xyz/v1", "togetherai", "TOGETHER_API_KEY"),
        Compatible("fireworks", "https://api.fireworks.ai/inference/v1", "fireworks-ai", "FIREWORKS_API_KEY"),
        Compatible("cerebras", "https://api.cerebras.ai/v1", null, "CEREBRAS_API_KEY"),
        Compatible("moonshot", "https://api.moonshot.ai/v1", "moonshotai", "MOONSHOT_API_KEY"),
        Compatible("zai", "https://api.z.ai/api/paas/v4", null, "ZAI_API_KEY"),
        Compatible("deepinfra", "https://api.deepinfra.com/v1/openai", null, "DEEPINFRA_API_KEY"),
        Compatible("nebius", "https://api.studio.nebius.com/v1", null, "NEBIUS_API_KEY"),
        new("simulator", ProviderKind.Simulator, null, null, [], WithoutKey: true),
    ];

    /// <summary>What a simulator serves when its configuration names no models.</summary>
    public static ImmutableArray<string> SimulatedModels { get; } = ["sim-*"];

    /// <summary>The address of a vendor that Weir knows by that name; null for any other name, and for simulators.</summary>
    public static Uri? AddressOf(string name) =>
        All.FirstOrDefault(preset => preset.Name == name) is { } known
            ? new ProviderConfig
            {
                Name = known.Name,
                Kind = known.Kind,
                BaseUrl = known.BaseUrl is { } address ? new Uri(address) : null,
            }.Address
            : null;

    /// <summary>
    /// The configuration of a server without a file. A variable that holds a Weir key is a client's setting
    /// (<c>ANTHROPIC_API_KEY=wk_…</c>), never sent to a vendor, and is passed over.
    /// </summary>
    public static WeirConfig FromEnvironment(Func<string, string?> variable)
    {
        var providers = ImmutableArray.CreateBuilder<ProviderConfig>();
        foreach (var preset in All)
        {
            var key = preset.Variables.Select(name => Key(variable(name))).FirstOrDefault(value => value is not null);
            if (key is not null || preset.WithoutKey)
            {
                providers.Add(
                    new ProviderConfig
                    {
                        Name = preset.Name,
                        Kind = preset.Kind,
                        BaseUrl = preset.BaseUrl is null ? null : new Uri(preset.BaseUrl),
                        Catalogue = preset.Catalogue,
                        ApiKey = key,
                        Models = preset.Kind == ProviderKind.Simulator ? SimulatedModels : [],
                        Share = preset.Kind == ProviderKind.Simulator ? ProviderShare.Everybody : ProviderShare.Nobody,
                    }
                );
            }
        }

        return new WeirConfig { Gateway = new GatewayConfig { Providers = providers.ToImmutable() } };
    }

    private static string? Key(string? value) =>
        value?.Trim() is { Length: > 0 } key && !KeyRing.LooksLikeKey(key) ? key : null;

    private static ProviderPreset Compatible(string name, string baseUrl, string? catalogue, string variable) =>
        new(name, ProviderKind.OpenAICompatible, baseUrl, catalogue, [variable]);
}
