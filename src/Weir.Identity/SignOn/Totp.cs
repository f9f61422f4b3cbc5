using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Identity.SignOn;

/// <summary>
/// Time-based one-time codes (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, steps of 30 seconds from 1970, the kind that
/// every authenticator program makes. One step either way is taken, and none a second time. Pure.
/// </summary>
internal static class Totp
{
    /// <summary>Bytes of a secret: as long as the hash, as RFC 4226 advises.</summary>
    public const int SecretLength = 20;

    private const int Digits = 6;
    private const int StepSeconds = 30;
    private const int StepsEitherWay = 1;

    /// <summary>A new secret.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretLength);

    /// <summary>The step that a moment falls into.</summary>
    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step: six digits.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "HMAC-SHA-1 is what authenticator programs compute.")]
    public static string CodeAt(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, mac);
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xf)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The step whose code this is: the present one or one beside it, and later than <paramref name="lastStep"/>, the last
    /// one that was taken (null: none was); null when it is none of them. Spaces in the code do not count.
    /// </summary>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long? lastStep)
    {
        var given = Encoding.UTF8.GetBytes(code.Replace(" ", "", StringComparison.Ordinal));
        if (given.Length != Digits)
        {
            return null;
        }

        long? found = null;
        for (var step = StepAt(now) - StepsEitherWay; step <= StepAt(now) + StepsEitherWay; step++)
        {
            var isSame = CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(CodeAt(secret, step)));
            found = isSame && step > (lastStep ?? long.MinValue) ? step : found;
        }

        return found;
    }

    /// <summary>The address that authenticator programs read as a QR code.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="issuer">Who asks for the code.</param>
    /// <param name="account">For whom.</param>
    public static string Address(ReadOnlySpan<byte> secret, string issuer, string account) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}"
        + $"?secret={Base32.Encode(secret)}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits=6&period=30";
}
