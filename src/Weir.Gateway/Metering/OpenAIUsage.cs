using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// The <c>usage</c> of OpenAI's dialects and of the many who speak them, each in its own way: <see cref="Quirks"/> is the
/// table of who reports what where (docs/formats/metering.md tells it in words). Totals are running: each figure that is
/// given replaces the one before.
/// </summary>
internal struct OpenAIUsage
{
    private static readonly Quirk[] Quirks =
    [
        new(null, "prompt_tokens", Slot.Prompt),
        new(null, "input_tokens", Slot.Prompt),
        new(null, "completion_tokens", Slot.Output),
        new(null, "output_tokens", Slot.Output),
        new(null, "total_tokens", Slot.Total),
        new("prompt_tokens_details", "cached_tokens", Slot.Cached),
        new("input_tokens_details", "cached_tokens", Slot.Cached),
        // Realtime and transcripts, in the singular.
        new("input_token_details", "cached_tokens", Slot.Cached),
        // DeepSeek: hits and misses add up to the prompt.
        new(null, "prompt_cache_hit_tokens", Slot.CachedElsewhere),
        // Moonshot.
        new(null, "cached_tokens", Slot.CachedElsewhere),
        // Proxies in front of Anthropic that speak Chat; their prompt_tokens holds both.
        new(null, "cache_read_input_tokens", Slot.CachedElsewhere),
        new(null, "cache_creation_input_tokens", Slot.WrittenElsewhere),
        new("prompt_tokens_details", "cache_write_tokens", Slot.Written),
        new("input_tokens_details", "cache_write_tokens", Slot.Written),
        new("completion_tokens_details", "reasoning_tokens", Slot.Reasoning),
        new("output_tokens_details", "reasoning_tokens", Slot.Reasoning),
        new("output_token_details", "reasoning_tokens", Slot.Reasoning),
        // Perplexity and others without a details object.
        new(null, "reasoning_tokens", Slot.ReasoningElsewhere),
    ];

    private long? prompt;
    private long? output;
    private long? total;
    private long? cached;
    private long? cachedElsewhere;
    private long? written;
    private long? writtenElsewhere;
    private long? reasoning;
    private long? reasoningElsewhere;

    /// <summary>Whether prompt or output were told.</summary>
    public readonly bool IsKnown => prompt is not null || output is not null;

    /// <summary>
    /// The figures in disjoint classes. The parts of the prompt never exceed the prompt: cache reads are kept up to it,
    /// then writes, and what is left is fresh input.
    /// </summary>
    public readonly TokenUsage Tokens
    {
        get
        {
            var left = prompt;
            var read = Take(cached ?? cachedElsewhere, ref left);
            var write = Take(written ?? writtenElsewhere, ref left);
            var thought = reasoning ?? reasoningElsewhere;
            var generated = output;

            // xAI counts reasoning beside the completion, not in it; only its total shows that.
            if (thought > 0 && generated is { } o && prompt is { } p && total == p + o + thought)
            {
                generated = o + thought;
            }

            return new TokenUsage
            {
                Input = left,
                CacheRead = read,
                CacheWrite5m = write,
                Output = generated,
                Reasoning = thought is { } t && generated is { } g ? Math.Min(t, g) : null,
            };
        }
    }

    /// <summary>Reads one <c>usage</c> object; of one that is not valid JSON, nothing.</summary>
    public void Set(ReadOnlySpan<byte> json)
    {
        var next = this;
        if (next.Read(json, null))
        {
            this = next;
        }
    }

    private bool Read(ReadOnlySpan<byte> json, byte[]? parent)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            var kind = cursor.Peek();
            var quirk = kind is JsonKind.Number or JsonKind.Object ? Find(name, escaped, parent, kind) : null;
            if (quirk is null)
            {
                cursor.Skip();
            }
            else if (kind == JsonKind.Object)
            {
                Read(cursor.Skip(), quirk.Parent);
            }
            else if (cursor.ReadCount() is { } count)
            {
                SlotOf(ref this, quirk.Slot) = count;
            }
        }

        return !cursor.Failed;
    }

    private static Quirk? Find(ReadOnlySpan<byte> name, bool escaped, byte[]? parent, JsonKind kind)
    {
        foreach (var quirk in Quirks)
        {
            var wanted = kind == JsonKind.Object && parent is null ? quirk.Parent : quirk.Name;
            var sameLevel = kind == JsonKind.Object ? parent is null : ReferenceOrEqual(quirk.Parent, parent);
            if (wanted is not null && sameLevel && JsonText.Is(name, escaped, wanted))
            {
                return quirk;
            }
        }

        return null;
    }

    private static bool ReferenceOrEqual(byte[]? a, byte[]? b) =>
        ReferenceEquals(a, b) || (a is not null && b is not null && a.AsSpan().SequenceEqual(b));

    private static ref long? SlotOf(ref OpenAIUsage usage, Slot slot)
    {
        switch (slot)
        {
            case Slot.Prompt:
                return ref usage.prompt;
            case Slot.Output:
                return ref usage.output;
            case Slot.Total:
                return ref usage.total;
            case Slot.Cached:
                return ref usage.cached;
            case Slot.CachedElsewhere:
                return ref usage.cachedElsewhere;
            case Slot.Written:
                return ref usage.written;
            case Slot.WrittenElsewhere:
                return ref usage.writtenElsewhere;
            case Slot.Reasoning:
                return ref usage.reasoning;
            default:
                return ref usage.reasoningElsewhere;
        }
    }

    private static long? Take(long? part, ref long? left)
    {
        if (part is not { } wanted || left is not { } available)
        {
            return part;
        }

        var taken = Math.Min(wanted, available);
        left = available - taken;
        return taken;
    }

    private enum Slot
    {
        Prompt,
        Output,
        Total,
        Cached,
        CachedElsewhere,
        Written,
        WrittenElsewhere,
        Reasoning,
        ReasoningElsewhere,
    }

    private sealed class Quirk(string? parent, string name, Slot slot)
    {
        public byte[]? Parent { get; } = parent is null ? null : System.Text.Encoding.UTF8.GetBytes(parent);

        public byte[] Name { get; } = System.Text.Encoding.UTF8.GetBytes(name);

        public Slot Slot { get; } = slot;
    }
}
