using System.Collections.Immutable;
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
    /// <summary>What a picture is worth beside the text: about 1,500 tokens, whoever reads it.</summary>
    private const int TokensOfImage = 1500;

    private Parts? parts;
    private MediaTally? media;
    private OfferedTools? tools;
    private ImmutableArray<string> system;
    private long? counted;

    /// <summary>What was read of the body.</summary>
    public RequestHead Head { get; } = head;

    /// <summary>The dialect that it is written in.</summary>
    public Dialect Dialect { get; } = dialect;

    /// <summary>The names of the tools that are offered (see <see cref="OfferedTools.Names"/>).</summary>
    public ImmutableArray<string> Tools => Offered.Names;

    /// <summary>Whether a search that the vendor does itself is offered.</summary>
    public bool OffersWebSearch => All.SearchesByOption || Offered.Searches;

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
                system = SystemTexts.Read(body.Span[All.System]);
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
        // Before anything is read: hardly any text has more tokens than half of its bytes.
        if (body.Length / 2 <= bound)
        {
            return false;
        }

        var estimate = EstimatedTokens;
        return estimate > 2 * bound
            || (estimate >= bound / 2 && (counted ??= RequestCounter.Count(body.Span, Dialect, model).Tokens) > bound);
    }

    /// <summary>What of the conversation is no text.</summary>
    public MediaTally Media
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

    private OfferedTools Offered => tools ??= OfferedTools.Read(body.Span[All.Tools]);

    private Parts All => parts ??= ReadParts();

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
                return OfferedTools.TextOf(cursor.Skip(), "type"u8) == "json_schema";
            }

            cursor.Skip();
        }

        return false;
    }

    private sealed record Parts
    {
        public Range Tools { get; set; }

        public Range Conversation { get; set; }

        public Range System { get; set; }

        public bool WantsSchema { get; set; }

        public bool SearchesByOption { get; set; }
    }
}
