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
        var seen = RequestMember.None;
        while (cursor.NextProperty(out var name, out var escaped))
        {
            cursor.Peek();
            var start = cursor.Position;
            var member = RequestMembers.Find(name, escaped, dialect, out var exact, out var invalid);
            if (invalid)
            {
                return new RequestHead { Fault = NotJson };
            }

            if (member != RequestMember.None)
            {
                if ((seen & member) != RequestMember.None)
                {
                    return new RequestHead
                    {
                        Fault = $"The key '{RequestMembers.NameOf(member)}' stands twice in the request body.",
                    };
                }

                if (member == RequestMember.StreamOptions && !exact)
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

    private static RequestHead ReadMember(
        ref JsonCursor cursor,
        in RequestHead head,
        RequestMember member,
        Dialect dialect
    ) =>
        member switch
        {
            RequestMember.Model => ReadModel(ref cursor, head),
            RequestMember.Stream => ReadStream(ref cursor, head),
            RequestMember.MaxTokens or RequestMember.MaxCompletionTokens or RequestMember.MaxOutputTokens => ReadBound(
                ref cursor,
                head,
                member
            ),
            RequestMember.StreamOptions => ReadStreamOptions(ref cursor, head),
            RequestMember.Tools => ReadTools(ref cursor, head),
            RequestMember.Thinking => ReadThinking(ref cursor, head),
            RequestMember.ReasoningEffort => ReadEffort(ref cursor, head),
            RequestMember.Reasoning => ReadReasoning(ref cursor, head),
            RequestMember.Speed or RequestMember.ServiceTier => ReadMode(ref cursor, head, member, dialect),
            RequestMember.Metadata => ReadMetadata(ref cursor, head),
            RequestMember.GenerationConfig => ReadGenerationConfig(ref cursor, head),
            RequestMember.Answers => ReadAnswers(ref cursor, head),
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
    private static RequestHead ReadBound(ref JsonCursor cursor, in RequestHead head, RequestMember member)
    {
        var kind = cursor.Peek();
        if (kind is not (JsonKind.Number or JsonKind.Null))
        {
            return Wrong(kind, RequestMembers.NameOf(member), "a whole number");
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

    private static RequestHead ReadMode(
        ref JsonCursor cursor,
        in RequestHead head,
        RequestMember member,
        Dialect dialect
    )
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
        if (dialect == Dialect.AnthropicMessages && member == RequestMember.ServiceTier)
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
        var seen = RequestMember.None;
        var config = new JsonCursor(cursor.Skip());
        if (!config.EnterObject())
        {
            return result;
        }

        while (config.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "maxOutputTokens"u8) || JsonText.Is(name, escaped, "max_output_tokens"u8))
            {
                if ((seen & RequestMember.MaxOutputTokens) != RequestMember.None)
                {
                    return new RequestHead { Fault = "The key 'generationConfig.maxOutputTokens' stands twice." };
                }

                seen |= RequestMember.MaxOutputTokens;
                var bound = config.ReadCount();
                result = bound > (result.MaxTokens ?? -1) ? result with { MaxTokens = bound } : result;
            }
            else if (JsonText.Is(name, escaped, "candidateCount"u8) || JsonText.Is(name, escaped, "candidate_count"u8))
            {
                if ((seen & RequestMember.Answers) != RequestMember.None)
                {
                    return new RequestHead { Fault = "The key 'generationConfig.candidateCount' stands twice." };
                }

                seen |= RequestMember.Answers;
                result = ReadAnswers(ref config, result);
            }
            else if (JsonText.Is(name, escaped, "thinkingConfig"u8) || JsonText.Is(name, escaped, "thinking_config"u8))
            {
                if ((seen & RequestMember.Thinking) != RequestMember.None)
                {
                    return new RequestHead { Fault = "The key 'generationConfig.thinkingConfig' stands twice." };
                }

                seen |= RequestMember.Thinking;
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
}
