using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Configuration.Yaml;
using static Weir.Server.Configuration.ConfigReading;

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
        ["simulator"] = ProviderKind.Simulator,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> LaterKinds = FrozenSet.Create(
        StringComparer.Ordinal,
        "azure-openai",
        "bedrock",
        "vertex"
    );

    private static readonly FrozenDictionary<string, Billing> Billings = new Dictionary<string, Billing>(
        StringComparer.Ordinal
    )
    {
        ["metered"] = Billing.Metered,
        ["subscription"] = Billing.Subscription,
        ["free"] = Billing.Free,
        ["simulated"] = Billing.Simulated,
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
        var preset = ProviderPresets.All.FirstOrDefault(p => p.Name == name && p.Kind == kind);
        if (kind == ProviderKind.OpenAICompatible && !map.Has("baseUrl"))
        {
            if (preset?.BaseUrl is { } known)
            {
                baseUrl = new Uri(known);
            }
            else
            {
                map.Missing("baseUrl", "an openai-compatible provider needs its address, mostly ending in /v1");
            }
        }

        var timeouts = map.Map("timeouts");
        var connect = timeouts?.Duration("connect", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2));
        var silence = timeouts?.Duration("silence", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        timeouts?.Finish();
        var (apiKey, secret) = Credential(reading, map, name, AddressOf(kind, baseUrl));
        var provider = new ProviderConfig
        {
            Name = name ?? "",
            Kind = kind ?? default,
            BaseUrl = baseUrl,
            ApiKey = apiKey,
            Secret = secret,
            Catalogue = map.Text("catalogue") ?? preset?.Catalogue,
            Billing = map.Word("billing", Billings),
            Models = Models(map, kind),
            PassThrough = PassThrough(map, "passThrough"),
            Share = Share(reading, map, kind),
            SharedPassThrough = reading.IsWorkspaces ? [] : PassThrough(map, "sharedPassThrough"),
            Network = network,
        };
        return name is null || kind is null
            ? null
            : provider with
            {
                ConnectTimeout = connect ?? provider.ConnectTimeout,
                SilenceTimeout = silence ?? provider.SilenceTimeout,
            };
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

        if (LaterKinds.Contains(map.Written("kind")))
        {
            map.Take("kind");
            map.Fault("kind", $"providers of kind \"{map.Written("kind")}\" are not available in this version");
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

    /// <summary>The key itself, or the name of the sealed secret that it is in.</summary>
    private static (string? Key, string? Secret) Credential(
        ConfigReading reading,
        MapReader map,
        string? name,
        Uri? address
    )
    {
        if (map.Take("apiKey") is YamlScalar scalar && scalar.Text.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            return (null, Secret(reading, map, scalar, name, address));
        }

        if (reading.IsWorkspaces && map.Has("apiKey"))
        {
            map.Fault(
                "apiKey",
                "a workspace's document holds no key itself",
                "seal it with weir secrets set NAME and write apiKey: secret:NAME"
            );
            return default;
        }

        return (ApiKey(map), null);
    }

    private static string? Secret(
        ConfigReading reading,
        MapReader map,
        YamlScalar scalar,
        string? provider,
        Uri? address
    )
    {
        var secret = scalar.Text[SecretPrefix.Length..];
        if (!SecretRules.IsName(secret))
        {
            map.Fault("apiKey", "what stands behind secret: is no secret's name", SecretRules.NameRule);
            return null;
        }

        if (address is null)
        {
            map.Fault("apiKey", "a provider without an address has no use for a secret", "remove it");
            return null;
        }

        reading.Use(
            new SecretUse(
                secret,
                SecretRules.OriginOf(address),
                provider ?? "",
                scalar.Line,
                scalar.Column,
                map.KeyPath("apiKey")
            )
        );
        return secret;
    }

    private static Uri? AddressOf(ProviderKind? kind, Uri? baseUrl) =>
        kind is { } known
            ? new ProviderConfig
            {
                Name = "",
                Kind = known,
                BaseUrl = baseUrl,
            }.Address
            : null;

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

    private static string? ApiKey(MapReader map)
    {
        var key = map.Text("apiKey");
        if (key is null)
        {
            return null;
        }

        if (KeyRing.LooksLikeKey(key))
        {
            map.Fault("apiKey", "this is a Weir key, not the provider's", "Weir keys are for Weir's own callers");
            return null;
        }

        if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            map.Fault("apiKey", "a key has only visible ASCII characters and no spaces");
            return null;
        }

        return key;
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
