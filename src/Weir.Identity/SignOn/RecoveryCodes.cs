using System.Security.Cryptography;
using System.Text;

namespace Weir.Identity.SignOn;

/// <summary>
/// Codes for who has lost the second factor, each good once: 24 characters of 32 (120 random bits) in groups of four; those
/// of versions before have 16. Letters that look like digits are not among them. Kept as SHA-256 over a salt of the set and the code: what is random needs no slow
/// hash, and the salt keeps one search from finding many.
/// </summary>
internal static class RecoveryCodes
{
    /// <summary>How many there are of a set.</summary>
    public const int Count = 10;

    /// <summary>Bytes of a set's salt.</summary>
    public const int SaltLength = 16;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 24;
    private const int FormerLength = 16;
    private const int Group = 4;

    /// <summary>A new set, to be shown once.</summary>
    public static string[] New() => [.. Enumerable.Range(0, Count).Select(_ => NewCode())];

    /// <summary>
    /// What is kept of a code. However it was typed: case, spaces and hyphens do not count, and O, I and L are the digits that
    /// they look like. Null for what cannot be a code.
    /// </summary>
    public static byte[]? Hash(ReadOnlySpan<byte> salt, string typed)
    {
        var code = Tidy(typed);
        return code.Length is Length or FormerLength && code.All(Alphabet.Contains)
            ? SHA256.HashData([.. salt, .. Encoding.ASCII.GetBytes(code)])
            : null;
    }

    /// <summary>Whether a text may be meant as a recovery code and not as six digits.</summary>
    public static bool LooksLikeOne(string typed) => Tidy(typed).Length is Length or FormerLength;

    private static string Tidy(string typed) =>
        typed.Length > 4 * Length
            ? ""
            : string.Concat(
                typed
                    .ToLowerInvariant()
                    .Where(c => c is not (' ' or '-'))
                    .Select(c =>
                        c switch
                        {
                            'o' => '0',
                            'i' or 'l' => '1',
                            _ => c,
                        }
                    )
            );

    private static string NewCode() =>
        string.Join(
            '-',
            RandomNumberGenerator.GetString(Alphabet, Length).Chunk(Group).Select(group => new string(group))
        );
}
