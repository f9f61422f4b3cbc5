using System.Text;
using Weir.Gateway;

namespace Weir.Server.Configuration;

/// <summary>Writes a configuration that was made from the environment as the document that would say the same.</summary>
internal static class ConfigRendering
{
    /// <summary>The document; keys stand as references to the variables they came from.</summary>
    public static string ToText(WeirConfig config)
    {
        var text = new StringBuilder(
            "# There is no weir.yaml: this is what the environment sets up.\nversion: 1\nproviders:\n"
        );
        foreach (var provider in config.Gateway.Providers)
        {
            text.Append("  - name: ").Append(provider.Name).Append('\n');
            text.Append("    kind: ").Append(ProviderReader.Word(provider.Kind)).Append('\n');
            if (provider.BaseUrl is { } url)
            {
                text.Append("    baseUrl: ").Append(url.OriginalString).Append('\n');
            }

            if (provider.ApiKey is not null)
            {
                text.Append("    apiKey: ${").Append(Variable(provider)).Append("}\n");
            }

            if (provider.Catalogue is { } catalogue)
            {
                text.Append("    catalogue: ").Append(catalogue).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Variable(ProviderConfig provider) =>
        ProviderPresets.All.First(preset => preset.Name == provider.Name).Variables[0];
}
