using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>
/// Gemini's generateContent: a document, a stream of events, or a stream as one JSON array. <c>usageMetadata</c> is
/// cumulative; the prompt counts cached tokens in, and they are taken out here; the tool-use prompt comes on top of it;
/// output is candidates and thoughts.
/// </summary>
internal sealed class GeminiMeter(bool isStream) : DialectMeter(isStream)
{
    private long? prompt;
    private long? cached;
    private long? toolPrompt;
    private long? candidates;
    private long? thoughts;

    protected override TokenUsage Usage =>
        new()
        {
            Input = prompt is { } all ? Math.Max(0, all - (cached ?? 0)) + (toolPrompt ?? 0) : null,
            CacheRead = cached,
            Output = candidates is null && thoughts is null ? null : (candidates ?? 0) + (thoughts ?? 0),
            Reasoning = thoughts,
        };

    protected override void Read(ref Utf8JsonReader json, bool isEvent)
    {
        if (!json.Read())
        {
            return;
        }

        if (json.TokenType != JsonTokenType.StartArray)
        {
            ReadChunk(ref json, 1);
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            ReadChunk(ref json, 2);
        }
    }

    private void ReadChunk(ref Utf8JsonReader json, int depth)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (NextProperty(ref json, depth))
        {
            if (json.ValueTextEquals("modelVersion"u8))
            {
                Known = Known with { Model = Name(ref json) ?? Known.Model };
            }
            else if (json.ValueTextEquals("responseId"u8))
            {
                Known = Known with { MessageId = Name(ref json) ?? Known.MessageId };
            }
            else if (json.ValueTextEquals("candidates"u8))
            {
                ReadCandidates(ref json);
            }
            else if (json.ValueTextEquals("usageMetadata"u8) && Enter(ref json, out var usage))
            {
                ReadUsage(ref json, usage);
            }
            else if (json.ValueTextEquals("promptFeedback"u8) && Enter(ref json, out var feedback))
            {
                while (NextProperty(ref json, feedback))
                {
                    if (json.ValueTextEquals("blockReason"u8) && Name(ref json) is not null)
                    {
                        Known = Known with { SawEnd = true, SawContent = true };
                    }
                }
            }
            else if (json.ValueTextEquals("error"u8) && Enter(ref json, out var error))
            {
                Known = Known with { ErrorType = error > 0 ? "error" : Known.ErrorType };
                while (NextProperty(ref json, error))
                {
                    if (json.ValueTextEquals("status"u8))
                    {
                        Known = Known with { ErrorType = Name(ref json) ?? "error" };
                    }
                }
            }
        }
    }

    private void ReadUsage(ref Utf8JsonReader json, int depth)
    {
        while (NextProperty(ref json, depth))
        {
            if (json.ValueTextEquals("promptTokenCount"u8))
            {
                prompt = Tokens(ref json) ?? prompt;
            }
            else if (json.ValueTextEquals("cachedContentTokenCount"u8))
            {
                cached = Tokens(ref json) ?? cached;
            }
            else if (json.ValueTextEquals("toolUsePromptTokenCount"u8))
            {
                toolPrompt = Tokens(ref json) ?? toolPrompt;
            }
            else if (json.ValueTextEquals("candidatesTokenCount"u8))
            {
                candidates = Tokens(ref json) ?? candidates;
            }
            else if (json.ValueTextEquals("thoughtsTokenCount"u8))
            {
                thoughts = Tokens(ref json) ?? thoughts;
            }
        }

        Known = Known with { IsFinal = prompt is not null };
    }

    private void ReadCandidates(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        var depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (json.ValueTextEquals("finishReason"u8))
            {
                var reason = Name(ref json);
                Known = Known with
                {
                    SawEnd = Known.SawEnd || reason is not null,
                    SawContent = Known.SawContent || reason is not null,
                };
            }
            else if (json.ValueTextEquals("text"u8))
            {
                var characters = Characters(ref json);
                if (characters > 0)
                {
                    Content(characters);
                }
            }
            else if (json.ValueTextEquals("functionCall"u8))
            {
                Content(0);
            }
        }
    }
}
