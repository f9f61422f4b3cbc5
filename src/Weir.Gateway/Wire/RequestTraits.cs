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
    public bool OffersWebSearch => Part(Head.Parts.SearchOptions) is [(byte)'{', ..] || Offered.Searches;

    /// <summary>Whether a picture stands in the conversation, in an answer of a tool's too.</summary>
    public bool HasImage => Media.Images > 0;

    /// <summary>Whether the answer must follow a JSON schema, as Anthropic's requests say it.</summary>
    public bool WantsSchema => HasSchema(Part(Head.Parts.OutputConfig));

    /// <summary>How the texts of the instructions begin, in order, at most eight.</summary>
    public ImmutableArray<string> SystemStarts
    {
        get
        {
            if (system.IsDefault)
            {
                system = SystemTexts.Read(Part(Head.Parts.System));
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
                MediaReader.Read(Part(Head.Parts.Conversation), media);
            }

            return media;
        }
    }

    private OfferedTools Offered => tools ??= OfferedTools.Read(Part(Head.Parts.Tools));

    private ReadOnlySpan<byte> Part(Range at) => body.Span[at];

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
}
