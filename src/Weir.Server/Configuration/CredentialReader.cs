using System.Collections.Immutable;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Configuration.Yaml;
using static Weir.Server.Configuration.ConfigReading;

namespace Weir.Server.Configuration;

/// <summary>
/// Reads what a provider signs in with. Each key is a text, a variable, or the name of a sealed secret, which is then bound to the
/// provider's address.
/// </summary>
internal static class CredentialReader
{
    /// <summary>Every key that holds, or leads to, a credential.</summary>
    public static readonly ImmutableArray<string> Keys =
    [
        "apiKey",
        "accessKeyId",
        "secretAccessKey",
        "sessionToken",
        "credentials",
    ];

    /// <summary>Those whose text is itself a secret, and is shown to nobody.</summary>
    public static readonly ImmutableArray<string> Masked = ["apiKey", "secretAccessKey", "sessionToken"];

    private static readonly (string Key, ProviderKind Kind)[] Owners =
    [
        ("accessKeyId", ProviderKind.Bedrock),
        ("secretAccessKey", ProviderKind.Bedrock),
        ("sessionToken", ProviderKind.Bedrock),
        ("credentials", ProviderKind.Vertex),
    ];

    /// <summary>The provider with its credentials, or with the names of the secrets that they are in.</summary>
    public static ProviderConfig Read(ConfigReading reading, MapReader map, ProviderKind? kind, ProviderConfig provider)
    {
        foreach (var (key, owner) in Owners)
        {
            if (kind is not null && kind != owner)
            {
                map.Refuse(key, $"only providers of kind \"{ProviderReader.Word(owner)}\" have this key", "remove it");
            }
        }

        var address = kind is null ? null : provider.Address;
        var (apiKey, secret) = One(reading, map, "apiKey", provider, address);
        provider = provider with { ApiKey = apiKey, Secret = secret };
        if (kind is not null)
        {
            provider = KeyPoolReader.Read(reading, map, provider, address);
        }
        else
        {
            map.Take("apiKeys");
        }

        switch (kind)
        {
            case ProviderKind.Bedrock:
                return Bedrock(reading, map, provider, address);
            case ProviderKind.Vertex:
                return Vertex(reading, map, provider, address);
            default:
                return provider;
        }
    }

    private static ProviderConfig Bedrock(ConfigReading reading, MapReader map, ProviderConfig provider, Uri? address)
    {
        var (id, sealedId) = One(reading, map, "accessKeyId", provider, address);
        var (key, sealedKey) = One(reading, map, "secretAccessKey", provider, address);
        var (token, sealedToken) = One(reading, map, "sessionToken", provider, address);
        if (map.Has("apiKey"))
        {
            foreach (var other in (ReadOnlySpan<string>)["accessKeyId", "secretAccessKey", "sessionToken"])
            {
                map.Refuse(other, "there is an apiKey already", "sign in with one of the two");
            }
        }
        else if (map.Has("accessKeyId") != map.Has("secretAccessKey"))
        {
            map.Missing(
                map.Has("accessKeyId") ? "secretAccessKey" : "accessKeyId",
                "an access key has an id and a secret"
            );
        }
        else if (!map.Has("accessKeyId") && !map.Has("apiKeys"))
        {
            map.Missing("apiKey", "a key of Bedrock's, or accessKeyId and secretAccessKey");
        }

        return provider with
        {
            AccessKeyId = id,
            SecretAccessKey = key,
            SessionToken = token,
            SealedKeys = Sealed(
                ("accessKeyId", sealedId),
                ("secretAccessKey", sealedKey),
                ("sessionToken", sealedToken)
            ),
        };
    }

    private static ProviderConfig Vertex(ConfigReading reading, MapReader map, ProviderConfig provider, Uri? address)
    {
        string? text = null;
        string? secret = null;
        if (map.Take("credentials") is YamlScalar scalar && IsSealed(scalar))
        {
            secret = Secret(reading, map, map.KeyPath("credentials"), scalar, provider, address);
        }
        else if (reading.IsWorkspaces && map.Has("credentials"))
        {
            map.Fault(
                "credentials",
                "a workspace's document names no file of the server's",
                "seal the file's text with weir secrets set NAME and write credentials: secret:NAME"
            );
        }
        else if (map.Written("credentials").TrimStart().StartsWith('{'))
        {
            map.Fault(
                "credentials",
                "the credentials themselves do not belong in the document",
                "write the path of their file, or secret:NAME"
            );
        }
        else
        {
            text = map.Text("credentials");
        }

        if (map.Has("apiKey") && map.Has("credentials"))
        {
            map.Refuse("credentials", "there is an apiKey already", "sign in with one of the two");
        }
        else if (!map.Has("apiKey") && !map.Has("apiKeys") && !map.Has("credentials"))
        {
            map.Missing("credentials", "the path of a service account's file, or secret:NAME");
        }

        return provider with
        {
            Credentials = text,
            SealedKeys = Sealed(("credentials", secret)),
        };
    }

    private static ImmutableSortedDictionary<string, string> Sealed(params (string Key, string? Secret)[] keys) =>
        keys.Where(key => key.Secret is not null)
            .ToImmutableSortedDictionary(key => key.Key, key => key.Secret!, StringComparer.Ordinal);

    /// <summary>A key itself, or the name of the sealed secret that it is in.</summary>
    private static (string? Key, string? Secret) One(
        ConfigReading reading,
        MapReader map,
        string key,
        ProviderConfig provider,
        Uri? address
    )
    {
        if (map.Take(key) is YamlScalar scalar && IsSealed(scalar))
        {
            return (null, Secret(reading, map, map.KeyPath(key), scalar, provider, address));
        }

        if (reading.IsWorkspaces && map.Has(key))
        {
            map.Fault(
                key,
                "a workspace's document holds no key itself",
                $"seal it with weir secrets set NAME and write {key}: secret:NAME"
            );
            return default;
        }

        return (Text(map, key), null);
    }

    /// <summary>Whether a value names a sealed secret.</summary>
    public static bool IsSealed(YamlScalar scalar) => scalar.Text.StartsWith(SecretPrefix, StringComparison.Ordinal);

    /// <summary>The secret's name, its use noted; null, with a fault noted, when it cannot be one.</summary>
    public static string? Secret(
        ConfigReading reading,
        MapReader map,
        string path,
        YamlScalar scalar,
        ProviderConfig provider,
        Uri? address
    )
    {
        var isHost = provider.Kind is ProviderKind.AzureOpenAI or ProviderKind.Bedrock or ProviderKind.Vertex;
        var secret = scalar.Text[SecretPrefix.Length..];
        if (!SecretRules.IsName(secret))
        {
            map.Fault(scalar, path, "what stands behind secret: is no secret's name", SecretRules.NameRule);
            return null;
        }

        if (address is null && !isHost)
        {
            map.Fault(scalar, path, "a provider without an address has no use for a secret", "remove it");
            return null;
        }

        if (address is null)
        {
            // What the address is made of is missing, which is a fault already.
            return null;
        }

        reading.Use(
            new SecretUse(secret, SecretRules.OriginOf(address), provider.Name, scalar.Line, scalar.Column, path)
        );
        return secret;
    }

    private static string? Text(MapReader map, string key)
    {
        var text = map.Text(key);
        if (text is null)
        {
            return null;
        }

        if (WhyNoKey(text) is { } why)
        {
            map.Fault(key, why, KeyRing.LooksLikeKey(text) ? "Weir keys are for Weir's own callers" : null);
            return null;
        }

        return text;
    }

    /// <summary>Why a text is no provider's key; null when it may be one.</summary>
    public static string? WhyNoKey(string text) =>
        text.Length == 0 ? "is empty"
        : KeyRing.LooksLikeKey(text) ? "this is a Weir key, not the provider's"
        : text.AsSpan().ContainsAnyExceptInRange('!', '~') ? "a key has only visible ASCII characters and no spaces"
        : null;
}
