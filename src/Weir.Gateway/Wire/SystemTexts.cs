using System.Collections.Immutable;
using System.Text;
using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>How the texts of a request's instructions begin: enough to know them by, and no more is decoded.</summary>
internal static class SystemTexts
{
    private const int Most = 8;

    /// <summary>How much of a text is kept, in bytes.</summary>
    private const int Longest = 512;

    /// <summary>Of a text, of blocks of text, or of Gemini's parts; none of anything else. Never throws.</summary>
    public static ImmutableArray<string> Read(ReadOnlySpan<byte> json)
    {
        var starts = ImmutableArray.CreateBuilder<string>();
        var cursor = new JsonCursor(json);
        if (cursor.Peek() == JsonKind.String)
        {
            Start(ref cursor, starts);
        }
        else if (cursor.Peek() == JsonKind.Object)
        {
            cursor.EnterObject();
            while (cursor.NextProperty(out var name, out var escaped))
            {
                if (JsonText.Is(name, escaped, "parts"u8))
                {
                    return Read(cursor.Skip());
                }

                cursor.Skip();
            }
        }
        else if (cursor.EnterArray())
        {
            while (cursor.NextElement() && starts.Count < Most)
            {
                var block = new JsonCursor(cursor.Skip());
                if (!block.EnterObject())
                {
                    continue;
                }

                while (block.NextProperty(out var name, out var escaped))
                {
                    if (JsonText.Is(name, escaped, "text"u8) && block.Peek() == JsonKind.String)
                    {
                        Start(ref block, starts);
                    }
                    else
                    {
                        block.Skip();
                    }
                }
            }
        }

        return starts.ToImmutable();
    }

    private static void Start(ref JsonCursor cursor, ImmutableArray<string>.Builder starts)
    {
        if (!cursor.ReadString(out var raw, out var escaped))
        {
            return;
        }

        if (raw.Length > Longest)
        {
            raw = raw[..CutAt(raw)];
        }

        if (!escaped)
        {
            starts.Add(Encoding.UTF8.GetString(raw));
            return;
        }

        // What is cut may end in half an escape.
        Span<byte> plain = stackalloc byte[Longest];
        starts.Add(Encoding.UTF8.GetString(plain[..JsonText.UnescapeAny(raw, plain)]));
    }

    /// <summary>Where to cut a long text, so that no letter is cut in two, and an escape hardly ever.</summary>
    private static int CutAt(ReadOnlySpan<byte> raw)
    {
        var end = Longest;
        while (end > 0 && (raw[end] & 0xC0) == 0x80)
        {
            end--;
        }

        // The longest escape has twelve bytes: a pair of surrogates.
        var slash = raw[(end - 12)..end].IndexOf((byte)'\\');
        return slash < 0 ? end : end - 12 + slash;
    }
}
