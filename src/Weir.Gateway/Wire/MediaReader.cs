using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>What of a conversation is no text.</summary>
internal sealed class MediaTally
{
    /// <summary>How many pictures.</summary>
    public int Images { get; set; }

    /// <summary>The bytes of pictures as they stand in the JSON.</summary>
    public long ImageBytes { get; set; }

    /// <summary>The bytes of pictures, documents and sounds as they stand in the JSON.</summary>
    public long Bytes { get; set; }
}

/// <summary>
/// Finds the media of a conversation by its structure, in every dialect: blocks by their <c>type</c>, Gemini's parts by their
/// <c>inlineData</c> or <c>fileData</c>. What a caller writes into a text, or into a tool's arguments, is no medium.
/// </summary>
internal static class MediaReader
{
    /// <summary>Messages hold blocks, a tool's answer among them blocks of its own.</summary>
    private const int Deepest = 4;

    /// <summary>Adds up what stands in an array of messages, items or contents; nothing of anything else.</summary>
    public static void Read(ReadOnlySpan<byte> conversation, MediaTally tally)
    {
        var cursor = new JsonCursor(conversation);
        Items(ref cursor, tally, depth: 0);
    }

    private static void Items(ref JsonCursor cursor, MediaTally tally, int depth)
    {
        if (depth == Deepest || !cursor.EnterArray())
        {
            cursor.Pass();
            return;
        }

        while (cursor.NextElement())
        {
            if (cursor.Peek() == JsonKind.Object)
            {
                Item(ref cursor, tally, depth);
            }
            else
            {
                cursor.Pass();
            }
        }
    }

    private static void Item(ref JsonCursor cursor, MediaTally tally, int depth)
    {
        var kind = Kind.None;
        var start = cursor.Position;
        cursor.EnterObject();
        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "type"u8) && cursor.Peek() == JsonKind.String)
            {
                kind = cursor.ReadString(out var type, out escaped) ? KindOf(type, escaped) : kind;
            }
            else if (
                JsonText.Is(name, escaped, "content"u8)
                || JsonText.Is(name, escaped, "parts"u8)
                || JsonText.Is(name, escaped, "output"u8)
            )
            {
                Items(ref cursor, tally, depth + 1);
            }
            else if (
                JsonText.Is(name, escaped, "inlineData"u8)
                || JsonText.Is(name, escaped, "inline_data"u8)
                || JsonText.Is(name, escaped, "fileData"u8)
                || JsonText.Is(name, escaped, "file_data"u8)
            )
            {
                kind = IsImage(cursor.Skip()) ? Kind.Image : Kind.Other;
            }
            else
            {
                cursor.Pass();
            }
        }

        // Of what is no JSON nobody knows where it ends: it is text.
        if (!cursor.Failed)
        {
            var length = cursor.Position - start;
            tally.Images += kind == Kind.Image ? 1 : 0;
            tally.ImageBytes += kind == Kind.Image ? length : 0;
            tally.Bytes += kind == Kind.None ? 0 : length;
        }
    }

    private static Kind KindOf(ReadOnlySpan<byte> type, bool escaped) =>
        JsonText.Is(type, escaped, "image"u8)
        || JsonText.Is(type, escaped, "image_url"u8)
        || JsonText.Is(type, escaped, "input_image"u8)
            ? Kind.Image
        : JsonText.Is(type, escaped, "document"u8)
        || JsonText.Is(type, escaped, "input_file"u8)
        || JsonText.Is(type, escaped, "file"u8)
        || JsonText.Is(type, escaped, "input_audio"u8)
            ? Kind.Other
        : Kind.None;

    private static bool IsImage(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (
                (JsonText.Is(name, escaped, "mimeType"u8) || JsonText.Is(name, escaped, "mime_type"u8))
                && cursor.Peek() == JsonKind.String
            )
            {
                return cursor.ReadString(out var type, out _) && type.StartsWith("image/"u8);
            }

            cursor.Skip();
        }

        return false;
    }

    private enum Kind
    {
        None,
        Image,
        Other,
    }
}
