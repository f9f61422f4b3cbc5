using System.Text;
using Weir.Gateway.Upstreams;

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
            Line(text, "baseUrl", provider.BaseUrl?.OriginalString);
            Line(text, "region", provider.Region);
            Line(text, "project", provider.Project);
            Line(text, "location", provider.Location);
            Line(text, "apiVersion", provider.ApiVersion is { } version ? $"\"{version}\"" : null);
            Variable(text, "apiKey", provider.ApiKey, Vendors.Of(provider).Variables is [var first, ..] ? first : "");
            Variable(text, "accessKeyId", provider.AccessKeyId, "AWS_ACCESS_KEY_ID");
            Variable(text, "secretAccessKey", provider.SecretAccessKey, "AWS_SECRET_ACCESS_KEY");
            Variable(text, "sessionToken", provider.SessionToken, "AWS_SESSION_TOKEN");
            Variable(text, "credentials", provider.Credentials, "GOOGLE_APPLICATION_CREDENTIALS");
            Line(text, "catalogue", provider.Catalogue);
        }

        return text.ToString();
    }

    private static void Variable(StringBuilder text, string key, string? value, string variable) =>
        Line(text, key, value is null ? null : $"${{{variable}}}");

    private static void Line(StringBuilder text, string key, string? value)
    {
        if (value is not null)
        {
            text.Append("    ").Append(key).Append(": ").Append(value).Append('\n');
        }
    }
}
