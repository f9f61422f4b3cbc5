using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIChat;

/// <summary>
/// Reads answers of OpenAI Chat Completions and of the many who speak it: thinking stands under <c>reasoning_content</c>
/// (DeepSeek and most others) or <c>reasoning</c> (OpenRouter, Groq); a finish reason ends the answer, and
/// <c>[DONE]</c>, which some leave out, the stream. Of several choices the first is read. Not thread-safe.
/// </summary>
internal sealed class ChatAnswerReader(AnswerAssembly answer) : AnswerReader(answer)
{
    /// <inheritdoc />
    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> data)
    {
        if (data.Span.StartsWith("[DONE]"u8))
        {
            Answer.End();
            return;
        }

        Read(data, "delta"u8);
    }

    /// <inheritdoc />
    public override void OnDocument(ReadOnlyMemory<byte> json)
    {
        Read(json, "message"u8);
        Answer.End();
    }

    /// <inheritdoc />
    public override AnswerFailure? ReadFailure(ReadOnlyMemory<byte> json, int status)
    {
        return Failures.OfOpenAI(JsonValue.Parse(json), status);
    }

    private void Read(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> member)
    {
        var root = JsonValue.Parse(json);
        if (root.Get("error"u8).Exists())
        {
            Answer.Fail(Failures.OfOpenAI(root, 0) ?? new AnswerFailure(502, "The provider failed.", null));
            return;
        }

        Answer.Begin(root.Text("model"u8).Span);
        foreach (var choice in root.Get("choices"u8).Items())
        {
            if (choice.Get("index"u8).Count() is null or 0)
            {
                ReadDelta(choice.Get(member));
                ReadFinish(choice.Text("finish_reason"u8));
                return;
            }
        }
    }

    private void ReadDelta(JsonValue delta)
    {
        var thinking = delta.Text("reasoning_content"u8);
        Answer.Thinking(thinking.IsEmpty ? delta.Text("reasoning"u8).Span : thinking.Span);
        var content = delta.Get("content"u8);
        Answer.Text(RawText.Of(content).Span);
        foreach (var part in content.Items())
        {
            // Mistral's thinking models answer in parts.
            if (part.Is("type"u8, "thinking"u8))
            {
                foreach (var thought in part.Get("thinking"u8).Items())
                {
                    Answer.Thinking(thought.Text("text"u8).Span);
                }
            }
            else
            {
                Answer.Text(part.Text("text"u8).Span);
            }
        }

        Answer.Refusal(delta.Text("refusal"u8).Span);
        var at = 0;
        foreach (var call in delta.Get("tool_calls"u8).Items())
        {
            ReadCall(call, call.Get("index"u8).Count() ?? at);
            at++;
        }

        if (delta.Get("function_call"u8) is { ValueKind: JsonValueKind.Object } single)
        {
            ReadFunction(0, default, single);
        }
    }

    private void ReadCall(JsonValue call, long key)
    {
        var id = call.Text("id"u8);
        if (call.Get("custom"u8) is { ValueKind: JsonValueKind.Object } custom)
        {
            Answer.ToolCall(key, id.Span, custom.Text("name"u8).Span);
            FreeFormInput(key, custom.Text("input"u8));
            return;
        }

        ReadFunction(key, id, call.Get("function"u8));
        if (call.Get("extra_content"u8).Get("google"u8).Text("thought_signature"u8) is { IsEmpty: false } thought)
        {
            Answer.Proof(ProofKind.Thought, thought.Span);
        }
    }

    private void ReadFunction(long key, RawText id, JsonValue function)
    {
        Answer.ToolCall(key, id.Span, function.Text("name"u8).Span);
        var arguments = function.Get("arguments"u8);
        if (arguments.ValueKind == JsonValueKind.Object)
        {
            // Ollama's older versions send the object itself.
            Answer.ToolInput(key, RawText.OfPlain(arguments.Raw).Span);
        }
        else
        {
            Answer.ToolInput(key, RawText.Of(arguments).Span);
        }
    }

    private void FreeFormInput(long key, RawText input)
    {
        if (!input.IsEmpty)
        {
            Answer.ToolInput(key, RawText.OfPlain(FreeForm.Wrap(input).Span).Span);
        }
    }

    private void ReadFinish(RawText reason)
    {
        if (!reason.IsEmpty)
        {
            Answer.Stop(
                reason.Is("stop"u8) ? StopReason.EndTurn
                : reason.Is("length"u8) ? StopReason.MaxTokens
                : reason.Is("tool_calls"u8) || reason.Is("function_call"u8) ? StopReason.ToolUse
                : reason.Is("content_filter"u8) ? StopReason.Refusal
                : StopReason.EndTurn
            );
        }
    }
}
