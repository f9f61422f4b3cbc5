using System.Text.Unicode;
using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>
/// Reads a <see cref="RequestHead"/> in one pass. The top level is read strictly; of the rest only the few members that
/// count are entered, and everything else is skipped by its brackets. A key that decides anything and stands twice is a
/// fault, also when its second spelling has escapes or another case: decoders differ in which one they take.
/// </summary>
internal static class RequestHeadReader
{
    private const int LongestName = 256;
    private const int LongestKey = 64;

    private const string NotJson = "The request body is not valid JSON.";

    /// <summary>Reads a body; what is wrong with it is told by <see cref="RequestHead.Fault"/>. Never throws.</summary>
    public static RequestHead Read(ReadOnlySpan<byte> body, Dialect dialect)
    {
        var cursor = new JsonCursor(body);
        if (!cursor.EnterObject())
        {
            return new RequestHead
            {
                Fault = cursor.Peek() == JsonKind.None ? NotJson : "The request body must be a JSON object.",
            };
        }

        var head = new RequestHead();
        var parts = new RequestParts();
        var seen = Member.None;
        while (cursor.NextProperty(out var name, out var escaped))
        {
            cursor.Peek();
            var start = cursor.Position;
            var member = Find(name, escaped, dialect, out var exact, out var invalid);
            if (invalid)
            {
                return new RequestHead { Fault = NotJson };
            }

            if (member != Member.None)
            {
                if ((seen & member) != Member.None)
                {
                    return new RequestHead { Fault = $"The key '{NameOf(member)}' stands twice in the request body." };
                }

                if (member == Member.StreamOptions && !exact)
                {
                    // One of ours beside it would be a second for some decoders.
                    return new RequestHead { Fault = "'stream_options' must be written in small letters." };
                }

                seen |= member;
            }

            head = exact ? ReadMember(ref cursor, head, member, dialect) : head;
            if (head.Fault is not null)
            {
                return head;
            }

            if (!exact)
            {
                cursor.Skip();
            }

            parts.Note(name, escaped, start..cursor.Position);
        }

        if (!cursor.AtEnd())
        {
            return new RequestHead
            {
                Fault = cursor.WasTooDeep
                    ? $"The request body is nested deeper than {JsonCursor.MaxDepth} levels."
                    : NotJson,
            };
        }

        return head with
        {
            Parts = parts,
        };
    }

    private static RequestHead ReadMember(ref JsonCursor cursor, in RequestHead head, Member member, Dialect dialect) =>
        member switch
        {
            Member.Model => ReadModel(ref cursor, head),
            Member.Stream => ReadStream(ref cursor, head),
            Member.MaxTokens or Member.MaxCompletionTokens or Member.MaxOutputTokens => ReadBound(
                ref cursor,
                head,
                member
            ),
            Member.StreamOptions => ReadStreamOptions(ref cursor, head),
            Member.Tools => ReadTools(ref cursor, head),
            Member.Thinking => ReadThinking(ref cursor, head),
            Member.ReasoningEffort => ReadEffort(ref cursor, head),
            Member.Reasoning => ReadReasoning(ref cursor, head),
            Member.Speed or Member.ServiceTier => ReadMode(ref cursor, head, member, dialect),
            Member.Metadata => ReadMetadata(ref cursor, head),
            Member.GenerationConfig => ReadGenerationConfig(ref cursor, head),
            Member.Answers => ReadAnswers(ref cursor, head),
            _ => Skipped(ref cursor, head),
        };

    private static RequestHead ReadModel(ref JsonCursor cursor, in RequestHead head)
    {
        var kind = cursor.Peek();
        if (kind == JsonKind.Null)
        {
            return Skipped(ref cursor, head);
        }

        var start = cursor.Position;
        if (kind != JsonKind.String)
        {
            return Wrong(kind, "model", "a string");
        }

        if (!cursor.ReadString(out var raw, out var escaped))
        {
            return head with { Fault = NotJson };
        }

        var model = NameCache.Shared.GetJson(raw, escaped, LongestName);
        return model is null || HasControl(model)
            ? new RequestHead
            {
                Fault = $"'model' must be a name of 1 to {LongestName} bytes of valid text without control characters.",
            }
            : head with
            {
                Model = model,
                ModelAt = start..cursor.Position,
            };
    }

    private static RequestHead ReadStream(ref JsonCursor cursor, in RequestHead head)
    {
        var kind = cursor.Peek();
        return kind switch
        {
            JsonKind.True or JsonKind.False => cursor.ReadBool(out var value)
                ? head with
                {
                    Stream = value,
                }
                : head with
                {
                    Fault = NotJson,
                },
            JsonKind.Null => Skipped(ref cursor, head),
            _ => Wrong(kind, "stream", "true or false"),
        };
    }

    // Some servers take -1 for "no bound", some take 1e3: what is no plain count is no bound, and no fault of ours.
    private static RequestHead ReadBound(ref JsonCursor cursor, in RequestHead head, Member member)
    {
        var kind = cursor.Peek();
        if (kind is not (JsonKind.Number or JsonKind.Null))
        {
            return Wrong(kind, NameOf(member), "a whole number");
        }

        var bound = cursor.ReadCount();
        return bound > (head.MaxTokens ?? -1) ? head with { MaxTokens = bound } : head;
    }

    private static RequestHead ReadAnswers(ref JsonCursor cursor, in RequestHead head)
    {
        if (cursor.Peek() != JsonKind.Number)
        {
            return Skipped(ref cursor, head);
        }

        return cursor.ReadCount() is { } count ? head with { Answers = (int)Math.Min(count, int.MaxValue) } : head;
    }

    private static RequestHead ReadStreamOptions(ref JsonCursor cursor, in RequestHead head)
    {
        var kind = cursor.Peek();
        var start = cursor.Position;
        if (kind != JsonKind.Object)
        {
            cursor.Skip();
            return kind is JsonKind.Null ? head with { StreamOptionsAt = start..cursor.Position }
                : cursor.Failed ? head
                : Wrong(kind, "stream_options", "an object");
        }

        bool? include = null;
        var includeAt = default(Range);
        var seen = false;
        cursor.EnterObject();
        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (!JsonText.Is(name, escaped, "include_usage"u8))
            {
                cursor.Skip();
                continue;
            }

            if (seen)
            {
                return new RequestHead { Fault = "The key 'stream_options.include_usage' stands twice." };
            }

            seen = true;
            kind = cursor.Peek();
            var valueStart = cursor.Position;
            if (kind is JsonKind.True or JsonKind.False)
            {
                include = kind == JsonKind.True;
            }
            else if (kind != JsonKind.Null)
            {
                return Wrong(kind, "stream_options.include_usage", "true or false");
            }

            cursor.Skip();
            includeAt = valueStart..cursor.Position;
        }

        return head with
        {
            IncludeUsage = include,
            IncludeUsageAt = includeAt,
            StreamOptionsAt = start..cursor.Position,
        };
    }

    private static RequestHead ReadTools(ref JsonCursor cursor, in RequestHead head)
    {
        var value = cursor.Skip();
        var tools = new JsonCursor(value);
        return tools.EnterArray() && tools.NextElement() ? head with { HasTools = true } : head;
    }

    private static RequestHead ReadThinking(ref JsonCursor cursor, in RequestHead head)
    {
        var thinking = new JsonCursor(cursor.Skip());
        if (!thinking.EnterObject())
        {
            return head;
        }

        while (thinking.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "type"u8) && thinking.Peek() == JsonKind.String)
            {
                return thinking.ReadString(out var type, out escaped) && !JsonText.Is(type, escaped, "disabled"u8)
                    ? head with
                    {
                        HasThinking = true,
                    }
                    : head;
            }

            thinking.Skip();
        }

        return head;
    }

    private static RequestHead ReadEffort(ref JsonCursor cursor, in RequestHead head)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            return Skipped(ref cursor, head);
        }

        return cursor.ReadString(out var effort, out var escaped) && !JsonText.Is(effort, escaped, "none"u8)
            ? head with
            {
                HasThinking = true,
            }
            : head;
    }

    private static RequestHead ReadReasoning(ref JsonCursor cursor, in RequestHead head)
    {
        if (cursor.Peek() != JsonKind.Object)
        {
            return Skipped(ref cursor, head);
        }

        var reasoning = new JsonCursor(cursor.Skip());
        reasoning.EnterObject();
        var on = false;
        while (reasoning.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "effort"u8))
            {
                var inner = ReadEffort(ref reasoning, default);
                return inner.HasThinking ? head with { HasThinking = true } : head;
            }

            on |= reasoning.Peek() != JsonKind.Null;
            reasoning.Skip();
        }

        return on ? head with { HasThinking = true } : head;
    }

    private static RequestHead ReadMode(ref JsonCursor cursor, in RequestHead head, Member member, Dialect dialect)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            return Skipped(ref cursor, head);
        }

        if (!cursor.ReadString(out var raw, out var escaped))
        {
            return head;
        }

        // Anthropic's service_tier asks for a capacity that was bought (auto, standard_only), not for a price.
        if (dialect == Dialect.AnthropicMessages && member == Member.ServiceTier)
        {
            return head;
        }

        var mode = PriceModes.Of(raw, escaped);
        return mode is null ? head : head with { PriceMode = mode };
    }

    private static RequestHead ReadMetadata(ref JsonCursor cursor, in RequestHead head)
    {
        var metadata = new JsonCursor(cursor.Skip());
        if (!metadata.EnterObject())
        {
            return head;
        }

        while (metadata.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "user_id"u8) && metadata.Peek() == JsonKind.String)
            {
                return
                    metadata.ReadString(out var raw, out escaped) && ClaudeCodeSession.Find(raw, escaped) is { } session
                    ? head with
                    {
                        Session = session,
                    }
                    : head;
            }

            metadata.Skip();
        }

        return head;
    }

    private static RequestHead ReadGenerationConfig(ref JsonCursor cursor, in RequestHead head)
    {
        var result = head;
        var seen = Member.None;
        var config = new JsonCursor(cursor.Skip());
        if (!config.EnterObject())
        {
            return result;
        }

        while (config.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "maxOutputTokens"u8) || JsonText.Is(name, escaped, "max_output_tokens"u8))
            {
                if ((seen & Member.MaxOutputTokens) != Member.None)
                {
                    return new RequestHead { Fault = "The key 'generationConfig.maxOutputTokens' stands twice." };
                }

                seen |= Member.MaxOutputTokens;
                var bound = config.ReadCount();
                result = bound > (result.MaxTokens ?? -1) ? result with { MaxTokens = bound } : result;
            }
            else if (JsonText.Is(name, escaped, "candidateCount"u8) || JsonText.Is(name, escaped, "candidate_count"u8))
            {
                if ((seen & Member.Answers) != Member.None)
                {
                    return new RequestHead { Fault = "The key 'generationConfig.candidateCount' stands twice." };
                }

                seen |= Member.Answers;
                result = ReadAnswers(ref config, result);
            }
            else if (JsonText.Is(name, escaped, "thinkingConfig"u8) || JsonText.Is(name, escaped, "thinking_config"u8))
            {
                if ((seen & Member.Thinking) != Member.None)
                {
                    return new RequestHead { Fault = "The key 'generationConfig.thinkingConfig' stands twice." };
                }

                seen |= Member.Thinking;
                result = ThinksInGemini(config.Skip()) ? result with { HasThinking = true } : result;
            }
            else
            {
                config.Skip();
            }
        }

        return result;
    }

    private static bool ThinksInGemini(ReadOnlySpan<byte> json)
    {
        var thinking = new JsonCursor(json);
        if (!thinking.EnterObject())
        {
            return false;
        }

        while (thinking.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "thinkingBudget"u8) || JsonText.Is(name, escaped, "thinking_budget"u8))
            {
                return thinking.Skip() is not [(byte)'0'];
            }

            thinking.Skip();
        }

        return true;
    }

    private static RequestHead Skipped(ref JsonCursor cursor, in RequestHead head)
    {
        cursor.Skip();
        return head;
    }

    private static RequestHead Wrong(JsonKind kind, string name, string wanted) =>
        new() { Fault = kind == JsonKind.None ? NotJson : $"'{name}' must be {wanted}." };

    private static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }

    [Flags]
    private enum Member
    {
        None = 0,
        Model = 1,
        Stream = 1 << 1,
        MaxTokens = 1 << 2,
        MaxCompletionTokens = 1 << 3,
        MaxOutputTokens = 1 << 4,
        StreamOptions = 1 << 5,
        Tools = 1 << 6,
        Thinking = 1 << 7,
        ReasoningEffort = 1 << 8,
        Reasoning = 1 << 9,
        Speed = 1 << 10,
        ServiceTier = 1 << 11,
        Metadata = 1 << 12,
        GenerationConfig = 1 << 13,
        Answers = 1 << 14,
    }

    private static Member Find(
        scoped ReadOnlySpan<byte> name,
        bool escaped,
        Dialect dialect,
        out bool exact,
        out bool invalid
    )
    {
        exact = false;
        invalid = false;
        Span<byte> plain = stackalloc byte[LongestKey];
        if (escaped)
        {
            if (name.Length > LongestKey * 6)
            {
                return Member.None;
            }

            var length = JsonText.Unescape(name, plain);
            if (length < 0)
            {
                return Member.None;
            }

            name = plain[..length];
        }

        if (!System.Text.Ascii.IsValid(name))
        {
            invalid = !Utf8.IsValid(name);
            name = invalid || name.Length > LongestKey ? default : FoldLookalikes(name, plain);
        }

        if (name.Length is not 1 and (< 5 or > 21))
        {
            return Member.None;
        }

        var member = FindFolded(name, dialect);
        exact = member != Member.None && IsExact(name, member);
        return member;
    }

    // Go's decoder matches keys without regard to case, and counts the long s and the Kelvin sign as s and k.
    private static ReadOnlySpan<byte> FoldLookalikes(ReadOnlySpan<byte> name, Span<byte> to)
    {
        var length = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i..].StartsWith("\u017F"u8))
            {
                to[length++] = (byte)'S';
                i += 1;
            }
            else if (name[i..].StartsWith("\u212A"u8))
            {
                to[length++] = (byte)'K';
                i += 2;
            }
            else
            {
                to[length++] = name[i];
            }
        }

        return to[..length];
    }

    private static Member FindFolded(ReadOnlySpan<byte> name, Dialect dialect)
    {
        var member = (name.Length, name[0] | 0x20) switch
        {
            (1, 'n') when dialect == Dialect.OpenAIChat => Member.Answers,
            (5, 'm') => Member.Model,
            (5, 't') => Member.Tools,
            (5, 's') => Member.Speed,
            (6, 's') => Member.Stream,
            (8, 't') => Member.Thinking,
            (8, 'm') => Member.Metadata,
            (9, 'r') => Member.Reasoning,
            (10, 'm') => Member.MaxTokens,
            (12 or 11, 's') => Member.ServiceTier,
            (14, 's') => Member.StreamOptions,
            (16, 'r') => Member.ReasoningEffort,
            (16 or 17, 'g') when dialect == Dialect.Gemini => Member.GenerationConfig,
            (17, 'm') => Member.MaxOutputTokens,
            (21, 'm') => Member.MaxCompletionTokens,
            _ => Member.None,
        };
        return
            member != Member.None
            && (
                System.Text.Ascii.EqualsIgnoreCase(name, Utf8NameOf(member))
                || System.Text.Ascii.EqualsIgnoreCase(name, OtherNameOf(member))
            )
            ? member
            : Member.None;
    }

    private static bool IsExact(ReadOnlySpan<byte> name, Member member) =>
        name.SequenceEqual(Utf8NameOf(member)) || name.SequenceEqual(OtherNameOf(member));

    private static ReadOnlySpan<byte> Utf8NameOf(Member member) =>
        member switch
        {
            Member.Model => "model"u8,
            Member.Stream => "stream"u8,
            Member.MaxTokens => "max_tokens"u8,
            Member.MaxCompletionTokens => "max_completion_tokens"u8,
            Member.MaxOutputTokens => "max_output_tokens"u8,
            Member.StreamOptions => "stream_options"u8,
            Member.Tools => "tools"u8,
            Member.Thinking => "thinking"u8,
            Member.ReasoningEffort => "reasoning_effort"u8,
            Member.Reasoning => "reasoning"u8,
            Member.Speed => "speed"u8,
            Member.ServiceTier => "service_tier"u8,
            Member.Metadata => "metadata"u8,
            Member.GenerationConfig => "generationConfig"u8,
            Member.Answers => "n"u8,
            _ => default,
        };

    // Google's JSON takes a field's own name beside its camel case.
    private static ReadOnlySpan<byte> OtherNameOf(Member member) =>
        member switch
        {
            Member.GenerationConfig => "generation_config"u8,
            Member.ServiceTier => "serviceTier"u8,
            _ => default,
        };

    private static string NameOf(Member member) => System.Text.Encoding.UTF8.GetString(Utf8NameOf(member));
}
