namespace Weir.Server.Configuration;

/// <summary>How <c>https</c> addresses are served. The files are read again when they change; the rest holds until the next start.</summary>
/// <param name="Certificate">The PEM file with the server's certificate, and after it those that lead to its root.</param>
/// <param name="Key">The PEM file with its private key.</param>
public sealed record TlsConfig(string Certificate, string Key)
{
    /// <summary>Whether callers show a certificate of their own.</summary>
    public ClientCertificates ClientCertificates { get; init; }

    /// <summary>The PEM file with the roots that callers' certificates lead to; null when none are asked for.</summary>
    public string? ClientCa { get; init; }
}

/// <summary>Whether callers show a certificate. It opens the door and no more: what they may do, their key says.</summary>
public enum ClientCertificates
{
    /// <summary>They are not asked for one.</summary>
    None,

    /// <summary>They may; a connection with one that does not hold is refused.</summary>
    Optional,

    /// <summary>They must.</summary>
    Required,
}
