using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Weir.Foundation;

namespace Weir.Identity.Secrets;

/// <summary>What a sealed value belongs to: it opens under these and no others.</summary>
/// <param name="Workspace">The tenant.</param>
/// <param name="Name">The secret's name there.</param>
/// <param name="Origin">Scheme, host and port that it may be sent to; null when it was bound to none yet.</param>
/// <param name="Version">From 1, one more with each value.</param>
internal readonly record struct SecretLabel(WorkspaceId Workspace, string Name, string? Origin, long Version);

/// <summary>What opening came to.</summary>
internal enum OpeningOutcome
{
    /// <summary>The value is there.</summary>
    Opened,

    /// <summary>The bytes are no sealed value: too short, too long or of an unknown version.</summary>
    Malformed,

    /// <summary>The key that sealed it is not in the ring.</summary>
    UnknownKey,

    /// <summary>It does not open: changed, or of another row.</summary>
    Refused,
}

/// <summary>A value that was opened, or why it was not. Its text never shows the value.</summary>
/// <param name="outcome">What it came to.</param>
/// <param name="value">The value, when it was opened.</param>
internal readonly struct SecretOpening(OpeningOutcome outcome, string? value = null)
{
    /// <summary>What it came to.</summary>
    public OpeningOutcome Outcome => outcome;

    /// <summary>The value; null unless <see cref="OpeningOutcome.Opened"/>.</summary>
    public string? Value => value;

    /// <inheritdoc />
    public override string ToString() => outcome.ToString();
}

/// <summary>
/// Seals and opens secrets: AES-256-GCM with a random 96-bit nonce, the label as associated data. A row that is moved to
/// another workspace, name, origin or version does not open. The format is in <c>docs/formats/secrets.md</c>. Thread-safe.
/// </summary>
internal static class SecretBox
{
    /// <summary>The first byte of what this version seals.</summary>
    public const byte Version = 1;

    /// <summary>A tag's bytes.</summary>
    public const int TagLength = 16;

    /// <summary>A value's bytes in UTF-8, at most.</summary>
    public const int LongestValue = 8 * 1024;

    private const int NonceLength = 12;
    private const int HeadLength = 1 + MasterKey.IdLength + NonceLength;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Seals a value under the ring's newest key.</summary>
    /// <exception cref="ArgumentException">The value is empty, too long, or no sound text.</exception>
    public static byte[] Seal(MasterKeys keys, in SecretLabel label, string value)
    {
        var plain = Utf8.GetBytes(value);
        try
        {
            return Seal(keys, Associated(label), plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Seals bytes under the ring's newest key, for whoever names the same associated data.</summary>
    /// <exception cref="ArgumentException">There are none, or more than <paramref name="longest"/>.</exception>
    public static byte[] Seal(
        MasterKeys keys,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> plain,
        int longest = LongestValue
    )
    {
        if (plain.Length == 0 || plain.Length > longest)
        {
            throw new ArgumentException($"A value has from 1 to {longest} bytes.", nameof(plain));
        }

        var sealedValue = new byte[HeadLength + plain.Length + TagLength];
        sealedValue[0] = Version;
        keys.Newest.Id.CopyTo(sealedValue.AsSpan(1));
        var nonce = sealedValue.AsSpan(1 + MasterKey.IdLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = keys.Newest.Cipher();
        cipher.Encrypt(
            nonce,
            plain,
            sealedValue.AsSpan(HeadLength, plain.Length),
            sealedValue.AsSpan(HeadLength + plain.Length),
            associated
        );
        return sealedValue;
    }

    /// <summary>Opens a value; what cannot be opened, whatever its bytes, is an outcome and no exception.</summary>
    public static SecretOpening Open(MasterKeys keys, in SecretLabel label, ReadOnlySpan<byte> sealedValue)
    {
        var outcome = Open(keys, Associated(label), sealedValue, out var plain);
        try
        {
            return outcome == OpeningOutcome.Opened
                ? new SecretOpening(outcome, Utf8.GetString(plain))
                : new SecretOpening(outcome);
        }
        catch (DecoderFallbackException)
        {
            return new SecretOpening(OpeningOutcome.Refused);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Opens bytes; empty ones come with every outcome but <see cref="OpeningOutcome.Opened"/>.</summary>
    public static OpeningOutcome Open(
        MasterKeys keys,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> sealedValue,
        out byte[] plain,
        int longest = LongestValue
    )
    {
        plain = [];
        var length = sealedValue.Length - HeadLength - TagLength;
        if (length < 1 || length > longest || sealedValue[0] != Version)
        {
            return OpeningOutcome.Malformed;
        }

        if (keys.Find(KeyIdOf(sealedValue)) is not { } key)
        {
            return OpeningOutcome.UnknownKey;
        }

        var opened = new byte[length];
        try
        {
            using var cipher = key.Cipher();
            cipher.Decrypt(
                sealedValue.Slice(1 + MasterKey.IdLength, NonceLength),
                sealedValue.Slice(HeadLength, length),
                sealedValue[^TagLength..],
                opened,
                associated
            );
            plain = opened;
            return OpeningOutcome.Opened;
        }
        catch (AuthenticationTagMismatchException)
        {
            return OpeningOutcome.Refused;
        }
    }

    private static ReadOnlySpan<byte> KeyIdOf(ReadOnlySpan<byte> sealedValue) =>
        sealedValue.Slice(1, MasterKey.IdLength);

    /// <summary>Every part with its length before it, so that no two labels are one text.</summary>
    [SuppressMessage("Performance", "CA1859", Justification = "The span is what the cipher takes.")]
    private static ReadOnlySpan<byte> Associated(in SecretLabel label)
    {
        var purpose = "weir secret v1"u8;
        var name = Encoding.UTF8.GetBytes(label.Name);
        var origin = Encoding.UTF8.GetBytes(label.Origin ?? "");
        var bytes = new byte[purpose.Length + 4 + 4 + name.Length + 4 + origin.Length + 8];
        var rest = bytes.AsSpan();
        purpose.CopyTo(rest);
        rest = rest[purpose.Length..];
        BinaryPrimitives.WriteInt32BigEndian(rest, label.Workspace.Value);
        rest = Text(rest[4..], name);
        rest = Text(rest, origin);
        BinaryPrimitives.WriteInt64BigEndian(rest, label.Version);
        return bytes;
    }

    private static Span<byte> Text(Span<byte> to, ReadOnlySpan<byte> text)
    {
        BinaryPrimitives.WriteInt32BigEndian(to, text.Length);
        text.CopyTo(to[4..]);
        return to[(4 + text.Length)..];
    }
}
