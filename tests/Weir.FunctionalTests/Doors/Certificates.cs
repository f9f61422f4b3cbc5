using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weir.FunctionalTests.Doors;

/// <summary>Certificates made for a test: a root, one below it, and those that they sign.</summary>
internal sealed class Certificates : IDisposable
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 between;

    public Certificates()
    {
        Root = Make("CN=test root", null, isAuthority: true);
        between = Make("CN=test between", Root, isAuthority: true);
    }

    /// <summary>What everything leads to.</summary>
    public X509Certificate2 Root { get; }

    public void Dispose()
    {
        Root.Dispose();
        between.Dispose();
    }

    /// <summary>Writes a server's certificate, the one that it comes from, and its key, as PEM.</summary>
    /// <returns>Its serial number.</returns>
    public string WriteServer(string certificate, string key)
    {
        using var made = Make("CN=weir.test", between, isAuthority: false, ForServers);
        File.WriteAllText(certificate, made.ExportCertificatePem() + "\n" + between.ExportCertificatePem() + "\n");
        using var secret = made.GetECDsaPrivateKey()!;
        File.WriteAllText(key, secret.ExportPkcs8PrivateKeyPem() + "\n");
        return made.SerialNumber;
    }

    /// <summary>A client's certificate, straight from the root.</summary>
    public X509Certificate2 MakeClient() => Make("CN=a client", Root, isAuthority: false, ForClients);

    /// <summary>A certificate that is for servers, from the same root.</summary>
    public X509Certificate2 MakeServer() => Make("CN=a server", Root, isAuthority: false, ForServers);

    private static X509Certificate2 Make(string name, X509Certificate2? signer, bool isAuthority, string? use = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (use is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("weir.test");
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        if (signer is null)
        {
            return request.CreateSelfSigned(from, from.AddDays(30));
        }

        using var plain = request.Create(
            signer,
            from,
            from.AddDays(isAuthority ? 20 : 10),
            RandomNumberGenerator.GetBytes(12)
        );
        return plain.CopyWithPrivateKey(key);
    }
}
