namespace Weir.Sbom;

/// <summary>Hashes as package managers write them.</summary>
internal static class Hashes
{
    private const string Prefix = "sha512-";

    /// <summary>A SHA-512 in hexadecimal, of <c>sha512-BASE64</c> or of the base 64 alone; null for another kind.</summary>
    public static string? ToHex(string text)
    {
        var plain = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
        var bytes = new byte[64];
        return Convert.TryFromBase64String(plain, bytes, out var written) && written == bytes.Length
            ? Convert.ToHexStringLower(bytes)
            : null;
    }
}
