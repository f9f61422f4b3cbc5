using System.Buffers.Text;
using System.Text;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>Media and bytes as Gemini has them: a type always stands beside them, and base64 comes in both alphabets. Pure.</summary>
internal static class GeminiMedia
{
    /// <summary>The type that is said, else what the address ends in, else the usual one of its kind.</summary>
    public static ReadOnlySpan<byte> TypeOf(MediaPart media)
    {
        if (!media.MediaType.IsEmpty)
        {
            return media.MediaType.Span;
        }

        var address = media.Source == MediaSource.Url ? media.Data.Span : default;
        var query = address.IndexOfAny((byte)'?', (byte)'#');
        address = query < 0 ? address : address[..query];
        return address.EndsWith(".png"u8) ? "image/png"u8
            : address.EndsWith(".jpg"u8) || address.EndsWith(".jpeg"u8) ? "image/jpeg"u8
            : address.EndsWith(".webp"u8) ? "image/webp"u8
            : address.EndsWith(".gif"u8) ? "image/gif"u8
            : address.EndsWith(".pdf"u8) ? "application/pdf"u8
            : media.Kind switch
            {
                MediaKind.Document => "application/pdf"u8,
                MediaKind.Audio => "audio/wav"u8,
                MediaKind.Video => "video/mp4"u8,
                _ => media.Source == MediaSource.Url ? "image/jpeg"u8 : "image/png"u8,
            };
    }

    private static MediaKind KindOf(RawText mediaType) =>
        mediaType.StartsWith("image/"u8) ? MediaKind.Image
        : mediaType.StartsWith("audio/"u8) ? MediaKind.Audio
        : mediaType.StartsWith("video/"u8) ? MediaKind.Video
        : MediaKind.Document;

    /// <summary>Reads <c>inlineData</c> or <c>fileData</c>; null for a part that is neither.</summary>
    public static MediaPart? Read(Conversation conversation, JsonValue part)
    {
        var data = part.Field("inlineData"u8);
        var isInline = data.Exists();
        data = isInline ? data : part.Field("fileData"u8);
        if (!data.Exists())
        {
            return null;
        }

        var type = data.FieldText("mimeType"u8);
        var title = data.FieldText("displayName"u8);
        var kind = KindOf(type);
        if (!isInline)
        {
            var address = data.FieldText("fileUri"u8);
            conversation.Has(
                !IsOpen(address) ? Feature.HeldFile
                : kind == MediaKind.Image ? Feature.ImageUrl
                : kind == MediaKind.Document ? Feature.DocumentUrl
                : Feature.HeldFile
            );
            return new MediaPart(kind, MediaSource.Url, address) { MediaType = type, Title = title };
        }

        var bytes = data.Text("data"u8);
        if (IsText(type) && TryDecode(bytes, out var text))
        {
            conversation.Has(Feature.TextDocument);
            return new MediaPart(MediaKind.Document, MediaSource.PlainText, RawText.OfPlain(text)) { Title = title };
        }

        conversation.Has(
            kind switch
            {
                MediaKind.Image => Feature.Image,
                MediaKind.Audio => Feature.Audio,
                MediaKind.Video => Feature.Video,
                _ => Feature.Document,
            }
        );
        return new MediaPart(kind, MediaSource.Base64, Standard(bytes)) { MediaType = type, Title = title };
    }

    /// <summary>Base64 in the alphabet that all other vendors want; Python's SDK writes the one for addresses. What is neither stays.</summary>
    public static RawText Standard(RawText base64)
    {
        var span = base64.Span;
        return span.IndexOfAny((byte)'-', (byte)'_') >= 0 && TryDecode(base64, out var bytes)
            ? RawText.OfEscaped(Encode(bytes))
            : base64;
    }

    /// <summary>Bytes as base64.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));

    /// <summary>The bytes of base64 in either alphabet, padded or not; false for anything else, and for none.</summary>
    public static bool TryDecode(RawText base64, out byte[] bytes)
    {
        // Slashes may stand escaped.
        var text = base64.Decode();
        var length = text.AsSpan().TrimEnd((byte)'=').Length;
        foreach (ref var b in text.AsSpan(0, length))
        {
            b =
                b == (byte)'+' ? (byte)'-'
                : b == (byte)'/' ? (byte)'_'
                : b;
        }

        var plain = text.AsSpan(0, length);
        bytes = Base64Url.IsValid(plain) ? Base64Url.DecodeFromUtf8(plain) : [];
        return bytes.Length > 0;
    }

    private static bool IsText(RawText type) => type.StartsWith("text/"u8) || type.Is("application/json"u8);

    /// <summary>Whether an address can be read by anybody: not a file that Google keeps.</summary>
    private static bool IsOpen(RawText address) =>
        address.StartsWith("http"u8) && address.Span.IndexOf("generativelanguage.googleapis.com"u8) < 0;
}
