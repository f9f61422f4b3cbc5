using System.Net;
using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Configuration;
using Weir.Testing;

namespace Weir.Server.Tests.Configuration;

/// <summary>What <c>server</c> says of the network, of proxies, of rates and of TLS.</summary>
public sealed class DoorsReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_policy_reaches_every_address_of_the_document()
    {
        var config = Sound(
            """
            version: 1
            server:
              network: { allowPrivate: false, allow: [10.0.0.0/8, 127.0.0.1, ollama.example] }
            providers:
              - { name: a, kind: openai-compatible, baseUrl: "http://10.1.2.3/v1" }
              - { name: b, kind: openai-compatible, baseUrl: "http://ollama.example:11434/v1" }
            telemetry: { otlp: { endpoint: "http://127.0.0.1:4318" } }
            """
        );

        var policy = AddressPolicy.PublicOnly.Allowing(["10.0.0.0/8", "127.0.0.1", "ollama.example"]);
        Assert.Equal(policy, config.Server.Network);
        Assert.All(config.Gateway.Providers, provider => Assert.Equal(policy, provider.Network));
        Assert.Equal(policy, config.Telemetry.Network);
    }

    [Fact]
    public void Without_a_word_this_machine_and_private_networks_are_allowed()
    {
        var config = Sound(
            "version: 1\nproviders: [{ name: a, kind: openai-compatible, baseUrl: \"http://127.0.0.1:11434/v1\" }]"
        );

        Assert.Equal(AddressPolicy.Server, Assert.Single(config.Gateway.Providers).Network);
        Assert.Equal(TrustedProxies.None, config.Gateway.Proxies);
        Assert.Equal(new RateLimitConfig(), config.Server.RateLimit);
        Assert.Equal(SessionLimits.Default, config.Server.Sessions);
        Assert.Equal(
            (TimeSpan.FromHours(24), TimeSpan.FromHours(2)),
            (SessionLimits.Default.Absolute, SessionLimits.Default.Idle)
        );
        Assert.Null(config.Server.Tls);
    }

    [Theory]
    [InlineData("absolute: 8h, idle: 15m", 480, 15)]
    [InlineData("absolute: 30d, idle: 30d", 43_200, 43_200)]
    [InlineData("idle: 24h", 1440, 1440)]
    [InlineData("idle: 1m", 1440, 1)]
    [InlineData("absolute: 5m", 5, 5)]
    [InlineData("absolute: 2d", 2880, 120)]
    public void Limits_of_sessions_are_read(string limits, int absolute, int idle)
    {
        var config = Sound($"version: 1\nserver: {{ sessions: {{ {limits} }} }}");

        Assert.Equal(
            new SessionLimits(TimeSpan.FromMinutes(absolute), TimeSpan.FromMinutes(idle)),
            config.Server.Sessions
        );
    }

    [Fact]
    public void Proxies_and_rates_are_read()
    {
        var config = Sound(
            """
            version: 1
            server:
              trustedProxies: [10.0.0.0/8, "fd00::/8", 127.0.0.1]
              forwardedHeader: forwarded
              rateLimit: { requestsPerMinute: 0, wrongKeysPerMinute: 3 }
            """
        );

        Assert.Equal(ForwardingHeader.Forwarded, config.Gateway.Proxies.Header);
        Assert.True(config.Gateway.Proxies.Networks.Contains(IPAddress.Parse("::ffff:10.9.9.9")));
        Assert.True(config.Gateway.Proxies.Networks.Contains(IPAddress.Parse("fd00::1")));
        Assert.False(config.Gateway.Proxies.Networks.Contains(IPAddress.Parse("127.0.0.2")));
        Assert.Equal(new RateLimitConfig { RequestsPerMinute = 0, WrongKeysPerMinute = 3 }, config.Server.RateLimit);
    }

    [Theory]
    [InlineData("certificate: {0}, key: {0}", ClientCertificates.None)]
    [InlineData("certificate: {0}, key: {0}, clientCertificates: optional, clientCa: {0}", ClientCertificates.Optional)]
    [InlineData("certificate: {0}, key: {0}, clientCertificates: required, clientCa: {0}", ClientCertificates.Required)]
    public void Certificates_are_read(string tls, ClientCertificates clients)
    {
        var file = folder.At("a.pem");
        File.WriteAllText(file, "");

        var config = Sound(
            $"version: 1\nserver: {{ tls: {{ {tls.Replace("{0}", file, StringComparison.Ordinal)} }} }}"
        );

        Assert.Equal(
            new TlsConfig(file, file)
            {
                ClientCertificates = clients,
                ClientCa = clients == ClientCertificates.None ? null : file,
            },
            config.Server.Tls
        );
    }

    public static TheoryData<string, string> Faults { get; } =
        new()
        {
            {
                "providers: [{ name: a, kind: anthropic, baseUrl: \"http://169.254.169.254\" }]",
                "2:50 providers[0].baseUrl: \"http://169.254.169.254\" may not be connected to: it is link-local, where clouds answer with a machine's own credentials (where it is meant, name it in server.network.allow)"
            },
            {
                "server: { network: { allowPrivate: false } }\nproviders: [{ name: a, kind: anthropic, baseUrl: \"http://localhost:1\" }]",
                "3:50 providers[0].baseUrl: \"http://localhost:1\" may not be connected to: it is the server's own machine (where it is meant, name it in server.network.allow)"
            },
            {
                "telemetry: { otlp: { endpoint: \"http://metadata.google.internal\" } }",
                "2:32 telemetry.otlp.endpoint: \"http://metadata.google.internal\" may not be connected to: it is where a cloud answers with a machine's own credentials (where it is meant, name it in server.network.allow)"
            },
            {
                "server: { network: { allow: [\"http://x\"] } }",
                "2:30 server.network.allow[0]: \"http://x\" is no network, address or host name (as 10.1.0.0/16, fd00:1::/64, 192.168.1.5 or ollama.example.com)"
            },
            {
                "server: { network: { alow: [] } }",
                "2:22 server.network.alow: there is no such key (did you mean \"allow\"?)"
            },
            {
                "server: { trustedProxies: [10.0.0.1/8] }",
                "2:28 server.trustedProxies[0]: \"10.0.0.1/8\" is no network and no address (as 10.1.0.0/16, fd00:1::/64 or 127.0.0.1)"
            },
            {
                "server: { forwardedHeader: via }",
                "2:28 server.forwardedHeader: unknown forwardedHeader \"via\" (known: x-forwarded, forwarded)"
            },
            {
                "server: { rateLimit: { requestsPerMinute: -1 } }",
                "2:43 server.rateLimit.requestsPerMinute: a whole number from 0 to 1000000 was expected, not \"-1\""
            },
            {
                "server: { sessions: { absolute: 31d } }",
                "2:33 server.sessions.absolute: a time from 5m to 720h was expected, not \"31d\" (write it with its unit, as 500ms, 10s, 5m or 1h)"
            },
            {
                "server: { sessions: { absolute: 24 } }",
                "2:33 server.sessions.absolute: a time from 5m to 720h was expected, not \"24\" (write it with its unit, as 500ms, 10s, 5m or 1h)"
            },
            {
                "server: { sessions: { idle: 0s } }",
                "2:29 server.sessions.idle: a time from 1m to 720h was expected, not \"0s\" (write it with its unit, as 500ms, 10s, 5m or 1h)"
            },
            {
                "server: { sessions: { idle: 25h } }",
                "2:29 server.sessions.idle: a session of 24h ends before it can be idle for \"25h\" (make idle shorter, or absolute longer)"
            },
            {
                "server: { sessions: { length: 1h } }",
                "2:23 server.sessions.length: there is no such key (known: absolute, idle)"
            },
            {
                "server: { tls: { certificate: /dev/null, key: /dev/null, clientCertificates: required } }",
                "2:16 server.tls.clientCa: is missing (the path of a PEM file)"
            },
            {
                "server: { tls: { certificate: /dev/null, key: /dev/null, clientCa: /dev/null } }",
                "2:68 server.tls.clientCa: nobody is asked for a certificate (add \"clientCertificates: required\" or \"optional\")"
            },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_is_told_with_its_place(string text, string fault)
    {
        var told = ConfigReader.Read("version: 1\n" + text, _ => null).Faults;

        Assert.Equal(
            [fault],
            told.Select(f => $"{f.Line}:{f.Column} {f.Key}: {f.Message}{(f.Hint is null ? "" : $" ({f.Hint})")}")
        );
    }

    [Fact]
    public void A_variables_value_does_not_show_in_a_refusal()
    {
        var faults = ConfigReader
            .Read(
                "version: 1\nproviders: [{ name: a, kind: anthropic, baseUrl: \"http://${HOST}\" }]",
                _ => "169.254.169.254"
            )
            .Faults;

        Assert.DoesNotContain("169.254", Assert.Single(faults).Message, StringComparison.Ordinal);
    }

    private static WeirConfig Sound(string text)
    {
        var result = ConfigReader.Read(text, _ => null);
        Assert.Empty(result.Faults);
        return result.Config!;
    }
}
