using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Gateway;
using Weir.Identity;

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

    private static readonly FrozenDictionary<string, bool> Rollbacks = new Dictionary<string, bool>(
        StringComparer.Ordinal
    )
    {
        ["off"] = false,
        ["auto"] = true,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ClientCertificates> Clients = new Dictionary<
        string,
        ClientCertificates
    >(StringComparer.Ordinal)
    {
        ["optional"] = ClientCertificates.Optional,
        ["required"] = ClientCertificates.Required,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The server's settings but its network's, and <paramref name="gateway"/> with those that are the gateway's.</summary>
    public static (ServerConfig Server, GatewayConfig Gateway) Read(
        ConfigReading reading,
        MapReader? map,
        GatewayConfig gateway
    )
    {
        if (map is null)
        {
            return (new ServerConfig(), gateway);
        }

        var urls = Urls(reading, map);
        var hosts = Hosts(reading, map);
        var hasTls = map.Has("tls");
        var tls = map.Map("tls") is { } inner ? Tls(inner) : null;
        if (!hasTls && urls.Any(url => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
        {
            map.Fault("urls", "an https address needs a certificate", "add \"tls: { certificate: …, key: … }\"");
        }

        var server = new ServerConfig
        {
            Urls = urls,
            BehindProxy = map.Flag("behindProxy") ?? false,
            Tls = tls,
            RateLimit = RateLimit(map),
            Sessions = Sessions(map),
            SecretKeyCommand = KeyCommand(map),
            RollsBack = map.Word("rollback", Rollbacks) ?? false,
        };
        var proxies = NetworkReader.ReadProxies(reading, map);
        var maxBody = map.Whole("maxBodyMb", 1, 1024) * Mebibyte;
        var onHangUp = map.Word("onHangUp", HangUps);
        var origins = CorsOrigins(map);
        var compresses = map.Flag("compressAnswers") ?? false;
        map.Finish();
        return (
            server,
            gateway with
            {
                Hosts = hosts,
                Proxies = proxies,
                CorsOrigins = origins,
                CompressesAnswers = compresses,
                MaxBodyBytes = maxBody ?? gateway.MaxBodyBytes,
                OnHangUp = onHangUp ?? gateway.OnHangUp,
            }
        );
    }

    private static ImmutableArray<string> KeyCommand(MapReader server)
    {
        if (server.Map("secrets") is not { } map)
        {
            return [];
        }

        var command = map.Texts("keyCommand").Select(word => word.Text).ToImmutableArray();
        if (command.IsEmpty)
        {
            map.Missing("keyCommand", "a program and its arguments, as [\"/usr/bin/age\", \"-d\", …]");
        }

        map.Finish();
        return command;
    }

    private static ImmutableArray<string> CorsOrigins(MapReader server)
    {
        if (server.Map("cors") is not { } map)
        {
            return [];
        }

        var origins = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node, path) in map.Texts("origins"))
        {
            var isOrigin =
                Uri.TryCreate(text, UriKind.Absolute, out var url)
                && url.Scheme is "http" or "https"
                && url.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase)
                && url.UserInfo.Length == 0;
            if (text == "*" || isOrigin)
            {
                origins.Add(text);
            }
            else
            {
                map.Fault(
                    node,
                    path,
                    $"\"{node.Text}\" is no origin",
                    "scheme, host and port alone, as https://app.example, or \"*\""
                );
            }
        }

        map.Finish();
        return origins.ToImmutable();
    }

    private static RateLimitConfig RateLimit(MapReader server)
    {
        if (server.Map("rateLimit") is not { } map)
        {
            return new RateLimitConfig();
        }

        var requests = map.Whole("requestsPerMinute", 0, RateLimitConfig.Most);
        var wrong = map.Whole("wrongKeysPerMinute", 0, RateLimitConfig.Most);
        map.Finish();
        var otherwise = new RateLimitConfig();
        return otherwise with
        {
            RequestsPerMinute = (int?)requests,
            WrongKeysPerMinute = (int)(wrong ?? otherwise.WrongKeysPerMinute),
        };
    }

    private static SessionLimits Sessions(MapReader server)
    {
        var otherwise = SessionLimits.Default;
        if (server.Map("sessions") is not { } map)
        {
            return otherwise;
        }

        var absolute = map.Duration("absolute", SessionLimits.ShortestAbsolute, SessionLimits.LongestAbsolute);
        var idle = map.Duration("idle", SessionLimits.ShortestIdle, SessionLimits.LongestAbsolute);
        var whole = absolute ?? otherwise.Absolute;
        if (idle > whole)
        {
            map.Fault(
                "idle",
                $"a session of {Durations.ToText(whole)} ends before it can be idle for \"{map.Written("idle")}\"",
                "make idle shorter, or absolute longer"
            );
        }

        map.Finish();
        return new SessionLimits(whole, idle ?? (otherwise.Idle < whole ? otherwise.Idle : whole));
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

    private static TlsConfig? Tls(MapReader map)
    {
        var certificate = Pem(map, "certificate");
        var key = Pem(map, "key");
        var clients = map.Word("clientCertificates", Clients) ?? ClientCertificates.None;
        var asks = clients != ClientCertificates.None;
        var clientCa = asks || map.Has("clientCa") ? Pem(map, "clientCa") : null;
        if (!asks && clientCa is not null)
        {
            map.Fault(
                "clientCa",
                "nobody is asked for a certificate",
                "add \"clientCertificates: required\" or \"optional\""
            );
        }

        map.Finish();
        return certificate is null || key is null
            ? null
            : new TlsConfig(certificate, key) { ClientCertificates = clients, ClientCa = clientCa };
    }

    private static string? Pem(MapReader tls, string key)
    {
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
