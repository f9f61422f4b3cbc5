using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Weir.Identity.Secrets;

namespace Weir.Identity.Tests.Secrets;

/// <summary>
/// AES-256-GCM written out after NIST SP 800-38D (GHASH bit by bit, counter mode over single blocks), and the format after
/// docs/formats/secrets.md: shares nothing with what it checks but the block cipher.
/// </summary>
internal static class OutsideGcm
{
    public static byte[] Open(MasterKey key, SecretLabel label, ReadOnlySpan<byte> sealedValue)
    {
        Assert.Equal(1, sealedValue[0]);
        Assert.Equal(key.Name, Convert.ToHexStringLower(sealedValue[1..9]));
        var (nonce, cipherText) = (sealedValue[9..21].ToArray(), sealedValue[21..^16].ToArray());
        var plain = Counted(key, nonce, cipherText);
        var (_, tag) = Seal(key, nonce, Associated(label), plain);
        return tag == Convert.ToHexStringLower(sealedValue[^16..])
            ? plain
            : throw new CryptographicException("The tag is another one.");
    }

    public static (string CipherText, string Tag) Seal(MasterKey key, byte[] nonce, byte[] associated, byte[] plain)
    {
        var cipherText = Counted(key, nonce, plain);
        var hash = UInt128.Zero;
        var subkey = Block(key, new byte[16]);
        foreach (var block in Blocks(associated).Concat(Blocks(cipherText)))
        {
            hash = Product(hash ^ block, subkey);
        }

        hash = Product(hash ^ (((UInt128)(ulong)associated.Length * 8 << 64) | ((ulong)cipherText.Length * 8)), subkey);
        var tag = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(tag, hash ^ Block(key, [.. nonce, 0, 0, 0, 1]));
        return (Convert.ToHexStringLower(cipherText), Convert.ToHexStringLower(tag));
    }

    private static byte[] Counted(MasterKey key, byte[] nonce, byte[] text)
    {
        var result = (byte[])text.Clone();
        var counter = new byte[16];
        nonce.CopyTo(counter, 0);
        var stream = new byte[16];
        for (var i = 0; i < text.Length; i++)
        {
            if (i % 16 == 0)
            {
                BinaryPrimitives.WriteInt32BigEndian(counter.AsSpan(12), 2 + (i / 16));
                BinaryPrimitives.WriteUInt128BigEndian(stream, Block(key, counter));
            }

            result[i] ^= stream[i % 16];
        }

        return result;
    }

    private static UInt128 Product(UInt128 x, UInt128 y)
    {
        var reduction = (UInt128)0xe1 << 120;
        var (z, v) = (UInt128.Zero, y);
        for (var i = 127; i >= 0; i--)
        {
            z ^= ((x >> i) & 1) == 1 ? v : UInt128.Zero;
            v = (v & 1) == 1 ? (v >> 1) ^ reduction : v >> 1;
        }

        return z;
    }

    private static IEnumerable<UInt128> Blocks(byte[] bytes) =>
        bytes
            .Chunk(16)
            .Select(chunk => BinaryPrimitives.ReadUInt128BigEndian([.. chunk, .. new byte[16 - chunk.Length]]));

    private static UInt128 Block(MasterKey key, byte[] block)
    {
        using var aes = Aes.Create();
        aes.Key = Convert.FromBase64String(key.ToBase64());
        return BinaryPrimitives.ReadUInt128BigEndian(aes.EncryptEcb(block, PaddingMode.None));
    }

    private static byte[] Associated(SecretLabel label)
    {
        var (name, origin) = (Encoding.UTF8.GetBytes(label.Name), Encoding.UTF8.GetBytes(label.Origin ?? ""));
        var bytes = new List<byte>(Encoding.ASCII.GetBytes("weir secret v1"));
        bytes.AddRange(Number(label.Workspace.Value, 4));
        bytes.AddRange([.. Number(name.Length, 4), .. name]);
        bytes.AddRange([.. Number(origin.Length, 4), .. origin]);
        bytes.AddRange(Number(label.Version, 8));
        return [.. bytes];
    }

    private static byte[] Number(long value, int bytes) =>
        [.. Enumerable.Range(0, bytes).Select(i => (byte)(value >> (8 * (bytes - 1 - i))))];
}
