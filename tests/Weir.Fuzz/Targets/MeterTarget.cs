using System.Text.Json;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway.Metering;
using Weir.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>
/// The meter of one dialect's answers, as a stream or as a document: the same reading however the answer is cut, and
/// counts that can be.
/// </summary>
internal sealed class MeterTarget(Dialect dialect, bool stream) : FuzzTarget
{
    private const int LongestName = 256;

    public override string Name => $"meter-{dialect.ToString().ToLowerInvariant()}-{(stream ? "stream" : "document")}";

    public override string Group => "response";

    public override IEnumerable<byte[]> Seeds() =>
        Fixtures.In(
            "wire",
            dialect switch
            {
                Dialect.AnthropicMessages => "anthropic",
                Dialect.OpenAIChat => "openai-chat",
                Dialect.OpenAIResponses => "openai-responses",
                Dialect.OpenAIEmbeddings => "openai-embeddings",
                Dialect.Gemini => "gemini",
                _ => "pass-through",
            }
        );

    public override string Run(ReadOnlySpan<byte> input)
    {
        var whole = Meter();
        whole.Feed(input);
        whole.Complete();
        var reading = whole.Reading;
        Check(reading, input.Length);
        for (var way = 0; way < Cuts.Count; way++)
        {
            var cut = Meter();
            Cuts.Apply(input, way, cut.Feed);
            cut.Complete();
            MustEqual(reading, cut.Reading, "the reading, however the answer is cut");
        }

        using var document = stream ? null : Json.Parse(input);
        if (document is not null)
        {
            Must(reading.SawEnd, "valid JSON is whole");
            CheckPrompt(document.RootElement, reading.Usage);
        }

        var usage = reading.Usage;
        return $"{Bucket(usage.Input)}{Bucket(usage.CacheRead)}{Bucket(usage.CacheWrite5m)}{Bucket(usage.CacheWrite1h)}"
            + $"{Bucket(usage.Output)}{Bucket(usage.Reasoning)} {reading.IsFinal} {reading.Model is null} "
            + $"{reading.MessageId is null} {reading.PriceMode is null} {reading.SaysPriceMode} {reading.Side is null} "
            + $"{Bucket(reading.WebSearches)} {reading.ErrorType is null} {reading.SawContent} {reading.SawEnd} "
            + Bucket(reading.ContentCharacters);
    }

    private static void Check(in MeterReading reading, int length)
    {
        CheckUsage(reading.Usage, length);
        CheckUsage(reading.Side?.Usage ?? default, length);
        Must(
            reading.ContentCharacters >= 0 && reading.ContentCharacters <= length,
            "characters are counted in what came"
        );
        Must(reading.WebSearches is null or >= 0, "searches are a count");
        foreach (var name in new[] { reading.Model, reading.MessageId, reading.ErrorType, reading.PriceMode })
        {
            Must(name is null or { Length: > 0 and <= LongestName }, "a name is not empty and not long", $"{name}");
        }
    }

    private static void CheckUsage(in TokenUsage usage, int length)
    {
        // Every figure that is added up takes some bytes to write.
        var most = JsonCursor.MaxCount * (2 + (length / 16));
        foreach (
            var count in new[]
            {
                usage.Input,
                usage.CacheRead,
                usage.CacheWrite5m,
                usage.CacheWrite1h,
                usage.Output,
                usage.Reasoning,
            }
        )
        {
            Must(count is null || (count >= 0 && count <= most), "tokens are a count", $"{usage}");
        }

        Must(
            usage.Reasoning is null || usage.Output is null || usage.Reasoning <= usage.Output,
            "reasoning is a part of the output",
            $"{usage}"
        );
    }

    /// <summary>The prompt's classes add up to what the provider calls the prompt, where it says so once and plainly.</summary>
    private void CheckPrompt(JsonElement root, in TokenUsage usage)
    {
        var (holder, whole) = dialect switch
        {
            Dialect.OpenAIChat => ("usage", "prompt_tokens"),
            Dialect.OpenAIResponses => ("usage", "input_tokens"),
            Dialect.OpenAIEmbeddings => ("usage", "prompt_tokens"),
            Dialect.Gemini => ("usageMetadata", "promptTokenCount"),
            _ => ("", ""),
        };
        if (
            Only(root, holder) is { ValueKind: JsonValueKind.Object } told
            && Only(told, whole) is { ValueKind: JsonValueKind.Number } number
            && number.TryGetInt64(out var prompt)
            && prompt is >= 0 and <= JsonCursor.MaxCount
            && number.GetRawText() == $"{prompt}"
            && !root.EnumerateObject().Any(p => Json.NameOf(p) == "x_groq")
            && !told.EnumerateObject().Any(p => IsAnotherPrompt(Json.NameOf(p), whole))
        )
        {
            MustEqual(prompt, usage.Prompt, "the prompt's classes add up");
        }
    }

    private static bool IsAnotherPrompt(string? name, string whole) =>
        name is "toolUsePromptTokenCount" || (name is "prompt_tokens" or "input_tokens" && name != whole);

    private static JsonElement? Only(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var found = value.EnumerateObject().Where(p => Json.NameOf(p) == name).ToList();
        return found.Count == 1 ? found[0].Value : null;
    }

    private ResponseMeter Meter() => stream ? ResponseMeters.ForStream(dialect) : ResponseMeters.ForDocument(dialect);
}
