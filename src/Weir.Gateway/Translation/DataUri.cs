namespace Weir.Gateway.Translation;

/// <summary>Media as addresses: <c>data:image/png;base64,…</c> (RFC 2397). Pure.</summary>
internal static class DataUri
{
    /// <summary>Writes the property: the medium's own address, or its bytes as one.</summary>
    public static void Write(ReadOnlySpan<byte> name, MediaPart media, JsonOut to)
    {
        to.Name(name);
        to.OpenText();
        if (media.Source == MediaSource.Base64)
        {
            to.Piece("data:"u8);
            to.Piece(media.MediaType.IsEmpty ? Fallback(media.Kind) : media.MediaType.Span);
            to.Piece(";base64,"u8);
        }

        to.Piece(media.Data.Span);
        to.CloseText();
    }

    /// <summary>Takes an address apart; false when it is not one that holds base64.</summary>
    public static bool TryRead(RawText text, out RawText mediaType, out RawText data)
    {
        mediaType = data = default;
        var rest = text.Span;
        if (!rest.StartsWith("data:"u8))
        {
            return false;
        }

        rest = rest[5..];
        var comma = rest.IndexOf((byte)',');
        if (comma < 0 || !rest[..comma].EndsWith(";base64"u8))
        {
            return false;
        }

        var type = rest[..(comma - 7)];
        var semicolon = type.IndexOf((byte)';');
        // Slashes may stand escaped, which nobody would then take for a type.
        mediaType = RawText.OfPlain(RawText.OfEscaped(semicolon < 0 ? type : type[..semicolon]).Decode());
        data = RawText.OfEscaped(rest[(comma + 1)..]);
        return true;
    }

    private static ReadOnlySpan<byte> Fallback(MediaKind kind) =>
        kind switch
        {
            MediaKind.Document => "application/pdf"u8,
            MediaKind.Audio => "audio/wav"u8,
            MediaKind.Video => "video/mp4"u8,
            _ => "image/png"u8,
        };
}
