using System.Text;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Wire.BedrockConverse;

/// <summary>
/// Reads answers of Bedrock's Converse: its document, and its stream as events that are named by the frames' headers
/// (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html). Not thread-safe.
/// </summary>
internal sealed class ConverseAnswerReader(AnswerAssembly answer) : AnswerReader(answer)
{
    private readonly List<byte> thinking = [];
    private readonly HashSet<long> calls = [];
    private readonly HashSet<long> withInput = [];

    /// <inheritdoc />
    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> data)
    {
        var root = JsonValue.Parse(data);
        var index = root.Get("contentBlockIndex"u8).Count() ?? 0;
        switch (name)
        {
            case var _ when name.SequenceEqual("contentBlockDelta"u8):
                ReadDelta(index, root.Get("delta"u8));
                break;
            case var _ when name.SequenceEqual("contentBlockStart"u8):
                StartCall(index, root.Get("start"u8).Get("toolUse"u8));
                break;
            case var _ when name.SequenceEqual("contentBlockStop"u8):
                StopBlock(index);
                break;
            case var _ when name.SequenceEqual("messageStart"u8):
                Answer.Begin(default);
                break;
            case var _ when name.SequenceEqual("messageStop"u8):
                ReadStop(root.Text("stopReason"u8));
                break;
            case var _ when name.SequenceEqual("metadata"u8):
                // The last event, which tells the usage: the answer's end must know it.
                Answer.End();
                break;
            case var _ when name.EndsWith("Exception"u8):
                var (status, _) = BedrockErrors.Of(Encoding.UTF8.GetString(name), 500);
                Answer.Fail(
                    new AnswerFailure(status, MessageOf(root) ?? "The provider failed.", Encoding.UTF8.GetString(name))
                );
                break;
        }
    }

    /// <inheritdoc />
    public override void OnDocument(ReadOnlyMemory<byte> json)
    {
        var root = JsonValue.Parse(json);
        var message = root.Get("output"u8).Get("message"u8);
        if (!message.Exists())
        {
            return;
        }

        Answer.Begin(default);
        var index = 0;
        foreach (var block in message.Get("content"u8).Items())
        {
            var call = block.Get("toolUse"u8);
            if (call.Exists())
            {
                StartCall(index, call);
                var input = call.Get("input"u8);
                if (input.Exists())
                {
                    withInput.Add(index);
                    Answer.ToolInput(index, RawText.OfPlain(RawJson.Of(input).Span).Span);
                }
            }
            else
            {
                var reasoning = block.Get("reasoningContent"u8);
                var text = reasoning.Get("reasoningText"u8);
                Think(text.Text("text"u8));
                Sign(text.Text("signature"u8));
                Redact(reasoning.Text("redactedContent"u8));
                Answer.Text(block.Text("text"u8).Span);
            }

            StopBlock(index);
            index++;
        }

        ReadStop(root.Text("stopReason"u8));
        Answer.End();
    }

    /// <inheritdoc />
    public override AnswerFailure? ReadFailure(ReadOnlyMemory<byte> json, int status)
    {
        return MessageOf(JsonValue.Parse(json)) is { } message ? new AnswerFailure(status, message, null) : null;
    }

    private static string? MessageOf(JsonValue root)
    {
        var message = root.Text("message"u8);
        return message.IsEmpty ? null : message.ToString();
    }

    private void StartCall(long index, JsonValue call)
    {
        if (!call.Exists())
        {
            return;
        }

        calls.Add(index);
        Answer.ToolCall(index, call.Text("toolUseId"u8).Span, call.Text("name"u8).Span);
    }

    private void ReadDelta(long index, JsonValue delta)
    {
        var call = delta.Get("toolUse"u8);
        if (call.Exists())
        {
            var piece = call.Text("input"u8);
            if (!piece.IsEmpty)
            {
                withInput.Add(index);
                Answer.ToolInput(index, piece.Span);
            }

            return;
        }

        var reasoning = delta.Get("reasoningContent"u8);
        Think(reasoning.Text("text"u8));
        Sign(reasoning.Text("signature"u8));
        Redact(reasoning.Text("redactedContent"u8));
        Answer.Text(delta.Text("text"u8).Span);
    }

    private void StopBlock(long index)
    {
        thinking.Clear();
        if (!calls.Contains(index))
        {
            Answer.BlockDone();
            return;
        }

        if (!withInput.Contains(index))
        {
            Answer.ToolInput(index, "{}"u8);
        }

        Answer.ToolDone(index);
    }

    private void Think(RawText text)
    {
        thinking.AddRange(text.Span);
        Answer.Thinking(text.Span);
    }

    private void Sign(RawText signature)
    {
        if (!signature.IsEmpty)
        {
            Answer.Proof(ProofKind.Signature, signature.Span, RawText.OfEscaped([.. thinking]).Decode());
        }
    }

    private void Redact(RawText data)
    {
        if (!data.IsEmpty)
        {
            Answer.Proof(ProofKind.Redacted, data.Span);
        }
    }

    private void ReadStop(RawText reason)
    {
        if (reason.Is("malformed_model_output"u8) || reason.Is("malformed_tool_use"u8))
        {
            Answer.Fail(new AnswerFailure(502, "The model's answer was malformed.", reason.ToString()));
            return;
        }

        Answer.Stop(
            reason.IsEmpty ? StopReason.None
            : reason.Is("max_tokens"u8) ? StopReason.MaxTokens
            : reason.Is("stop_sequence"u8) ? StopReason.StopSequence
            : reason.Is("tool_use"u8) ? StopReason.ToolUse
            : reason.Is("guardrail_intervened"u8) || reason.Is("content_filtered"u8) ? StopReason.Refusal
            : reason.Is("model_context_window_exceeded"u8) ? StopReason.ContextFull
            : StopReason.EndTurn
        );
    }
}
