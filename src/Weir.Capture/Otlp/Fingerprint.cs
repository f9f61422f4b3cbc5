using System.Security.Cryptography;
using System.Text;

namespace Weir.Capture.Otlp;

/// <summary>Ids for what has none of its own: the same for the same words, however often they are delivered.</summary>
internal static class Fingerprint
{
    /// <summary>32 hexadecimal digits of the SHA-256 of the words; null is an empty word.</summary>
    public static string Of(params ReadOnlySpan<string?> words)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            // Words with their lengths: no two lists of words are the same text.
            text.Append(word?.Length ?? 0).Append(':').Append(word).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }
}
