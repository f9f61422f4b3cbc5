using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Weir.Gateway;

namespace Weir.Server.Configuration;

/// <summary>Reads what only the hosts of other vendors' models have: a region, a project, deployments.</summary>
internal static partial class HostReader
{
    private const string RegionRule = "lower-case letters, digits and '-', as us-east-1";
    private const string ProjectRule = "letters, digits, '.', ':', '_' and '-'";
    private const string VersionRule = "as 2024-10-21, or v1";

    private static readonly (string Key, ProviderKind Kind)[] Owners =
    [
        ("region", ProviderKind.Bedrock),
        ("project", ProviderKind.Vertex),
        ("location", ProviderKind.Vertex),
        ("apiVersion", ProviderKind.AzureOpenAI),
        ("deployments", ProviderKind.AzureOpenAI),
    ];

    /// <summary>The provider with what stands there for its kind; faults for what is missing, malformed or another kind's.</summary>
    public static ProviderConfig Read(MapReader map, ProviderKind? kind, ProviderConfig provider)
    {
        foreach (var (key, owner) in Owners)
        {
            if (kind is not null && kind != owner)
            {
                map.Refuse(key, $"only providers of kind \"{ProviderReader.Word(owner)}\" have this key", "remove it");
            }
        }

        switch (kind)
        {
            case ProviderKind.Bedrock:
                return provider with { Region = Needed(map, "region", RegionPattern(), RegionRule) };
            case ProviderKind.Vertex:
                return provider with
                {
                    Project = Needed(map, "project", ProjectPattern(), ProjectRule),
                    Location = Needed(map, "location", RegionPattern(), RegionRule + " or global"),
                };
            case ProviderKind.AzureOpenAI:
                if (!map.Has("baseUrl"))
                {
                    map.Missing("baseUrl", "the address of the resource, as https://NAME.openai.azure.com");
                }

                return provider with
                {
                    ApiVersion = map.Has("apiVersion")
                        ? Needed(map, "apiVersion", VersionPattern(), VersionRule)
                        : null,
                    Deployments = Deployments(map),
                };
            default:
                return provider;
        }
    }

    /// <summary>Whether a text may be a region or a location.</summary>
    public static bool IsRegion(string? text) => text is not null && RegionPattern().IsMatch(text);

    /// <summary>Whether a text may be a project.</summary>
    public static bool IsProject(string? text) => text is not null && ProjectPattern().IsMatch(text);

    /// <summary>Whether a text may be a version of Azure's API.</summary>
    public static bool IsVersion(string? text) => text is not null && VersionPattern().IsMatch(text);

    private static string? Needed(MapReader map, string key, Regex pattern, string rule)
    {
        if (!map.Has(key))
        {
            map.Take(key);
            map.Missing(key, rule);
            return null;
        }

        var text = map.Text(key);
        if (text is not null && !pattern.IsMatch(text))
        {
            map.Fault(key, $"\"{map.Written(key)}\" is no {key}", rule);
            return null;
        }

        return text;
    }

    private static ImmutableSortedDictionary<string, string> Deployments(MapReader map)
    {
        var deployments = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (map.Map("deployments") is { } list)
        {
            foreach (var model in list.Keys)
            {
                if (list.Text(model) is { } deployment)
                {
                    deployments[model] = deployment;
                }
            }
        }

        return deployments.ToImmutable();
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionPattern();

    [GeneratedRegex(
        @"^[A-Za-z0-9][A-Za-z0-9.:_-]{0,127}\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ProjectPattern();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern();
}
