using System.Numerics;
using System.Security.Cryptography;

namespace Weir.Identity;

/// <summary>
/// The text of a key: <c>wk_</c>, 32 random characters of base 62 (190.5 bits), and 6 characters of base 62 that are the
/// CRC-32C of everything before them, most significant first, padded with <c>0</c>. The checksum lets scanners find
/// leaked keys without guessing and refuses a mistyped one without a look-up; it is no secret and no protection.
/// Kept as plain SHA-256: a slow or salted hash guards texts that can be guessed, and 190 random bits cannot be.
/// </summary>
internal static class KeyText
{
    public const string Prefix = "wk_";
    public const int Length = BodyLength + ChecksumLength;
    public const int HashLength = SHA256.HashSizeInBytes;

    private const int RandomLength = 32;
    private const int ChecksumLength = 6;
    private const int BodyLength = 3 + RandomLength;
    private const int ShownLength = 7;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A new text from the system's cryptographic randomness.</summary>
    public static string New() => WithChecksum(Prefix + RandomNumberGenerator.GetString(Alphabet, RandomLength));

    /// <summary>A new key id; not a secret.</summary>
    public static string NewId() => Ids.New("key");

    /// <summary>The part of a text that may be shown: the prefix and 4 of the random characters.</summary>
    public static string Shown(string text) => text[..ShownLength];

    /// <summary>Appends the checksum to <c>wk_</c> and 32 characters.</summary>
    public static string WithChecksum(string body)
    {
        Span<byte> ascii = stackalloc byte[Length];
        for (var i = 0; i < BodyLength; i++)
        {
            ascii[i] = (byte)body[i];
        }

        WriteChecksum(ascii);
        return string.Concat(body, System.Text.Encoding.ASCII.GetString(ascii[BodyLength..]));
    }

    /// <summary>
    /// Hashes a well-formed text; false for any other length, prefix, character or checksum. Allocates nothing.
    /// </summary>
    public static bool TryHash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        if (text.Length != Length || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> ascii = stackalloc byte[Length];
        for (var i = 0; i < Length; i++)
        {
            if (i >= Prefix.Length && !char.IsAsciiLetterOrDigit(text[i]))
            {
                return false;
            }

            ascii[i] = (byte)text[i];
        }

        Span<byte> expected = stackalloc byte[Length];
        ascii[..BodyLength].CopyTo(expected);
        WriteChecksum(expected);
        if (!expected.SequenceEqual(ascii))
        {
            return false;
        }

        SHA256.HashData(ascii, hash);
        return true;
    }

    /// <summary>CRC-32C (Castagnoli) as RFC 3720 defines it.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    private static void WriteChecksum(Span<byte> text)
    {
        var rest = Crc32C(text[..BodyLength]);
        for (var i = Length - 1; i >= BodyLength; i--)
        {
            text[i] = (byte)Alphabet[(int)(rest % 62)];
            rest /= 62;
        }
    }
}
