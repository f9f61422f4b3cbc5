using System.Text;
using System.Text.Json;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>
/// The filter of OpenAI's usage chunk: what leaves is what came but for whole events that are that chunk and nothing
/// else, however the stream is cut.
/// </summary>
internal sealed class UsageChunkFilterTarget : FuzzTarget
{
    public override string Name => "usage-filter";

    public override string Group => "response";

    public override IEnumerable<byte[]> Seeds() =>
        [
            .. Fixtures.In("wire", "openai-chat"),
            "data: {\"id\":\"a\",\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\r\n\r\ndata: [DONE]\r\n\r\n"u8.ToArray(),
            "data:{\"usage\":{},\"choices\":[ ]}\r\rdata: [DONE]\r\r"u8.ToArray(),
        ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var whole = Filter(input, -1);
        for (var way = 0; way < Cuts.Count; way++)
        {
            MustMatch(whole, Filter(input, way), "what leaves, however the stream is cut");
        }

        // The events that stayed are found in order; what is missing between them was the usage chunk.
        var (at, removed) = (0, 0);
        var events = PlainEvents.Read(input.ToArray());
        foreach (var one in events)
        {
            // Written as no provider writes it, the usage chunk may stay.
            if (!IsPlainUsage(one) && whole.AsSpan(at).StartsWith(one.Raw))
            {
                at += one.Raw.Length;
                continue;
            }

            removed++;
            Must(IsUsage(one), "only the usage chunk is removed", Encoding.Latin1.GetString(one.Raw));
        }

        MustEqual(whole.Length, at, "what leaves is what came");
        return $"{Math.Min(removed, 5)} {Math.Min(events.Count, 20)} {input.Contains((byte)'\r')} {Bucket(input.Length)}";
    }

    private static byte[] Filter(ReadOnlySpan<byte> input, int way)
    {
        using var filter = new OpenAIUsageChunkFilter();
        using var to = new PooledBuffer(0);
        if (way < 0)
        {
            filter.Feed(input, to);
        }
        else
        {
            Cuts.Apply(input, way, chunk => filter.Feed(chunk, to));
        }

        filter.Complete(to);
        return to.Span.ToArray();
    }

    private static bool IsPlainUsage(PlainEvent one)
    {
        using var document = Json.Parse(Encoding.Latin1.GetBytes(one.Data));
        return one.Lines == 1
            && one.Raw.Length < OpenAIUsageChunkFilter.LongestHeld
            && document?.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.EnumerateObject().Select(Json.NameOf).Distinct(StringComparer.Ordinal).Count()
                == root.EnumerateObject().Count()
            && root.TryGetProperty("choices", out var choices)
            && choices is { ValueKind: JsonValueKind.Array }
            && choices.GetArrayLength() == 0
            && root.TryGetProperty("usage", out var usage)
            && usage.ValueKind == JsonValueKind.Object;
    }

    // What is nested is skipped by its brackets, so it need not be JSON; the marks themselves must be there.
    private static bool IsUsage(PlainEvent one)
    {
        using var document = Json.Parse(Encoding.Latin1.GetBytes(one.Data));
        if (document is null)
        {
            return one.Data.Contains('[', StringComparison.Ordinal) && one.Data.TrimStart(' ', '\t').StartsWith('{');
        }

        return document.RootElement is { ValueKind: JsonValueKind.Object } root
            && Has(root, "choices", v => v.ValueKind == JsonValueKind.Array && v.GetArrayLength() == 0)
            && Has(root, "usage", v => v.ValueKind == JsonValueKind.Object);
    }

    private static bool Has(JsonElement root, string name, Func<JsonElement, bool> condition) =>
        root.EnumerateObject().Any(p => Json.NameOf(p) == name && condition(p.Value));
}
