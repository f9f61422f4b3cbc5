using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Gateway;

namespace Weir.Server.Configuration;

/// <summary>Reads the map <c>server</c>.</summary>
internal static class ServerReader
{
    private const long Mebibyte = 1024 * 1024;

    private static readonly FrozenDictionary<string, HangUpPolicy> HangUps = new Dictionary<string, HangUpPolicy>(
        StringComparer.Ordinal
    )
    {
        ["abort"] = HangUpPolicy.Abort,
        ["drain"] = HangUpPolicy.Drain,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The server's settings, and <paramref name="gateway"/> with those that are the gateway's.</summary>
    public static (ServerConfig Server, GatewayConfig Gateway) Read(
        ConfigReading reading,
        MapReader document,
        GatewayConfig gateway
    )
    {
        if (document.Map("server") is not { } map)
        {
            return (new ServerConfig(), gateway);
        }

        var urls = Urls(reading, map);
        var hosts = Hosts(reading, map);
        var tls = map.Map("tls");
        var certificate = Pem(tls, "certificate");
        var key = Pem(tls, "key");
        tls?.Finish();
        if (tls is null && urls.Any(url => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
        {
            map.Fault("urls", "an https address needs a certificate", "add \"tls: { certificate: …, key: … }\"");
        }

        var server = new ServerConfig
        {
            Urls = urls,
            BehindProxy = map.Flag("behindProxy") ?? false,
            TlsCertificate = certificate,
            TlsKey = key,
        };
        var maxBody = map.Whole("maxBodyMb", 1, 1024) * Mebibyte;
        var onHangUp = map.Word("onHangUp", HangUps);
        map.Finish();
        return (
            server,
            gateway with
            {
                Hosts = hosts,
                MaxBodyBytes = maxBody ?? gateway.MaxBodyBytes,
                OnHangUp = onHangUp ?? gateway.OnHangUp,
            }
        );
    }

    private static ImmutableArray<string> Urls(ConfigReading reading, MapReader map)
    {
        var urls = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node, path) in map.Texts("urls"))
        {
            if (ListenAddress.Fault(text, node.Text) is { } fault)
            {
                reading.Fault(node, path, fault);
            }
            else
            {
                urls.Add(text);
            }
        }

        return urls.ToImmutable();
    }

    private static ImmutableArray<string> Hosts(ConfigReading reading, MapReader map)
    {
        var hosts = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node, path) in map.Texts("hosts"))
        {
            if (!IsHost(text))
            {
                reading.Fault(
                    node,
                    path,
                    $"\"{node.Text}\" is no host name",
                    "write it without scheme; a port may follow"
                );
            }
            else
            {
                hosts.Add(text);
            }
        }

        return hosts.ToImmutable();
    }

    private static bool IsHost(string text)
    {
        var host = new HostString(text);
        return Uri.CheckHostName(host.Host) is not UriHostNameType.Unknown
            && (text == host.Host || text == string.Create(CultureInfo.InvariantCulture, $"{host.Host}:{host.Port}"));
    }

    private static string? Pem(MapReader? tls, string key)
    {
        if (tls is null)
        {
            return null;
        }

        var path = tls.Text(key);
        if (!tls.Has(key))
        {
            tls.Missing(key, "the path of a PEM file");
        }
        else if (path is not null && !File.Exists(path))
        {
            tls.Fault(key, $"there is no file \"{tls.Written(key)}\"");
        }

        return path;
    }
}
