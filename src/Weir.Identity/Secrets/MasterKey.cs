using System.Security.Cryptography;
using System.Text;

namespace Weir.Identity.Secrets;

/// <summary>
/// A key that seals secrets: 256 random bits, named by a hash of itself, so that the key alone is all that needs keeping.
/// Immutable and thread-safe.
/// </summary>
internal sealed class MasterKey
{
    /// <summary>A key's bytes.</summary>
    public const int Length = 32;

    /// <summary>An id's bytes.</summary>
    public const int IdLength = 8;

    private static readonly byte[] IdText = Encoding.ASCII.GetBytes("weir master key id v1");

    private readonly byte[] key;
    private readonly byte[] id;

    /// <param name="key">Its <see cref="Length"/> bytes; copied.</param>
    public MasterKey(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Length);
        this.key = key.ToArray();
        id = HMACSHA256.HashData(this.key, IdText)[..IdLength];
        Name = Convert.ToHexStringLower(id);
    }

    /// <summary>The first bytes of HMAC-SHA-256 of a fixed text under the key: nothing leads back from it to the key.</summary>
    public ReadOnlySpan<byte> Id => id;

    /// <summary><see cref="Id"/> in hexadecimal, for people.</summary>
    public string Name { get; }

    /// <summary>The cipher under this key.</summary>
    public AesGcm Cipher() => new(key, SecretBox.TagLength);

    /// <summary>A new key of the system's cryptographic randomness.</summary>
    public static MasterKey New()
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomNumberGenerator.Fill(bytes);
        var made = new MasterKey(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return made;
    }

    /// <summary>Its bytes in base 64, as key files and variables hold them.</summary>
    public string ToBase64() => Convert.ToBase64String(key);

    /// <summary>The name, never the key.</summary>
    public override string ToString() => Name;
}
