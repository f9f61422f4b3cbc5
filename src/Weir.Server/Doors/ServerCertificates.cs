using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Weir.Server.Configuration;

namespace Weir.Server.Doors;

/// <summary>
/// The server's certificate, and who may show one of its own. When the files change, connections from then on have what they hold;
/// those that are open go on. Files that hold nothing usable change nothing. Thread-safe.
/// </summary>
internal sealed partial class ServerCertificates : IDisposable
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly TlsConfig config;
    private readonly ILogger log;
    private readonly ITimer timer;
    private volatile Loaded current;
    private string seen;
    private int looking;

    private ServerCertificates(TlsConfig config, Texts texts, Loaded loaded, TimeProvider clock, ILogger log)
    {
        this.config = config;
        this.log = log;
        (current, seen) = (loaded, texts.Mark);
        // Renewed certificates arrive by rename, by link and by network drive: looking is the one way that sees them all.
        timer = clock.CreateTimer(_ => Look(), null, Period, Period);
    }

    /// <summary>Reads the files.</summary>
    /// <returns>What they hold, or why that is no certificate, for a person.</returns>
    public static (ServerCertificates? Certificates, string? Fault) Open(
        TlsConfig config,
        TimeProvider clock,
        ILogger log
    )
    {
        try
        {
            var texts = Texts.Read(config);
            return (new ServerCertificates(config, texts, Load(texts), clock, log), null);
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            return (null, $"server.tls: {config.Certificate} and {config.Key} cannot be used: {failure.Message}");
        }
    }

    /// <summary>Has a server use them: TLS 1.2 and newer.</summary>
    public void Set(HttpsConnectionAdapterOptions https)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.ServerCertificateSelector = (_, _) => current.Leaf;
        https.OnAuthenticate = (_, options) =>
        {
            // In place of the selector, which would send the certificate without those that lead to its root.
            options.ServerCertificateSelectionCallback = null;
            options.ServerCertificateContext = current.Context;
        };
        https.ClientCertificateMode = config.ClientCertificates switch
        {
            ClientCertificates.Required => ClientCertificateMode.RequireCertificate,
            ClientCertificates.Optional => ClientCertificateMode.AllowCertificate,
            _ => ClientCertificateMode.NoCertificate,
        };
        if (config.ClientCertificates != ClientCertificates.None)
        {
            https.ClientCertificateValidation = (certificate, given, _) => IsClient(certificate, given);
        }
    }

    /// <inheritdoc />
    public void Dispose() => timer.Dispose();

    private bool IsClient(X509Certificate2 certificate, X509Chain? given)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(current.ClientCa);
        policy.ApplicationPolicy.Add(new Oid(ForClients));
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        if (given is not null)
        {
            policy.ExtraStore.AddRange(given.ChainPolicy.ExtraStore);
        }

        return chain.Build(certificate);
    }

    private void Look()
    {
        if (Interlocked.Exchange(ref looking, 1) == 1)
        {
            return;
        }

        try
        {
            var texts = Texts.Read(config);
            if (texts.Mark != seen)
            {
                seen = texts.Mark;
                current = Load(texts);
                var until = current.Leaf.NotAfter.ToUniversalTime();
                LogTaken(config.Certificate, until);
            }
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            // Of files that cannot be read there is no mark: what is told of them is.
            if (failure is not (IOException or UnauthorizedAccessException) || seen != failure.Message)
            {
                seen = failure is IOException or UnauthorizedAccessException ? failure.Message : seen;
                LogRefused(config.Certificate, failure.Message);
            }
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }

    private static Loaded Load(Texts texts)
    {
        var leaf = X509Certificate2.CreateFromPem(texts.Certificate, texts.Key);
        if (OperatingSystem.IsWindows())
        {
            // Its TLS takes no key that is in memory alone.
            leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        }

        var others = new X509Certificate2Collection();
        others.ImportFromPem(texts.Certificate);
        others.RemoveAt(0);
        var clientCa = new X509Certificate2Collection();
        if (texts.ClientCa is { } roots)
        {
            clientCa.ImportFromPem(roots);
            if (clientCa.Count == 0)
            {
                throw new CryptographicException("clientCa holds no certificate");
            }
        }

        // Offline: Weir fetches nothing that nobody asked for.
        return new Loaded(leaf, SslStreamCertificateContext.Create(leaf, others, offline: true), clientCa);
    }

    private static bool IsUnusable(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Certificate} changed and is in force; valid until {Until:u}"
    )]
    private partial void LogTaken(string certificate, DateTime until);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Certificate} changed and cannot be used ({Why}); the certificate before it stays in force"
    )]
    private partial void LogRefused(string certificate, string why);

    private sealed record Loaded(
        X509Certificate2 Leaf,
        SslStreamCertificateContext Context,
        X509Certificate2Collection ClientCa
    );

    private sealed record Texts(string Certificate, string Key, string? ClientCa)
    {
        /// <summary>Another one for other texts; the key itself is not kept.</summary>
        public string Mark =>
            Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{Certificate}\0{Key}\0{ClientCa}")));

        public static Texts Read(TlsConfig config) =>
            new(
                File.ReadAllText(config.Certificate),
                File.ReadAllText(config.Key),
                config.ClientCa is { } roots ? File.ReadAllText(roots) : null
            );

        private bool PrintMembers(StringBuilder builder)
        {
            builder.Append("Mark = ").Append(Mark);
            return true;
        }
    }
}
