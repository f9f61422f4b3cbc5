using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Identity.SignOn;

/// <summary>
/// Hashes and checks passwords: Argon2id where the system has its library, else PBKDF2-HMAC-SHA512, both at the cost that
/// OWASP's password storage cheat sheet names. Tens of milliseconds of a processor each: see <see cref="HashingQueue"/>.
/// Thread-safe.
/// </summary>
internal sealed class PasswordHasher
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512.</summary>
    public const int PresentIterations = 220_000;

    private const int SaltLength = 16;
    private const int HashLength = 32;

    private readonly bool argon2;
    private readonly PasswordHash nobody;

    /// <param name="argon2">Whether to use Argon2id; null to use it where the system has it.</param>
    public PasswordHasher(bool? argon2 = null)
    {
        this.argon2 = argon2 ?? Argon2Library.IsPresent;
        nobody = Unfilled() with { Hash = RandomNumberGenerator.GetBytes(HashLength) };
    }

    /// <summary>What is computed where there is no hash to compare with: of the kind and at the cost of a new one.</summary>
    internal PasswordHash Nobody => nobody;

    /// <summary>Whether this process can check hashes of Argon2id.</summary>
    public static bool HasArgon2 => Argon2Library.IsPresent;

    /// <summary>The hash of a password under a new salt, as it is stored.</summary>
    public string Hash(string password)
    {
        var hash = Unfilled();
        return TryCompute(hash, password, out var bytes)
            ? (hash with { Hash = bytes }).Text
            : throw new InvalidOperationException("There was no memory to hash a password.");
    }

    /// <summary>
    /// Whether a password is the one that was hashed, in the same time wherever they differ. False, after the same work, for
    /// a null or unreadable hash: there is no such user, or no password.
    /// </summary>
    public bool Verify(string? stored, string password)
    {
        if (!PasswordHash.TryParse(stored, out var hash) || (hash.Argon2 is not null && !HasArgon2))
        {
            _ = TryCompute(nobody, password, out _);
            return false;
        }

        return TryCompute(hash, password, out var bytes) && CryptographicOperations.FixedTimeEquals(bytes, hash.Hash);
    }

    /// <summary>Whether a hash that was just verified costs less than a new one would, or is of the weaker kind.</summary>
    public bool NeedsUpgrade(string stored) =>
        !PasswordHash.TryParse(stored, out var hash)
        || hash.Salt.Length < SaltLength
        || hash.Hash.Length < HashLength
        || (
            hash.Argon2 is { } cost
                ? cost.MemoryKib < Argon2Cost.Present.MemoryKib || cost.Passes < Argon2Cost.Present.Passes
                : argon2 || hash.Iterations < PresentIterations
        );

    private static bool TryCompute(PasswordHash hash, string password, [NotNullWhen(true)] out byte[]? bytes)
    {
        var text = Encoding.UTF8.GetBytes(password);
        bytes = new byte[hash.Hash.Length];
        try
        {
            if (hash.Argon2 is { } cost)
            {
                return Argon2Library.TryHash(text, hash.Salt, cost, bytes);
            }

            Rfc2898DeriveBytes.Pbkdf2(text, hash.Salt, bytes, hash.Iterations, HashAlgorithmName.SHA512);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private PasswordHash Unfilled() =>
        new()
        {
            Argon2 = argon2 ? Argon2Cost.Present : null,
            Iterations = argon2 ? 0 : PresentIterations,
            Salt = RandomNumberGenerator.GetBytes(SaltLength),
            Hash = new byte[HashLength],
        };
}
