using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Weir.Server;
using Weir.Testing;

namespace Weir.FunctionalTests.Doors;

/// <summary>TLS with certificates made for the test, over real sockets.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Certificates certificates = new();
    private readonly StringWriter log = new();
    private readonly TextWriter shared;

    public TlsTests() => shared = TextWriter.Synchronized(log);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        certificates.Dispose();
        folder.Dispose();
        shared.Dispose();
        log.Dispose();
    }

    [Fact]
    public async Task A_renewed_certificate_is_taken_while_open_connections_go_on()
    {
        var first = certificates.WriteServer(folder.At("server.pem"), folder.At("server.key"));
        await using var host = await StartAsync();
        await using var open = await ConnectAsync(host);
        Assert.Equal(first, Serial(open));

        var second = certificates.WriteServer(folder.At("server.pem"), folder.At("server.key"));
        await UntilAsync(async () => await SerialNowAsync(host) == second, "take the new certificate");
        await UntilAsync(
            () => Task.FromResult(Log().Contains("server.pem changed and is in force", StringComparison.Ordinal)),
            "tell of it"
        );

        // The first connection was never closed: it still answers.
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(open), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(open), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server.pem", "this is no certificate")]
    [InlineData("server.pem", null)]
    [InlineData("server.key", "another key")]
    public async Task Files_that_hold_nothing_usable_change_nothing(string file, string? text)
    {
        var serial = certificates.WriteServer(folder.At("server.pem"), folder.At("server.key"));
        await using var host = await StartAsync();
        var before = await File.ReadAllTextAsync(folder.At(file), Token);
        if (text == "another key")
        {
            certificates.WriteServer(folder.At("other.pem"), folder.At("other.key"));
            text = await File.ReadAllTextAsync(folder.At("other.key"), Token);
        }

        if (text is null)
        {
            File.Delete(folder.At(file));
        }
        else
        {
            await File.WriteAllTextAsync(folder.At(file), text, Token);
        }

        await UntilAsync(
            () => Task.FromResult(Log().Contains("changed and cannot be used", StringComparison.Ordinal)),
            "tell of the unusable file"
        );
        Assert.Equal(serial, await SerialNowAsync(host));
        Assert.DoesNotContain("PRIVATE KEY", Log(), StringComparison.Ordinal);

        await File.WriteAllTextAsync(folder.At(file), before, Token);
        await UntilAsync(
            () => Task.FromResult(Log().Contains("changed and is in force", StringComparison.Ordinal)),
            "take the file again"
        );
        Assert.Equal(serial, await SerialNowAsync(host));
    }

    [Fact]
    public async Task The_chain_is_sent_and_old_versions_are_refused()
    {
        certificates.WriteServer(folder.At("server.pem"), folder.At("server.key"));
        await using var host = await StartAsync();

        // The client knows the root alone: what lies between must have come from the server.
        await using var open = await ConnectAsync(host);
        Assert.True(open.SslProtocol is SslProtocols.Tls12 or SslProtocols.Tls13);
        await using var older = await ConnectAsync(host, protocols: SslProtocols.Tls12);
        Assert.Equal(SslProtocols.Tls12, older.SslProtocol);
        var told = await ProgramRun.RunAsync(
            "openssl",
            ["s_client", "-connect", $"127.0.0.1:{Port(host)}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
        );
        Assert.NotEqual(0, told.ExitCode);
        Assert.Contains("alert protocol version", told.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weir.test", "max-age=31536000; includeSubDomains")]
    [InlineData("127.0.0.1", "")]
    public async Task Over_tls_browsers_are_told_to_stay_there_except_on_the_loopback(string name, string expected)
    {
        certificates.WriteServer(folder.At("server.pem"), folder.At("server.key"));
        await using var host = await StartAsync();
        await using var open = await ConnectAsync(host);

        var answer = await AskAsync(open, name);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        var line = answer
            .Split("\r\n")
            .SingleOrDefault(l => l.StartsWith("Strict-Transport-Security:", StringComparison.Ordinal));
        Assert.Equal(expected, line is null ? "" : line["Strict-Transport-Security: ".Length..]);
    }

    [Theory]
    [InlineData("required", "none", false)]
    [InlineData("required", "client", true)]
    [InlineData("required", "stranger", false)]
    [InlineData("required", "server", false)]
    [InlineData("optional", "none", true)]
    [InlineData("optional", "client", true)]
    [InlineData("optional", "stranger", false)]
    public async Task Callers_certificates_open_the_door_or_do_not(string mode, string shown, bool opens)
    {
        certificates.WriteServer(folder.At("server.pem"), folder.At("server.key"));
        await File.WriteAllTextAsync(folder.At("clients.pem"), certificates.Root.ExportCertificatePem(), Token);
        await using var host = await StartAsync($", clientCertificates: {mode}, clientCa: {folder.At("clients.pem")}");
        using var strangers = new Certificates();
        using var certificate = shown switch
        {
            "client" => certificates.MakeClient(),
            "server" => certificates.MakeServer(),
            "stranger" => strangers.MakeClient(),
            _ => null,
        };

        string answer;
        try
        {
            await using var open = await ConnectAsync(host, certificate);
            answer = await AskAsync(open);
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            answer = "";
        }

        Assert.Equal(opens, answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_with_files_that_are_no_certificate_is_refused_in_words()
    {
        await File.WriteAllTextAsync(folder.At("server.pem"), "nothing", Token);
        await File.WriteAllTextAsync(folder.At("server.key"), "nothing", Token);

        var start = await TryStartAsync("");

        Assert.Null(start.Host);
        Assert.Equal(ExitCodes.WrongUse, start.ExitCode);
        Assert.Contains("server.pem", Assert.Single(start.Reasons), StringComparison.Ordinal);
    }

    private async Task<WeirHost> StartAsync(string more = "")
    {
        var start = await TryStartAsync(more);
        return start.Host ?? throw new InvalidOperationException(string.Join('\n', start.Reasons));
    }

    private async Task<WeirStart> TryStartAsync(string more)
    {
        var tls = $"certificate: {folder.At("server.pem")}, key: {folder.At("server.key")}{more}";
        await File.WriteAllTextAsync(
            folder.At("weir.yaml"),
            $"version: 1\nserver:\n  urls: [\"https://127.0.0.1:0\"]\n  hosts: [weir.test]\n  tls: {{ {tls} }}\n"
                + "capture: { files: false }\n",
            Token
        );
        return await WeirHost.StartAsync(
            new WeirHostOptions
            {
                DataFolder = folder.At("data"),
                ConfigPath = folder.At("weir.yaml"),
                Log = shared,
                Variable = _ => null,
            },
            Token
        );
    }

    private async Task<SslStream> ConnectAsync(
        WeirHost host,
        X509Certificate2? shown = null,
        SslProtocols protocols = SslProtocols.None
    )
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port(host)), Token);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "weir.test",
                EnabledSslProtocols = protocols,
                ClientCertificates = shown is null ? null : [shown],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { certificates.Root },
                    RevocationMode = X509RevocationMode.NoCheck,
                    DisableCertificateDownloads = true,
                },
            },
            Token
        );
        return stream;
    }

    private static async Task<string> AskAsync(SslStream stream, string host = "weir.test")
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n"), Token);
        var text = new StringBuilder();
        var buffer = new byte[8192];
        while (!text.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, Token);
            if (read == 0)
            {
                break;
            }

            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    private async Task<string> SerialNowAsync(WeirHost host)
    {
        await using var stream = await ConnectAsync(host);
        return Serial(stream);
    }

    private static string Serial(SslStream stream) => stream.RemoteCertificate!.GetSerialNumberString();

    private static int Port(WeirHost host) => new Uri(host.Addresses.Single()).Port;

    private string Log()
    {
        lock (shared)
        {
            return log.ToString();
        }
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"It did not {what}:\n{Log()}");
            await Task.Delay(50, Token);
        }
    }
}
