using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Gateway.Resilience;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>Reads the list <c>providers</c>.</summary>
internal static partial class ProviderReader
{
    private static readonly FrozenDictionary<string, ProviderKind> Kinds = new Dictionary<string, ProviderKind>(
        StringComparer.Ordinal
    )
    {
        ["anthropic"] = ProviderKind.Anthropic,
        ["openai"] = ProviderKind.OpenAI,
        ["openai-compatible"] = ProviderKind.OpenAICompatible,
        ["gemini"] = ProviderKind.Gemini,
        ["azure-openai"] = ProviderKind.AzureOpenAI,
        ["bedrock"] = ProviderKind.Bedrock,
        ["vertex"] = ProviderKind.Vertex,
        ["simulator"] = ProviderKind.Simulator,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Billing> Billings = new Dictionary<string, Billing>(
        StringComparer.Ordinal
    )
    {
        ["metered"] = Billing.Metered,
        ["subscription"] = Billing.Subscription,
        ["free"] = Billing.Free,
        ["simulated"] = Billing.Simulated,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, HttpVersions> Https = new Dictionary<string, HttpVersions>(
        StringComparer.Ordinal
    )
    {
        ["auto"] = HttpVersions.Auto,
        ["1.1"] = HttpVersions.Http11,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The word of a kind, as the document writes it.</summary>
    public static string Word(ProviderKind kind) => Kinds.First(pair => pair.Value == kind).Key;

    /// <summary>The word of a billing, as the document writes it.</summary>
    public static string Word(Billing billing) => Billings.First(pair => pair.Value == billing).Key;

    /// <summary>
    /// The providers that could be read, and every name that was given, also that of a faulty one, with the text that
    /// stands there for it.
    /// </summary>
    /// <param name="reading">Where faults are noted.</param>
    /// <param name="document">The whole document.</param>
    /// <param name="network">Where its author may have Weir connect to.</param>
    public static (ImmutableArray<ProviderConfig> Providers, IReadOnlyDictionary<string, string> Names) Read(
        ConfigReading reading,
        MapReader document,
        AddressPolicy network
    )
    {
        var providers = ImmutableArray.CreateBuilder<ProviderConfig>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var (node, path) in document.List("providers"))
        {
            if (MapReader.Of(reading, node, path) is not { } map)
            {
                continue;
            }

            var name = Name(map);
            if (name is not null)
            {
                names.TryAdd(name, map.Written("name"));
                if (!lines.TryAdd(name, node.Line))
                {
                    map.Fault(
                        "name",
                        $"a provider is called \"{map.Written("name")}\" already",
                        $"the first is on line {lines[name]}"
                    );
                }
            }

            if (Provider(reading, map, name, network) is { } provider)
            {
                providers.Add(provider);
            }

            map.Finish();
        }

        return (providers.ToImmutable(), names);
    }

    private static string? Name(MapReader map)
    {
        if (!map.Has("name"))
        {
            map.Take("name");
            map.Missing("name", "give the provider a name, as \"name: anthropic\"");
            return null;
        }

        var name = map.Text("name");
        if (name is not null && !NamePattern().IsMatch(name))
        {
            map.Fault("name", $"\"{map.Written("name")}\" is no name", "1 to 64 letters, digits, '.', '_' and '-'");
            return null;
        }

        return name;
    }

    private static ProviderConfig? Provider(ConfigReading reading, MapReader map, string? name, AddressPolicy network)
    {
        var kind = Kind(map);
        var baseUrl = BaseUrl(map, kind, network);
        var vendor = VendorReader.Row(map, name, kind);
        if (kind == ProviderKind.OpenAICompatible && !map.Has("baseUrl"))
        {
            if (vendor?.BaseUrl is { } known)
            {
                baseUrl = new Uri(known);
            }
            else
            {
                map.Missing("baseUrl", "an openai-compatible provider needs its address, mostly ending in /v1");
            }
        }

        var provider = HostReader.Read(
            map,
            kind,
            new ProviderConfig
            {
                Name = name ?? "",
                Kind = kind ?? default,
                BaseUrl = baseUrl,
                Vendor = map.Has("vendor") ? vendor?.Name : null,
                Dialects = VendorReader.Dialects(map, kind),
                Catalogue = map.Text("catalogue") ?? vendor?.Catalogue,
                Billing = map.Word("billing", Billings),
                Models = Models(map, kind),
                PassThrough = PassThrough(map, "passThrough"),
                Share = Share(reading, map, kind),
                SharedPassThrough = reading.IsWorkspaces ? [] : PassThrough(map, "sharedPassThrough"),
                Network = network,
                Transforms = TransformReader.Read(reading, map),
                Http = map.Word("http", Https) ?? HttpVersions.Auto,
                Authorities = Authorities(reading, map),
                Resilience = ResilienceReader.Read(map, ResilienceConfig.Default),
            }
        );
        provider = CredentialReader.Read(reading, map, kind, provider);
        return name is null || kind is null ? null : provider;
    }

    /// <summary>Read with the document: what the file holds later takes effect with the document's next change.</summary>
    private static string? Authorities(ConfigReading reading, MapReader map)
    {
        if (reading.IsWorkspaces)
        {
            map.Refuse("ca", "a workspace's document reads no files of the server's", "remove it");
            return null;
        }

        if (map.Text("ca") is not { } path)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        string? why = null;
        try
        {
            authorities.ImportFromPemFile(path);
            why = authorities.Count == 0 ? "has no certificate in it" : null;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            why = "cannot be read as certificates";
        }

        if (why is not null)
        {
            map.Fault("ca", $"\"{map.Written("ca")}\" {why}", "name a PEM file with the certificates of authorities");
            return null;
        }

        var text = authorities.ExportCertificatePems();
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }

        return text;
    }

    private static ImmutableArray<string> Models(MapReader map, ProviderKind? kind)
    {
        var models = map.Texts("models").Select(model => model.Text).ToImmutableArray();
        return models.IsEmpty && kind == ProviderKind.Simulator ? ProviderPresets.SimulatedModels : models;
    }

    private static ProviderKind? Kind(MapReader map)
    {
        if (!map.Has("kind"))
        {
            map.Take("kind");
            map.Missing("kind", $"known: {string.Join(", ", Kinds.Keys.Order(StringComparer.Ordinal))}");
            return null;
        }

        return map.Word("kind", Kinds);
    }

    private static Uri? BaseUrl(MapReader map, ProviderKind? kind, AddressPolicy network)
    {
        if (map.Text("baseUrl") is not { } text)
        {
            return null;
        }

        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.Host.Length == 0
        )
        {
            map.Fault("baseUrl", $"\"{map.Written("baseUrl")}\" is not an http or https address");
            return null;
        }

        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            map.Fault("baseUrl", "an address must have no user, no query and no fragment");
            return null;
        }

        if (network.WhyRefused(url) is { } refused)
        {
            map.Fault(
                "baseUrl",
                $"\"{map.Written("baseUrl")}\" may not be connected to: {refused}",
                NetworkReader.HowToAllow
            );
            return null;
        }

        var endsInVersion = url.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal);
        if (kind == ProviderKind.Anthropic && endsInVersion)
        {
            map.Fault("baseUrl", "Anthropic's address is written without /v1", "as its own SDK takes it");
        }
        else if (kind == ProviderKind.OpenAI && url.AbsolutePath == "/")
        {
            map.Fault("baseUrl", "OpenAI's address ends in /v1", "as its own SDK takes it");
        }

        return url;
    }

    private static ProviderShare Share(ConfigReading reading, MapReader map, ProviderKind? kind)
    {
        if (reading.IsWorkspaces)
        {
            const string Servers = "only the server's document shares providers";
            map.Refuse("share", Servers, "remove it");
            map.Refuse("sharedPassThrough", Servers, "remove it");
            return ProviderShare.Nobody;
        }

        if (map.Take("share") is not YamlList)
        {
            var everybody = map.Flag("share") ?? kind == ProviderKind.Simulator;
            return everybody ? ProviderShare.Everybody : ProviderShare.Nobody;
        }

        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node, path) in map.Texts("share"))
        {
            if (WorkspaceFiles.IsName(text))
            {
                names.Add(text);
            }
            else
            {
                map.Fault(node, path, $"\"{node.Text}\" is no workspace's name", WorkspaceFiles.NameRule);
            }
        }

        return new ProviderShare(false, names.ToImmutable());
    }

    private static ImmutableArray<PassThroughRule> PassThrough(MapReader map, string key)
    {
        var rules = ImmutableArray.CreateBuilder<PassThroughRule>();
        foreach (var (text, node, path) in map.Texts(key))
        {
            var match = PassThroughPattern().Match(text);
            if (match.Success)
            {
                rules.Add(new PassThroughRule(match.Groups["method"].Value, match.Groups["path"].Value));
            }
            else
            {
                map.Fault(node, path, $"\"{node.Text}\" is not a method and a path", "as \"GET /v1/files/*\"");
            }
        }

        return rules.ToImmutable();
    }

    [GeneratedRegex(
        @"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NamePattern();

    [GeneratedRegex(
        @"^(?<method>GET|HEAD|POST|PUT|PATCH|DELETE|\*) (?<path>/[!-~]*)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PassThroughPattern();
}
