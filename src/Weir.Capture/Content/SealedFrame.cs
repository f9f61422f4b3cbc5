using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weir.Capture.Content;

/// <summary>A stretch of an agent's file.</summary>
/// <param name="Path">The file, below the agent's home.</param>
/// <param name="Offset">Where it begins; -1 when it is the whole of a file that is written as a whole.</param>
/// <param name="Bytes">Its bytes, as they stood there.</param>
internal readonly record struct ContentPiece(string Path, long Offset, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// A sealed stretch of content: in clear how long it is, when it was sealed and the ids of the sessions in it; the rest compressed and
/// under AES-256-GCM, which also vouches for what stands in clear (docs/formats/archive.md).
/// </summary>
internal static class SealedFrame
{
    /// <summary>The length of what every frame begins with.</summary>
    public const int HeaderBytes = 36;

    private const int NonceAt = 24;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int MostFrame = 256 * 1024 * 1024;

    /// <summary>What every frame begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "WEIRSC1\0"u8;

    /// <summary>Seals a stretch.</summary>
    public static byte[] Seal(byte[] key, IReadOnlyCollection<string> sessions, ContentPiece piece, long written)
    {
        var names = JsonSerializer.SerializeToUtf8Bytes(sessions.ToArray());
        using var packed = new MemoryStream();
        using (var deflate = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var path = Encoding.UTF8.GetBytes(piece.Path);
            Span<byte> head = stackalloc byte[12];
            BinaryPrimitives.WriteInt64LittleEndian(head, piece.Offset);
            BinaryPrimitives.WriteInt32LittleEndian(head[8..], path.Length);
            deflate.Write(head);
            deflate.Write(path);
            deflate.Write(piece.Bytes.Span);
        }

        var clear = HeaderBytes + names.Length;
        var frame = new byte[clear + (int)packed.Length + TagBytes];
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(8), frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(12), names.Length);
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(16), written);
        var nonce = frame.AsSpan(NonceAt, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        names.CopyTo(frame.AsSpan(HeaderBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(
            nonce,
            packed.GetBuffer().AsSpan(0, (int)packed.Length),
            frame.AsSpan(clear, (int)packed.Length),
            frame.AsSpan(frame.Length - TagBytes),
            frame.AsSpan(0, clear)
        );
        return frame;
    }

    /// <summary>Reads a frame's beginning; false when it is none.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, out int length, out int names)
    {
        (length, names) = (0, 0);
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Magic))
        {
            return false;
        }

        length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        names = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        return length is > HeaderBytes + TagBytes and <= MostFrame
            && names >= 0
            && names <= length - HeaderBytes - TagBytes;
    }

    /// <summary>The sessions in a whole frame, which nobody has vouched for yet; none when they cannot be read.</summary>
    public static string[] Sessions(ReadOnlySpan<byte> frame, int names)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(frame.Slice(HeaderBytes, names)) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>Opens a whole frame; null when the key is another or a bit of it has changed.</summary>
    public static ContentPiece? TryOpen(byte[] key, ReadOnlySpan<byte> frame, int names)
    {
        var clear = HeaderBytes + names;
        var packed = new byte[frame.Length - clear - TagBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(
                frame.Slice(NonceAt, NonceBytes),
                frame.Slice(clear, packed.Length),
                frame[^TagBytes..],
                packed,
                frame[..clear]
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        using var plain = new MemoryStream();
        using (var inflate = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress))
        {
            inflate.CopyTo(plain);
        }

        var bytes = plain.ToArray().AsMemory();
        var path = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[8..]);
        return new ContentPiece(
            Encoding.UTF8.GetString(bytes.Span.Slice(12, path)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Span),
            bytes[(12 + path)..]
        );
    }
}
