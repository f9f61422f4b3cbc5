using System.Collections.Immutable;
using System.Globalization;
using Weir.Gateway;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>
/// Reads a provider's several keys: sealed, or in a variable of the server's, never in the clear. What masks and keeps literal
/// keys when a document is edited from elsewhere goes by the one place that a provider has for its key.
/// </summary>
internal static class KeyPoolReader
{
    private const int MostKeys = 100;

    /// <summary>The provider with its further keys; a fault where it signs in with something that there is only one of.</summary>
    public static ProviderConfig Read(ConfigReading reading, MapReader map, ProviderConfig provider, Uri? address)
    {
        if (WhyNone(map, provider.Kind) is { } why)
        {
            map.Refuse(
                "apiKeys",
                why,
                provider.Kind == ProviderKind.Simulator
                    ? "remove it"
                    : "make a provider of each and name them all as a route's targets"
            );
            return provider;
        }

        var keys = ImmutableArray.CreateBuilder<PoolKeyConfig>();
        foreach (var (node, path) in map.List("apiKeys"))
        {
            if (One(reading, map, node, path, provider, address) is { } key)
            {
                keys.Add(key);
            }
        }

        if (keys.Count > MostKeys)
        {
            map.Fault("apiKeys", string.Create(CultureInfo.InvariantCulture, $"there are more than {MostKeys} keys"));
        }

        return provider with
        {
            ApiKeys = keys.ToImmutable(),
        };
    }

    /// <summary>Why it cannot have several; null when it can.</summary>
    private static string? WhyNone(MapReader map, ProviderKind kind) =>
        kind switch
        {
            ProviderKind.Simulator => "a simulator needs no keys",
            ProviderKind.Bedrock when map.Has("accessKeyId") || map.Has("secretAccessKey") =>
                "requests are signed with the access key, which is one",
            ProviderKind.Vertex when map.Has("credentials") =>
                "requests are signed in with the credentials, which are one account's",
            _ => null,
        };

    private static PoolKeyConfig? One(
        ConfigReading reading,
        MapReader map,
        YamlNode node,
        string path,
        ProviderConfig provider,
        Uri? address
    )
    {
        if (node is YamlScalar sealedIn && CredentialReader.IsSealed(sealedIn))
        {
            return CredentialReader.Secret(reading, map, path, sealedIn, provider, address) is { } secret
                ? new PoolKeyConfig(null, secret)
                : null;
        }

        if (node is not YamlScalar scalar || !ConfigEdit.IsReferenceAlone(scalar.Text))
        {
            map.Fault(
                node,
                path,
                "a key of several is not written in the clear",
                reading.IsWorkspaces ? "as secret:NAME" : "as secret:NAME or ${NAME}"
            );
            return null;
        }

        if (reading.Expand(scalar, path) is not { } key)
        {
            return null;
        }

        if (CredentialReader.WhyNoKey(key) is { } why)
        {
            map.Fault(node, path, why, hint: null);
            return null;
        }

        return new PoolKeyConfig(key, null);
    }
}
