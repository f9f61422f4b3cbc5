using Weir.Wire;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>The inside of a JSON string as it stands in a line; empty when there was none.</summary>
internal readonly ref struct RawText(ReadOnlySpan<byte> raw, bool escaped)
{
    /// <summary>What may be an id: longer ones are none.</summary>
    private const int LongestId = 256;

    /// <summary>The bytes, escapes and all.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = raw;

    /// <summary>Whether there are escapes in it.</summary>
    public bool Escaped { get; } = escaped;

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>Whether it spells <paramref name="ascii"/>.</summary>
    public bool Is(ReadOnlySpan<byte> ascii) => JsonText.Is(Bytes, Escaped, ascii);

    /// <summary>An id, made anew each time; null when empty, too long or no text.</summary>
    public string? Id() => IsEmpty ? null : JsonText.ToText(Bytes, Escaped, LongestId);

    /// <summary>A name that comes again and again; null when empty, too long or no text.</summary>
    public string? Name() => NameCache.Shared.GetJson(Bytes, Escaped);

    /// <summary>A provider's word: lower-case letters, digits and underscores, at most 64; null for anything else.</summary>
    public string? Word()
    {
        if (IsEmpty || Bytes.Length > 64)
        {
            return null;
        }

        foreach (var b in Bytes)
        {
            if (b is not ((>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'_' or (byte)'-'))
            {
                return null;
            }
        }

        return NameCache.Shared.Get(Bytes);
    }

    /// <summary>The text's beginning, at most <paramref name="characters"/> of it; null when empty, absurdly long or no text.</summary>
    public string? Beginning(int characters)
    {
        const int longest = 16 * 1024;
        if (IsEmpty || JsonText.ToText(Bytes, Escaped, longest) is not { } text)
        {
            return null;
        }

        if (text.Length <= characters)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[characters - 1]) ? characters - 1 : characters)];
    }

    /// <summary>Reads the string that comes next; passes over anything else.</summary>
    public static RawText Read(scoped ref JsonCursor cursor)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            cursor.Pass();
            return default;
        }

        return cursor.ReadString(out var raw, out var escaped) ? new RawText(raw, escaped) : default;
    }
}

/// <summary>
/// The string of a place that says the same line after line (a session, a folder): kept, and made anew only when the
/// bytes change. Used by one thread.
/// </summary>
internal sealed class RememberedText(int longest)
{
    private byte[] bytes = [];
    private string? text;

    /// <summary>The text; null when empty, longer than allowed or no text.</summary>
    public string? Get(RawText raw)
    {
        if (raw.IsEmpty)
        {
            return null;
        }

        if (!raw.Bytes.SequenceEqual(bytes))
        {
            if (raw.Bytes.Length > 6 * longest)
            {
                return null;
            }

            bytes = raw.Bytes.ToArray();
            text = JsonText.ToText(raw.Bytes, raw.Escaped, longest);
        }

        return text;
    }
}
