using Weir.Foundation;

namespace Weir.Wire;

/// <summary>
/// Anthropic's <c>usage</c>, as it stands after every object that was read into it. The figures are running totals: each
/// one that is given replaces the one before, and one that is not given stays. See docs/formats/metering.md.
/// </summary>
public struct AnthropicUsage
{
    private long? input;
    private long? cacheRead;
    private long? cacheCreation;
    private long? write5m;
    private long? write1h;
    private long? output;
    private long? thinking;
    private TokenUsage compaction;

    /// <summary>Web searches; null when not reported.</summary>
    public int? WebSearches { get; private set; }

    /// <summary>What the advisor's model used; null when there was none.</summary>
    public SideUsage? Advisor { get; private set; }

    /// <summary>The speed's pricing mode, else the tier's; null for standard.</summary>
    public string? PriceMode { get; private set; }

    /// <summary>Whether speed or tier were told.</summary>
    public bool SaysPriceMode { get; private set; }

    /// <summary>Whether the output was told.</summary>
    public readonly bool HasOutput => output is not null;

    /// <summary>The figures in disjoint classes, what compaction used included: it is billed, and the totals leave it out.</summary>
    public readonly TokenUsage Tokens
    {
        get
        {
            var (w5m, w1h) = Writes();
            return new TokenUsage
                {
                    Input = input,
                    CacheRead = cacheRead,
                    CacheWrite5m = w5m,
                    CacheWrite1h = w1h,
                    Output = output,
                    Reasoning = thinking is { } t && output is { } o ? Math.Min(t, o) : null,
                } + compaction;
        }
    }

    /// <summary>Reads one <c>usage</c> object; of one that is not valid JSON, nothing.</summary>
    public void Set(ReadOnlySpan<byte> json)
    {
        var next = this;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        string? speed = null;
        string? tier = null;
        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "input_tokens"u8))
            {
                next.input = cursor.ReadCount() ?? next.input;
            }
            else if (JsonText.Is(name, escaped, "cache_read_input_tokens"u8))
            {
                next.cacheRead = cursor.ReadCount() ?? next.cacheRead;
            }
            else if (JsonText.Is(name, escaped, "cache_creation_input_tokens"u8))
            {
                next.cacheCreation = cursor.ReadCount() ?? next.cacheCreation;
            }
            else if (JsonText.Is(name, escaped, "cache_creation"u8))
            {
                next.SetSplit(cursor.Skip());
            }
            else if (JsonText.Is(name, escaped, "output_tokens"u8))
            {
                next.output = cursor.ReadCount() ?? next.output;
            }
            else if (JsonText.Is(name, escaped, "output_tokens_details"u8))
            {
                next.thinking = ReadInner(cursor.Skip(), "thinking_tokens"u8) ?? next.thinking;
            }
            else if (JsonText.Is(name, escaped, "server_tool_use"u8))
            {
                var searches = ReadInner(cursor.Skip(), "web_search_requests"u8);
                next.WebSearches = searches <= int.MaxValue ? (int)searches : next.WebSearches;
            }
            else if (JsonText.Is(name, escaped, "speed"u8) && cursor.Peek() == JsonKind.String)
            {
                next.SaysPriceMode = true;
                speed = cursor.ReadString(out var raw, out escaped) ? PriceModes.Of(raw, escaped) : null;
            }
            else if (JsonText.Is(name, escaped, "service_tier"u8) && cursor.Peek() == JsonKind.String)
            {
                next.SaysPriceMode = true;
                tier = cursor.ReadString(out var raw, out escaped) ? PriceModes.Of(raw, escaped) : null;
            }
            else if (JsonText.Is(name, escaped, "iterations"u8))
            {
                next.SetIterations(cursor.Skip());
            }
            else
            {
                cursor.Skip();
            }
        }

        next.PriceMode = speed ?? tier ?? next.PriceMode;
        if (!cursor.Failed)
        {
            this = next;
        }
    }

    /// <summary>
    /// The cache writes by lifetime. Without a split all of them lived five minutes. When the running total has moved
    /// away from the split that came before it, the hour's writes stand, up to the total, and the rest is five minutes'.
    /// </summary>
    private readonly (long? FiveMinutes, long? OneHour) Writes()
    {
        if (write5m is null && write1h is null)
        {
            return (cacheCreation, null);
        }

        if (cacheCreation is not { } total)
        {
            return (write5m ?? 0, write1h ?? 0);
        }

        var hour = Math.Min(write1h ?? 0, total);
        return (total - hour, hour);
    }

    private void SetSplit(ReadOnlySpan<byte> json)
    {
        write5m = ReadInner(json, "ephemeral_5m_input_tokens"u8) ?? write5m;
        write1h = ReadInner(json, "ephemeral_1h_input_tokens"u8) ?? write1h;
    }

    private void SetIterations(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterArray())
        {
            return;
        }

        compaction = default;
        Advisor = null;
        while (cursor.NextElement())
        {
            var entry = cursor.Skip();
            if (IsOfType(entry, "compaction"u8, out _))
            {
                compaction += Read(entry);
            }
            else if (IsOfType(entry, "advisor_message"u8, out var model))
            {
                Advisor = new SideUsage(model ?? Advisor?.Model, (Advisor?.Usage ?? default) + Read(entry));
            }
        }
    }

    private static TokenUsage Read(ReadOnlySpan<byte> usage)
    {
        var inner = new AnthropicUsage();
        inner.Set(usage);
        return inner.Tokens;
    }

    private static bool IsOfType(ReadOnlySpan<byte> json, ReadOnlySpan<byte> wanted, out string? model)
    {
        model = null;
        var found = false;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            var isString = cursor.Peek() == JsonKind.String;
            if (isString && JsonText.Is(name, escaped, "type"u8))
            {
                found = cursor.ReadString(out var type, out escaped) && JsonText.Is(type, escaped, wanted);
            }
            else if (isString && JsonText.Is(name, escaped, "model"u8))
            {
                model = cursor.ReadString(out var raw, out escaped) ? NameCache.Shared.GetJson(raw, escaped) : null;
            }
            else
            {
                cursor.Skip();
            }
        }

        return found;
    }

    private static long? ReadInner(ReadOnlySpan<byte> json, ReadOnlySpan<byte> wanted)
    {
        long? value = null;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return null;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, wanted))
            {
                value = cursor.ReadCount();
            }
            else
            {
                cursor.Skip();
            }
        }

        return value;
    }
}
