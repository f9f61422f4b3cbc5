using System.Collections.Immutable;
using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>The tools that a request offers, in every dialect.</summary>
/// <param name="Names">Their names in order, at most 1,024; a vendor's own by its name, else by its type.</param>
/// <param name="Searches">Whether a search that the vendor does itself is among them.</param>
internal sealed record OfferedTools(ImmutableArray<string> Names, bool Searches)
{
    private const int Most = 1024;
    private const int LongestName = 256;

    /// <summary>Reads an array of tools; none of anything else. Never throws.</summary>
    public static OfferedTools Read(ReadOnlySpan<byte> json)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var searches = false;
        var cursor = new JsonCursor(json);
        if (cursor.EnterArray())
        {
            while (cursor.NextElement() && names.Count < Most)
            {
                searches |= Tool(cursor.Skip(), names);
            }
        }

        return new OfferedTools(names.ToImmutable(), searches);
    }

    private static bool Tool(ReadOnlySpan<byte> json, ImmutableArray<string>.Builder names)
    {
        string? type = null;
        string? named = null;
        var searches = false;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "type"u8))
            {
                type = Text(ref cursor);
            }
            else if (JsonText.Is(name, escaped, "name"u8))
            {
                named = Text(ref cursor);
            }
            else if (JsonText.Is(name, escaped, "function"u8))
            {
                named ??= TextOf(cursor.Skip(), "name"u8);
            }
            else if (
                JsonText.Is(name, escaped, "functionDeclarations"u8)
                || JsonText.Is(name, escaped, "function_declarations"u8)
            )
            {
                var declared = new JsonCursor(cursor.Skip());
                if (declared.EnterArray())
                {
                    while (declared.NextElement() && names.Count < Most)
                    {
                        Add(names, TextOf(declared.Skip(), "name"u8));
                    }
                }
            }
            else
            {
                searches |=
                    JsonText.Is(name, escaped, "googleSearch"u8)
                    || JsonText.Is(name, escaped, "google_search"u8)
                    || JsonText.Is(name, escaped, "googleSearchRetrieval"u8)
                    || JsonText.Is(name, escaped, "google_search_retrieval"u8);
                cursor.Skip();
            }
        }

        Add(names, named ?? (type == "function" ? null : type));
        // Anthropic's is web_search_20250305 and later; OpenAI's web_search and web_search_preview, with a date or none.
        return searches || (type is not null && type.StartsWith("web_search", StringComparison.Ordinal));
    }

    private static void Add(ImmutableArray<string>.Builder names, string? name)
    {
        if (name is { Length: > 0 })
        {
            names.Add(name);
        }
    }

    /// <summary>The text of a key of an object; null when it has none, or too long a one.</summary>
    public static string? TextOf(ReadOnlySpan<byte> json, ReadOnlySpan<byte> key)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return null;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, key))
            {
                return Text(ref cursor);
            }

            cursor.Skip();
        }

        return null;
    }

    private static string? Text(ref JsonCursor cursor)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            cursor.Skip();
            return null;
        }

        return cursor.ReadString(out var raw, out var escaped)
            ? NameCache.Shared.GetJson(raw, escaped, LongestName)
            : null;
    }
}
