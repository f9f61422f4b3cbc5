using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Weir.Gateway.Counting;

/// <summary>Width and height of an image in pixels, from its first bytes: PNG, JPEG, GIF, WebP.</summary>
internal readonly record struct ImageSize(int Width, int Height)
{
    // A camera's JPEG has its size behind previews and profiles.
    private const int MostRead = 256 * 1024;

    /// <summary>The size of an image in base64; null when it cannot be told.</summary>
    public static ImageSize? OfBase64(ReadOnlySpan<byte> text)
    {
        text = text[..(Math.Min(text.Length, MostRead) / 4 * 4)];
        var decoded = ArrayPool<byte>.Shared.Rent(Math.Max(Base64.GetMaxDecodedFromUtf8Length(text.Length), 1));
        try
        {
            // What is faulty further on does not matter: all that came before it is there.
            Base64.DecodeFromUtf8(text, decoded, out _, out var length, isFinalBlock: false);
            return Of(decoded.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    /// <summary>The size of an image, of which the beginning is enough; null when it cannot be told.</summary>
    public static ImageSize? Of(ReadOnlySpan<byte> image) =>
        image.Length >= 24 && image[0] == 0x89 && image[1..].StartsWith("PNG\r\n\u001a\n"u8)
            ? Made(BinaryPrimitives.ReadUInt32BigEndian(image[16..]), BinaryPrimitives.ReadUInt32BigEndian(image[20..]))
        : image.Length >= 10 && (image.StartsWith("GIF87a"u8) || image.StartsWith("GIF89a"u8))
            ? Made(
                BinaryPrimitives.ReadUInt16LittleEndian(image[6..]),
                BinaryPrimitives.ReadUInt16LittleEndian(image[8..])
            )
        : image.Length >= 30 && image.StartsWith("RIFF"u8) && image[8..].StartsWith("WEBP"u8) ? OfWebP(image[12..])
        : image.Length >= 4 && image[0] == 0xFF && image[1] == 0xD8 ? OfJpeg(image)
        : null;

    // RFC 9649: the first chunk is lossy (a key frame's header), lossless (14 bits each, less one) or extended.
    private static ImageSize? OfWebP(ReadOnlySpan<byte> chunk)
    {
        if (chunk.StartsWith("VP8 "u8))
        {
            return Made(
                BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]) & 0x3FFFu,
                BinaryPrimitives.ReadUInt16LittleEndian(chunk[16..]) & 0x3FFFu
            );
        }

        if (chunk.StartsWith("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(chunk[9..]);
            return Made((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
        }

        return chunk.StartsWith("VP8X"u8)
            ? Made(
                (BinaryPrimitives.ReadUInt32LittleEndian(chunk[12..]) & 0xFFFFFF) + 1,
                (BinaryPrimitives.ReadUInt32LittleEndian(chunk[14..]) >> 8) + 1
            )
            : null;
    }

    // ITU T.81: segments with their lengths, up to the frame's header.
    private static ImageSize? OfJpeg(ReadOnlySpan<byte> image)
    {
        var at = 2;
        while (at + 9 <= image.Length && image[at] == 0xFF)
        {
            var marker = image[at + 1];
            if (marker == 0xFF)
            {
                at++;
            }
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return Made(
                    BinaryPrimitives.ReadUInt16BigEndian(image[(at + 7)..]),
                    BinaryPrimitives.ReadUInt16BigEndian(image[(at + 5)..])
                );
            }
            else
            {
                at += 2 + BinaryPrimitives.ReadUInt16BigEndian(image[(at + 2)..]);
            }
        }

        return null;
    }

    private static ImageSize? Made(uint width, uint height) =>
        width is > 0 and <= 1 << 20 && height is > 0 and <= 1 << 20 ? new ImageSize((int)width, (int)height) : null;
}
