using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Weir.Server.Configuration.Imports;

/// <summary>An upstream as Weir's document has it, made of the whole address that another program posted to.</summary>
internal sealed partial record ProviderAddress
{
    /// <summary>The provider's kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The keys that follow from the address.</summary>
    public ImmutableArray<(string Key, string Value)> Texts { get; init; } = [];

    /// <summary>What it speaks; empty for what its kind and vendor speak.</summary>
    public ImmutableArray<string> Dialects { get; init; } = [];

    /// <summary>The deployment that the address names; null for none.</summary>
    public string? Deployment { get; init; }

    /// <summary>What of the address is lost; null for nothing.</summary>
    public string? Loss { get; init; }

    /// <summary>What an address comes to; null for what is none.</summary>
    /// <param name="url">The whole address, variables written as <c>${NAME}</c>.</param>
    /// <param name="said">What the transformers say of its kind, in their own word; null for nothing.</param>
    public static ProviderAddress? Of(string url, string? said)
    {
        var hasVariable = url.Contains("${", StringComparison.Ordinal);
        var address =
            Uri.TryCreate(url, UriKind.Absolute, out var read) && read.Scheme is "http" or "https" ? read : null;
        if (address is null && !hasVariable)
        {
            return null;
        }

        var bare = url.Split('?', '#')[0].TrimEnd('/');
        var loss = bare.Length < url.TrimEnd('/').Length ? "what follows the path is left out" : null;
        var host = hasVariable ? "" : address!.Host;
        if (address is { UserInfo.Length: > 0 })
        {
            return null;
        }

        if (said == "anthropic" || bare.EndsWith("/v1/messages", StringComparison.Ordinal))
        {
            return Based("anthropic", Without(Without(bare, "/messages"), "/v1"), "https://api.anthropic.com", loss);
        }

        if (
            said is "vertex-gemini" or "vertex-claude"
            || host.EndsWith("aiplatform.googleapis.com", StringComparison.Ordinal)
        )
        {
            return Vertex(bare, loss);
        }

        if (said == "gemini" || host == "generativelanguage.googleapis.com")
        {
            var root = bare.IndexOf("/v1", StringComparison.Ordinal) is > 0 and var at ? bare[..at] : bare;
            return Based("gemini", root, "https://generativelanguage.googleapis.com", loss);
        }

        if (
            host.EndsWith(".openai.azure.com", StringComparison.Ordinal)
            || host.EndsWith(".cognitiveservices.azure.com", StringComparison.Ordinal)
        )
        {
            return Azure(address!);
        }

        var isResponses = said == "openai-responses" || bare.EndsWith("/responses", StringComparison.Ordinal);
        var based = Without(Without(bare, "/chat/completions"), "/responses");
        return host == "api.openai.com"
            ? Based("openai", based, "https://api.openai.com/v1", loss)
            : new ProviderAddress
            {
                Kind = "openai-compatible",
                Texts = [("baseUrl", based)],
                Dialects = isResponses ? ["responses"] : [],
                Loss = loss,
            };
    }

    private static ProviderAddress Based(string kind, string baseUrl, string usual, string? loss) =>
        new()
        {
            Kind = kind,
            Texts = baseUrl.Equals(usual, StringComparison.OrdinalIgnoreCase) ? [] : [("baseUrl", baseUrl)],
            Loss = loss,
        };

    private static ProviderAddress Azure(Uri address)
    {
        var version = VersionInQuery().Match(address.Query).Groups["version"].Value;
        var deployment = DeploymentInPath().Match(address.AbsolutePath).Groups["name"].Value;
        return new ProviderAddress
        {
            Kind = "azure-openai",
            Texts =
            [
                ("baseUrl", address.GetLeftPart(UriPartial.Authority)),
                .. version.Length > 0 && HostReader.IsVersion(version)
                    ? [("apiVersion", version)]
                    : Array.Empty<(string, string)>(),
            ],
            Deployment = deployment.Length > 0 ? Uri.UnescapeDataString(deployment) : null,
        };
    }

    // Null where the address does not say project and location: nothing else does.
    private static ProviderAddress? Vertex(string bare, string? loss)
    {
        var place = PlaceInPath().Match(bare);
        return place.Success
            ? new ProviderAddress
            {
                Kind = "vertex",
                Texts = [("project", place.Groups["project"].Value), ("location", place.Groups["location"].Value)],
                Loss = loss,
            }
            : null;
    }

    private static string Without(string text, string end) =>
        text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text;

    [GeneratedRegex(
        @"[?&]api-version=(?<version>[A-Za-z0-9-]{1,64})",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex VersionInQuery();

    [GeneratedRegex(
        @"/deployments/(?<name>[^/]{1,200})",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex DeploymentInPath();

    [GeneratedRegex(
        @"/projects/(?<project>[A-Za-z0-9.:_-]{1,127})/locations/(?<location>[a-z0-9-]{1,63})",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex PlaceInPath();
}
