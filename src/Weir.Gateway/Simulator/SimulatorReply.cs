using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weir.Gateway.Simulator;

/// <summary>
/// What the simulator says to a request, before it is put into a vendor's words: the same for the same request, options
/// and seed. A token is a word on the way out and four characters of text on the way in.
/// </summary>
internal sealed class SimulatorReply
{
    private const int CharactersPerToken = 4;

    private static readonly string[] Words =
    [
        "the",
        "river",
        "runs",
        "high",
        "today",
        "and",
        "we",
        "hold",
        "it",
        "in",
        "its",
        "bed",
        "a",
        "weir",
        "is",
        "low",
        "dam",
        "that",
        "measures",
        "what",
        "goes",
        "over",
        "so",
        "every",
        "drop",
        "counts",
        "by",
        "shape",
        "of",
        "water",
        "stone",
        "gate",
        "still",
        "deep",
        "flow",
        "level",
        "mark",
    ];

    private SimulatorReply() { }

    /// <summary>The model that was asked for.</summary>
    public required string Model { get; init; }

    /// <summary>Sixteen hexadecimal digits that are the answer's own, for ids.</summary>
    public required string Id { get; init; }

    /// <summary>The pieces of thinking, each with its space; empty when the model does not think.</summary>
    public required IReadOnlyList<string> Thinking { get; init; }

    /// <summary>The pieces of text, each with its space.</summary>
    public required IReadOnlyList<string> Text { get; init; }

    /// <summary>Tokens of thinking.</summary>
    public required int ThinkingTokens { get; init; }

    /// <summary>Tokens of text and thinking.</summary>
    public required int OutputTokens { get; init; }

    /// <summary>Tokens of the whole prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Of these, those read from the cache.</summary>
    public required int CacheRead { get; init; }

    /// <summary>Of these, those written to the cache for five minutes.</summary>
    public required int CacheWrite5m { get; init; }

    /// <summary>Of these, those written to the cache for an hour.</summary>
    public required int CacheWrite1h { get; init; }

    /// <summary>The tool that is called after the text; null for none.</summary>
    public required ToolCall? Tool { get; init; }

    /// <summary>Whether the caller's bound on the output cut it short.</summary>
    public required bool HitBound { get; init; }

    /// <summary>The whole text.</summary>
    public string WholeText => string.Concat(Text);

    /// <summary>The whole thinking.</summary>
    public string WholeThinking => string.Concat(Thinking);

    /// <summary>Makes the reply.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">What is asked for beside it.</param>
    /// <param name="cache">What a cache made of the prompt.</param>
    public static SimulatorReply Make(SimulatorRequest request, SimulatorOptions options, CacheUse cache)
    {
        var random = new Xorshift(request.Seed);
        var (least, spread) = request.Model switch
        {
            "sim-large" => (200, 400),
            _ => (20, 60),
        };
        var wanted = options.Tokens ?? least + random.Next(spread);
        var thinking = options.Thinking ?? (request.Model == "sim-thinking" ? 10 + random.Next(30) : 0);
        var bound = request.MaxTokens is > 0 and var max ? max : int.MaxValue;
        thinking = Math.Min(thinking, bound);
        var text = Math.Min(wanted, bound - thinking);
        var prompt = request.PromptTokens;
        var read = Math.Min(cache.Read, prompt);
        var five = Math.Min(cache.Write5m, prompt - read);
        var tool = options.Tool is { } name ? SimulatorTools.Call(request.Root, request.Endpoint.Dialect, name) : null;
        return new SimulatorReply
        {
            Model = request.Model,
            Id = request.Seed.ToString("x16", CultureInfo.InvariantCulture),
            Thinking = Pieces(ref random, thinking, options.Chunks ?? Paced(options, thinking)),
            Text = Pieces(ref random, text, options.Chunks ?? Paced(options, text)),
            ThinkingTokens = thinking,
            OutputTokens = thinking + text + ((tool?.Arguments.Length ?? 0) / CharactersPerToken),
            Tool = tool,
            PromptTokens = prompt,
            CacheRead = read,
            CacheWrite5m = five,
            CacheWrite1h = Math.Min(cache.Write1h, prompt - read - five),
            HitBound = text < wanted,
        };
    }

    /// <summary>The tokens of a request: a quarter of the characters of all its texts, its settings at the top level aside.</summary>
    public static int CountPrompt(ReadOnlySpan<byte> body)
    {
        var characters = 0L;
        var isPrompt = false; // at the top level these may be plain texts; all else there is settings
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    isPrompt =
                        reader.ValueTextEquals("input"u8)
                        || reader.ValueTextEquals("system"u8)
                        || reader.ValueTextEquals("instructions"u8);
                }
                else if (reader.TokenType == JsonTokenType.String && (reader.CurrentDepth > 1 || isPrompt))
                {
                    characters += reader.ValueSpan.Length;
                }
            }
        }
        catch (JsonException)
        {
            // The rest does not count.
        }

        return (int)Math.Min((characters + CharactersPerToken - 1) / CharactersPerToken, int.MaxValue);
    }

    private static int? Paced(SimulatorOptions options, int tokens) =>
        options.RealPace ? (tokens + RealPace.TokensPerPiece - 1) / RealPace.TokensPerPiece : null;

    private static List<string> Pieces(ref Xorshift random, int tokens, int? chunks)
    {
        var count = Math.Min(chunks ?? tokens, tokens);
        var pieces = new List<string>(count);
        var piece = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var upTo = (int)((long)tokens * (i + 1) / count) - (int)((long)tokens * i / count);
            for (var j = 0; j < upTo; j++)
            {
                piece.Append(Words[random.Next(Words.Length)]).Append(' ');
            }

            pieces.Add(piece.ToString());
            piece.Clear();
        }

        return pieces;
    }

    /// <summary>Marsaglia's generator: the same numbers from the same seed on every runtime.</summary>
    private struct Xorshift(ulong seed)
    {
        private ulong state = seed == 0 ? 0x9E3779B97F4A7C15 : seed;

        public int Next(int below)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            return (int)(state % (ulong)below);
        }
    }
}
