using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Wire;

namespace Weir.Gateway.Tests.Metering;

/// <summary>An answer from tests/fixtures/wire with what a meter must know of it; a property that is not written is null, false or 0.</summary>
public sealed record RecordedExchange(string Name, byte[] Bytes)
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static IReadOnlyList<RecordedExchange> All { get; } =
    [
        .. Directory
            .EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".expected.json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => new RecordedExchange(Path.GetRelativePath(Folder, f), File.ReadAllBytes(f))),
    ];

    public Dialect Dialect =>
        Name.Split('/')[0] switch
        {
            "anthropic" => Dialect.AnthropicMessages,
            "openai-chat" => Dialect.OpenAIChat,
            "openai-responses" => Dialect.OpenAIResponses,
            "openai-embeddings" => Dialect.OpenAIEmbeddings,
            "gemini" => Dialect.Gemini,
            "pass-through" => Dialect.PassThrough,
            var other => throw new InvalidOperationException(other),
        };

    public string ContentType =>
        Name.EndsWith(".sse", StringComparison.Ordinal) ? "text/event-stream; charset=utf-8" : "application/json";

    public Expectation Expected =>
        JsonSerializer.Deserialize<Expectation>(
            File.ReadAllText(Path.ChangeExtension(Path.Combine(Folder, Name), ".expected.json")),
            Strict
        )!;

    private static string Folder
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Weir.slnx")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No repository.");
            }

            return Path.Combine(folder, "tests", "fixtures", "wire");
        }
    }

    /// <summary>What the meter knows after the answer came in these pieces; the pieces' lengths are used again and again.</summary>
    internal MeterReading Read(params int[] lengths)
    {
        var meter = ResponseMeters.For(Dialect, ContentType);
        var at = 0;
        for (var i = 0; at < Bytes.Length; i++)
        {
            var length = Math.Min(lengths[i % lengths.Length], Bytes.Length - at);
            meter.Feed(Bytes.AsSpan(at, length));
            at += length;
        }

        meter.Complete();
        return meter.Reading;
    }

    public override string ToString() => Name;

    /// <summary>The file beside the answer.</summary>
    public sealed record Expectation
    {
        public long? Input { get; init; }
        public long? CacheRead { get; init; }
        public long? CacheWrite5m { get; init; }
        public long? CacheWrite1h { get; init; }
        public long? Output { get; init; }
        public long? Reasoning { get; init; }
        public bool Final { get; init; }
        public string? Model { get; init; }
        public string? Id { get; init; }
        public bool Unstored { get; init; }
        public string? Items { get; init; }
        public string? Mode { get; init; }
        public bool SaysMode { get; init; }
        public int? Searches { get; init; }
        public string? Error { get; init; }
        public bool Content { get; init; }
        public bool End { get; init; }
        public long Characters { get; init; }
        public Expectation? Side { get; init; }

        internal MeterReading ToReading() =>
            new()
            {
                Usage = Usage,
                IsFinal = Final,
                Model = Model,
                MessageId = Id,
                IsUnstored = Unstored,
                Items = Items,
                PriceMode = Mode,
                SaysPriceMode = SaysMode,
                WebSearches = Searches,
                ErrorType = Error,
                SawContent = Content,
                SawEnd = End,
                ContentCharacters = Characters,
                Side = Side is { } side ? new SideUsage(side.Model, side.Usage) : null,
            };

        private TokenUsage Usage =>
            new()
            {
                Input = Input,
                CacheRead = CacheRead,
                CacheWrite5m = CacheWrite5m,
                CacheWrite1h = CacheWrite1h,
                Output = Output,
                Reasoning = Reasoning,
            };
    }
}
