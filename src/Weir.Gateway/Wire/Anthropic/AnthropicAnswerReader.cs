using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>Reads answers of Anthropic Messages. Pings and events that it does not know are passed over. Not thread-safe.</summary>
internal sealed class AnthropicAnswerReader(AnswerAssembly answer) : AnswerReader(answer)
{
    private readonly List<byte> thinking = [];
    private BlockKind kind;
    private bool isForeign;
    private bool hasInput;

    /// <inheritdoc />
    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> data)
    {
        var root = JsonValue.Parse(data);
        var type = root.Text("type"u8);
        if (type.Is("content_block_delta"u8))
        {
            ReadDelta(root.Get("index"u8).Count() ?? 0, root.Get("delta"u8));
        }
        else if (type.Is("content_block_start"u8))
        {
            StartBlock(root.Get("index"u8).Count() ?? 0, root.Get("content_block"u8));
        }
        else if (type.Is("content_block_stop"u8))
        {
            StopBlock(root.Get("index"u8).Count() ?? 0);
        }
        else if (type.Is("message_start"u8))
        {
            Answer.Begin(root.Get("message"u8).Text("model"u8).Span);
        }
        else if (type.Is("message_delta"u8))
        {
            ReadStop(root.Get("delta"u8));
        }
        else if (type.Is("message_stop"u8))
        {
            Answer.End();
        }
        else if (type.Is("error"u8))
        {
            Answer.Fail(Failures.OfAnthropic(root, 0) ?? new AnswerFailure(500, "The provider failed.", null));
        }
    }

    /// <inheritdoc />
    public override void OnDocument(ReadOnlyMemory<byte> json)
    {
        var root = JsonValue.Parse(json);
        Answer.Begin(root.Text("model"u8).Span);
        var index = 0;
        foreach (var block in root.Get("content"u8).Items())
        {
            StartBlock(index, block);
            if (kind == BlockKind.ToolCall && !isForeign && block.Get("input"u8).Exists())
            {
                var input = RawJson.Of(block.Get("input"u8));
                Answer.ToolInput(index, RawText.OfPlain(input.Span).Span);
                hasInput = true;
            }

            StopBlock(index);
            index++;
        }

        ReadStop(root);
        Answer.End();
    }

    /// <inheritdoc />
    public override AnswerFailure? ReadFailure(ReadOnlyMemory<byte> json, int status)
    {
        return Failures.OfAnthropic(JsonValue.Parse(json), status);
    }

    private void StartBlock(long index, JsonValue block)
    {
        var type = block.Text("type"u8);
        isForeign = false;
        hasInput = false;
        thinking.Clear();
        if (type.Is("text"u8))
        {
            kind = BlockKind.Text;
            Answer.BlockDone();
            Answer.Text(block.Text("text"u8).Span);
        }
        else if (type.Is("thinking"u8))
        {
            kind = BlockKind.Thinking;
            Answer.BlockDone();
            Think(block.Text("thinking"u8));
            Sign(block.Text("signature"u8));
        }
        else if (type.Is("redacted_thinking"u8))
        {
            kind = BlockKind.Thinking;
            Answer.BlockDone();
            Answer.Proof(ProofKind.Redacted, block.Text("data"u8).Span);
        }
        else if (type.Is("tool_use"u8))
        {
            kind = BlockKind.ToolCall;
            Answer.ToolCall(index, block.Text("id"u8).Span, block.Text("name"u8).Span);
        }
        else
        {
            // What Anthropic's own tools did stays between it and its caller.
            isForeign = true;
        }
    }

    private void ReadDelta(long index, JsonValue delta)
    {
        var type = delta.Text("type"u8);
        if (isForeign)
        {
            return;
        }

        if (type.Is("text_delta"u8))
        {
            Answer.Text(delta.Text("text"u8).Span);
        }
        else if (type.Is("input_json_delta"u8))
        {
            var piece = delta.Text("partial_json"u8).Span;
            hasInput |= !piece.IsEmpty;
            Answer.ToolInput(index, piece);
        }
        else if (type.Is("thinking_delta"u8))
        {
            Think(delta.Text("thinking"u8));
        }
        else if (type.Is("signature_delta"u8))
        {
            Sign(delta.Text("signature"u8));
        }
    }

    private void StopBlock(long index)
    {
        if (isForeign)
        {
            return;
        }

        if (kind == BlockKind.ToolCall)
        {
            if (!hasInput)
            {
                Answer.ToolInput(index, "{}"u8);
            }

            Answer.ToolDone(index);
        }
        else
        {
            Answer.BlockDone();
        }
    }

    private void Think(RawText text)
    {
        thinking.AddRange(text.Span);
        Answer.Thinking(text.Span);
    }

    /// <summary>A signature signs the words before it, which must come back with it letter for letter.</summary>
    private void Sign(RawText signature)
    {
        if (!signature.IsEmpty)
        {
            Answer.Proof(ProofKind.Signature, signature.Span, RawText.OfEscaped([.. thinking]).Decode());
        }
    }

    private void ReadStop(JsonValue delta)
    {
        var reason = delta.Text("stop_reason"u8);
        if (reason.IsEmpty)
        {
            return;
        }

        Answer.Stop(
            reason.Is("max_tokens"u8) ? StopReason.MaxTokens
                : reason.Is("stop_sequence"u8) ? StopReason.StopSequence
                : reason.Is("tool_use"u8) ? StopReason.ToolUse
                : reason.Is("refusal"u8) ? StopReason.Refusal
                : reason.Is("pause_turn"u8) ? StopReason.PauseTurn
                : reason.Is("model_context_window_exceeded"u8) ? StopReason.ContextFull
                : StopReason.EndTurn,
            delta.Text("stop_sequence"u8).Span
        );
    }
}
