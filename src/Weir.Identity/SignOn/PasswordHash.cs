using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Weir.Identity.SignOn;

/// <summary>
/// A password's hash as it is stored, a PHC string:
/// <c>$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH</c> or <c>$pbkdf2-sha512$i=220000$SALT$HASH</c>, salt and hash in base64
/// without padding. Its <see cref="object.ToString"/> leaves salt and hash out.
/// </summary>
internal sealed record PasswordHash
{
    private const int LongestText = 256;
    private const int MostIterations = 2_000_000;

    /// <summary>What Argon2id cost; null for PBKDF2-HMAC-SHA512.</summary>
    public Argon2Cost? Argon2 { get; init; }

    /// <summary>Iterations of PBKDF2-HMAC-SHA512; 0 for Argon2id.</summary>
    public int Iterations { get; init; }

    /// <summary>8 to 64 bytes.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>16 to 64 bytes.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The PHC string.</summary>
    public string Text =>
        Argon2 is { } cost
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"$argon2id$v=19$m={cost.MemoryKib},t={cost.Passes},p={cost.Lanes}${Encode(Salt)}${Encode(Hash)}"
            )
            : string.Create(
                CultureInfo.InvariantCulture,
                $"$pbkdf2-sha512$i={Iterations}${Encode(Salt)}${Encode(Hash)}"
            );

    /// <summary>Reads a PHC string; false for any other kind, spelling or size, and for a cost that nobody would store.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PasswordHash? parsed)
    {
        parsed = null;
        if (text is null or { Length: > LongestText })
        {
            return false;
        }

        var parts = text.Split('$');
        var candidate = parts switch
        {
            ["", "argon2id", "v=19", var cost, var salt, var hash] when ReadCost(cost) is { IsBearable: true } argon2 =>
                Of(argon2, 0, salt, hash),
            ["", "pbkdf2-sha512", ['i', '=', .. var count], var salt, var hash]
                when Number(count) is >= 1000 and <= MostIterations and var iterations => Of(
                null,
                iterations,
                salt,
                hash
            ),
            _ => null,
        };
        // One spelling only: what is written again must be what was read.
        parsed = candidate is not null && candidate.Text == text ? candidate : null;
        return parsed is not null;
    }

    private static PasswordHash? Of(Argon2Cost? cost, int iterations, string salt, string hash)
    {
        var (saltBytes, hashBytes) = (Decode(salt), Decode(hash));
        return saltBytes is { Length: >= 8 and <= 64 } && hashBytes is { Length: >= 16 and <= 64 }
            ? new PasswordHash
            {
                Argon2 = cost,
                Iterations = iterations,
                Salt = saltBytes,
                Hash = hashBytes,
            }
            : null;
    }

    private static Argon2Cost? ReadCost(string text) =>
        text.Split(',') is [['m', '=', .. var memory], ['t', '=', .. var passes], ['p', '=', .. var lanes]]
            ? new Argon2Cost(Number(memory), Number(passes), Number(lanes))
            : null;

    private static int Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[]? Decode(string text)
    {
        var room = new byte[LongestText];
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, room, out var length) ? room[..length] : null;
    }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Argon2 = ").Append(Argon2).Append(", Iterations = ").Append(Iterations);
        return true;
    }
}
