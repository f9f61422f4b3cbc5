using System.Buffers.Binary;
using System.Text;
using Weir.Identity.Secrets;
using Weir.Identity.Storage;

namespace Weir.Identity.SignOn;

/// <summary>
/// The secret of somebody's one-time codes as it stands in the database: sealed, for one person of one workspace, so that a row
/// that is copied to another does not open. Versions before sealed none, and what they stored is still read; their secrets were
/// exactly <see cref="Totp.SecretLength"/> bytes long, which is shorter than anything sealed. Stateless.
/// </summary>
internal static class SealedCodes
{
    /// <summary>Seals a secret under the ring's newest key.</summary>
    public static byte[] Seal(MasterKeys keys, CredentialRow row, ReadOnlySpan<byte> secret) =>
        SecretBox.Seal(keys, Associated(row), secret);

    /// <summary>Whether a stored secret was never sealed.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> stored) => stored.Length == Totp.SecretLength;

    /// <summary>The secret of a row; null when it has none or it does not open.</summary>
    /// <param name="keys">The ring; null when it could not be read.</param>
    /// <param name="row">The row.</param>
    public static byte[]? Open(MasterKeys? keys, CredentialRow row) =>
        row.TotpSecret is not { } stored ? null
        : IsPlain(stored) ? stored
        : keys is not null
        && SecretBox.Open(keys, Associated(row), stored, out var secret) == OpeningOutcome.Opened
        && secret.Length == Totp.SecretLength
            ? secret
        : null;

    /// <summary>Every part with its length before it, and a purpose that no other sealed value has.</summary>
    private static byte[] Associated(CredentialRow row)
    {
        var purpose = "weir totp v1"u8;
        var user = Encoding.UTF8.GetBytes(row.User);
        var bytes = new byte[purpose.Length + 4 + 4 + user.Length];
        var rest = bytes.AsSpan();
        purpose.CopyTo(rest);
        BinaryPrimitives.WriteInt32BigEndian(rest[purpose.Length..], (int)row.Workspace);
        BinaryPrimitives.WriteInt32BigEndian(rest[(purpose.Length + 4)..], user.Length);
        user.CopyTo(rest[(purpose.Length + 8)..]);
        return bytes;
    }
}
