using System.Security.Cryptography;
using System.Text;

namespace Weir.Identity.Sessions;

/// <summary>
/// Texts that open something by being known: a prefix that tells what, and 43 random characters of base 62 (256 bits). Kept as
/// SHA-256; texts that cannot be guessed need no slow hash. Stateless.
/// </summary>
internal static class OpaqueToken
{
    /// <summary>Begins the token of a session.</summary>
    public const string Session = "ws_";

    /// <summary>Begins the token of an invitation.</summary>
    public const string Invitation = "wi_";

    /// <summary>Begins the token of a sign-in that waits for its second step.</summary>
    public const string Ticket = "wt_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int RandomLength = 43;
    private const int Length = 3 + RandomLength;

    /// <summary>A new token.</summary>
    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, RandomLength);

    /// <summary>A new id: no secret.</summary>
    public static string NewId(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, 14);

    /// <summary>Hashes a token of the right shape; false for any other text. Allocates nothing.</summary>
    public static bool TryHash(ReadOnlySpan<char> token, string prefix, Span<byte> hash)
    {
        if (token.Length != Length || !token.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> ascii = stackalloc byte[Length];
        for (var i = 0; i < Length; i++)
        {
            if (i >= prefix.Length && !char.IsAsciiLetterOrDigit(token[i]))
            {
                return false;
            }

            ascii[i] = (byte)token[i];
        }

        SHA256.HashData(ascii, hash);
        return true;
    }

    /// <summary>The hash of a token of the right shape.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));
}
