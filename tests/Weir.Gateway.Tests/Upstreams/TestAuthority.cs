using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weir.Gateway.Tests.Upstreams;

/// <summary>An authority of a test's own, and the certificate of a server on the loopback that it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 root;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        root = request.CreateSelfSigned(from, from.AddDays(30));
        Server = Sign("CN=a provider");
    }

    /// <summary>The authority's certificate, as a provider's configuration holds it.</summary>
    public string Pem => root.ExportCertificatePem();

    /// <summary>With its private key.</summary>
    public X509Certificate2 Server { get; }

    public void Dispose()
    {
        Server.Dispose();
        root.Dispose();
    }

    private X509Certificate2 Sign(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)
        );
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var plain = request.Create(
            root,
            root.NotBefore.AddMinutes(1),
            root.NotAfter.AddDays(-1),
            RandomNumberGenerator.GetBytes(12)
        );
        return plain.CopyWithPrivateKey(key);
    }
}
