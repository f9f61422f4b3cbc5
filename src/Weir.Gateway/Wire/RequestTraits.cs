using System.Collections.Immutable;
using System.Text;
using Weir.Foundation;
using Weir.Gateway.Counting;
using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>
/// What only some routes ask of a request: its tools, pictures, size and instructions. Nothing is read before it is asked
/// for, and then once. Hostile bodies give some answer and never an exception. Not thread-safe.
/// </summary>
internal sealed class RequestTraits(ReadOnlyMemory<byte> body, Dialect dialect, RequestHead head)
{
    private const int MostTools = 1024;
    private const int MostSystemTexts = 8;
    private const int LongestName = 256;

    /// <summary>How much of a text of the system's is kept, in bytes.</summary>
    private const int LongestStart = 512;

    /// <summary>What a picture is worth beside the text: about 1,500 tokens, whoever reads it.</summary>
    private const int TokensOfImage = 1500;

    private Parts? parts;
    private MediaTally? media;
    private ImmutableArray<string> tools;
    private ImmutableArray<string> system;
    private bool searches;
    private long? counted;

    /// <summary>What was read of the body.</summary>
    public RequestHead Head { get; } = head;

    /// <summary>The dialect that it is written in.</summary>
    public Dialect Dialect { get; } = dialect;

    /// <summary>The names of the tools that are offered, in order, at most 1,024; a vendor's own by its type.</summary>
    public ImmutableArray<string> Tools
    {
        get
        {
            ReadTools();
            return tools;
        }
    }

    /// <summary>Whether a search that the vendor does itself is offered.</summary>
    public bool OffersWebSearch
    {
        get
        {
            ReadTools();
            return searches;
        }
    }

    /// <summary>Whether a picture stands in the conversation, in an answer of a tool's too.</summary>
    public bool HasImage => Media.Images > 0;

    /// <summary>Whether the answer must follow a JSON schema, as Anthropic's requests say it.</summary>
    public bool WantsSchema => All.WantsSchema;

    /// <summary>How the texts of the instructions begin, in order, at most eight.</summary>
    public ImmutableArray<string> SystemStarts
    {
        get
        {
            if (system.IsDefault)
            {
                system = StartsOf(body.Span[All.System]);
            }

            return system;
        }
    }

    /// <summary>The input's tokens, about: a quarter of its bytes, and for each picture 1,500.</summary>
    public long EstimatedTokens => ((body.Length - Media.Bytes) / 4) + (Media.Images * TokensOfImage);

    /// <summary>
    /// Whether the input has more tokens than that: by the estimate, where it is below half or above double the bound, else by
    /// Weir's count.
    /// </summary>
    public bool IsAbove(long bound, string model)
    {
        // Before anything is read: no text has more tokens than half of its bytes.
        if (body.Length / 2 <= bound)
        {
            return false;
        }

        var estimate = EstimatedTokens;
        return estimate > 2 * bound
            || (estimate >= bound / 2 && (counted ??= RequestCounter.Count(body.Span, Dialect, model).Tokens) > bound);
    }

    private Parts All => parts ??= ReadParts();

    private MediaTally Media
    {
        get
        {
            if (media is null)
            {
                media = new MediaTally();
                MediaReader.Read(body.Span[All.Conversation], media);
            }

            return media;
        }
    }

    private Parts ReadParts()
    {
        var found = new Parts();
        var cursor = new JsonCursor(body.Span);
        if (!cursor.EnterObject())
        {
            return found;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            cursor.Peek();
            var start = cursor.Position;
            var value = cursor.Skip();
            var at = start..cursor.Position;
            if (cursor.Failed)
            {
                break;
            }

            if (JsonText.Is(name, escaped, "tools"u8))
            {
                found.Tools = at;
            }
            else if (
                JsonText.Is(name, escaped, "messages"u8)
                || JsonText.Is(name, escaped, "input"u8)
                || JsonText.Is(name, escaped, "contents"u8)
            )
            {
                found.Conversation = at;
            }
            else if (
                JsonText.Is(name, escaped, "system"u8)
                || JsonText.Is(name, escaped, "instructions"u8)
                || JsonText.Is(name, escaped, "systemInstruction"u8)
                || JsonText.Is(name, escaped, "system_instruction"u8)
            )
            {
                found.System = at;
            }
            else if (JsonText.Is(name, escaped, "output_config"u8))
            {
                found.WantsSchema = HasSchema(value);
            }
            else if (JsonText.Is(name, escaped, "web_search_options"u8))
            {
                found.SearchesByOption = value is [(byte)'{', ..];
            }
        }

        return found;
    }

    private static bool HasSchema(ReadOnlySpan<byte> config)
    {
        var cursor = new JsonCursor(config);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "format"u8))
            {
                return TextOf(cursor.Skip(), "type"u8) == "json_schema";
            }

            cursor.Skip();
        }

        return false;
    }

    private void ReadTools()
    {
        if (!tools.IsDefault)
        {
            return;
        }

        var names = ImmutableArray.CreateBuilder<string>();
        searches = All.SearchesByOption;
        var cursor = new JsonCursor(body.Span[All.Tools]);
        if (cursor.EnterArray())
        {
            while (cursor.NextElement() && names.Count < MostTools)
            {
                Tool(cursor.Skip(), names);
            }
        }

        tools = names.ToImmutable();
    }

    private void Tool(ReadOnlySpan<byte> json, ImmutableArray<string>.Builder names)
    {
        string? type = null;
        string? named = null;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
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
                    while (declared.NextElement() && names.Count < MostTools)
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

        // Anthropic's is web_search_20250305 and later; OpenAI's web_search and web_search_preview, with a date or none.
        searches |= type is not null && type.StartsWith("web_search", StringComparison.Ordinal);
        Add(names, named ?? (type == "function" ? null : type));
    }

    private static void Add(ImmutableArray<string>.Builder names, string? name)
    {
        if (name is { Length: > 0 })
        {
            names.Add(name);
        }
    }

    private static string? TextOf(ReadOnlySpan<byte> json, ReadOnlySpan<byte> key)
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

    /// <summary>Of a text, of blocks of text, or of Gemini's parts.</summary>
    private static ImmutableArray<string> StartsOf(ReadOnlySpan<byte> json)
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
                    return StartsOf(cursor.Skip());
                }

                cursor.Skip();
            }
        }
        else if (cursor.EnterArray())
        {
            while (cursor.NextElement() && starts.Count < MostSystemTexts)
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

        if (raw.Length > LongestStart)
        {
            raw = raw[..CutAt(raw)];
        }

        if (!escaped)
        {
            starts.Add(Encoding.UTF8.GetString(raw));
            return;
        }

        // What is cut may end in half an escape.
        Span<byte> plain = stackalloc byte[LongestStart];
        starts.Add(Encoding.UTF8.GetString(plain[..JsonText.UnescapeAny(raw, plain)]));
    }

    /// <summary>Where to cut a long text, so that no letter is cut in two, and an escape hardly ever.</summary>
    private static int CutAt(ReadOnlySpan<byte> raw)
    {
        var end = LongestStart;
        while (end > 0 && (raw[end] & 0xC0) == 0x80)
        {
            end--;
        }

        // The longest escape has twelve bytes: a pair of surrogates.
        var slash = raw[(end - 12)..end].IndexOf((byte)'\\');
        return slash < 0 ? end : end - 12 + slash;
    }

    private sealed record Parts
    {
        public Range Tools { get; set; } = default;

        public Range Conversation { get; set; } = default;

        public Range System { get; set; } = default;

        public bool WantsSchema { get; set; }

        public bool SearchesByOption { get; set; }
    }
}
