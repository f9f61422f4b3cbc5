using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Weir.Identity.Secrets;
using Weir.Identity.Storage;

namespace Weir.Identity.Versions;

/// <summary>
/// A version's text with its keys as it stands in the database: sealed, for one number of one workspace, so that a row that is copied to
/// another does not open. Stateless.
/// </summary>
internal static class SealedTexts
{
    /// <summary>A text's bytes in UTF-8, at most: four for each character that a document may have.</summary>
    public const int Longest = 4 * 1024 * 1024;

    /// <summary>Seals a text under the ring's newest key.</summary>
    public static byte[] Seal(MasterKeys keys, VersionRow row, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        try
        {
            return SecretBox.Seal(keys, Associated(row), plain, Longest);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>The text of a row; null when it has none sealed, or it does not open.</summary>
    public static string? Open(MasterKeys keys, VersionRow row)
    {
        if (
            row.Sealed is not { } stored
            || SecretBox.Open(keys, Associated(row), stored, out var plain, Longest) != OpeningOutcome.Opened
        )
        {
            return null;
        }

        try
        {
            return Encoding.UTF8.GetString(plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>A purpose that no other sealed value has, then the workspace and the number.</summary>
    private static byte[] Associated(VersionRow row)
    {
        var purpose = "weir config v1"u8;
        var bytes = new byte[purpose.Length + 4 + 8];
        purpose.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(purpose.Length), (int)row.Workspace);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(purpose.Length + 4), row.Number);
        return bytes;
    }
}
