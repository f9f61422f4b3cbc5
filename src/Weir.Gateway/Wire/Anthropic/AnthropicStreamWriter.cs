using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>
/// Writes an answer as Anthropic streams it (https://platform.claude.com/docs/en/build-with-claude/streaming):
/// <c>message_start</c>, the blocks, <c>message_delta</c> with the final usage, <c>message_stop</c>. An upstream that tells its
/// usage last leaves <c>message_start</c> with an estimate of the prompt, for programs that show how full the context is.
/// </summary>
internal sealed class AnthropicStreamWriter(AnswerContext context, PooledBuffer to) : AnswerWriter(context, to)
{
    private int index = -1;
    private BlockKind kind;

    /// <inheritdoc />
    public override void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage)
    {
        Begin("message_start"u8);
        Out.Object("message"u8);
        AnthropicWords.WriteHead(Context, model, Out);
        Out.Raw("content"u8, "[]"u8);
        Out.Null("stop_reason"u8);
        Out.Null("stop_sequence"u8);
        AnthropicWords.WriteUsage(usage, Context.EstimatedPrompt, Out);
        Out.EndObject();
        End();
    }

    /// <inheritdoc />
    public override void OnBlockStart(in BlockHead block)
    {
        kind = block.Kind;
        index++;
        Begin("content_block_start"u8);
        Out.Number("index"u8, index);
        Out.Object("content_block"u8);
        switch (kind)
        {
            case BlockKind.ToolCall:
                Out.Text("type"u8, "tool_use"u8);
                Out.Text("id"u8, block.Id);
                Out.Text("name"u8, block.Name);
                Out.Raw("input"u8, "{}"u8);
                break;
            case BlockKind.Thinking:
                Out.Text("type"u8, "thinking"u8);
                Out.Text("thinking"u8, default(ReadOnlySpan<byte>));
                Out.Text("signature"u8, default(ReadOnlySpan<byte>));
                break;
            default:
                Out.Text("type"u8, "text"u8);
                Out.Text("text"u8, default(ReadOnlySpan<byte>));
                break;
        }

        Out.EndObject();
        End();
    }

    /// <inheritdoc />
    public override void OnDelta(ReadOnlySpan<byte> escaped)
    {
        BeginDelta();
        switch (kind)
        {
            case BlockKind.ToolCall:
                Out.Text("type"u8, "input_json_delta"u8);
                Out.Text("partial_json"u8, escaped);
                break;
            case BlockKind.Thinking:
                Out.Text("type"u8, "thinking_delta"u8);
                Out.Text("thinking"u8, escaped);
                break;
            default:
                Out.Text("type"u8, "text_delta"u8);
                Out.Text("text"u8, escaped);
                break;
        }

        Out.EndObject();
        End();
    }

    /// <inheritdoc />
    public override void OnProof(ProofKind kind, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra)
    {
        BeginDelta();
        Out.Text("type"u8, "signature_delta"u8);
        Out.Text("signature"u8, AnthropicWords.SignatureOf(Context, kind, token, extra));
        Out.EndObject();
        End();
    }

    /// <inheritdoc />
    public override void OnBlockStop()
    {
        Begin("content_block_stop"u8);
        Out.Number("index"u8, index);
        End();
    }

    /// <inheritdoc />
    public override void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage)
    {
        Begin("message_delta"u8);
        Out.Object("delta"u8);
        Out.Text("stop_reason"u8, AnthropicWords.Of(reason));
        if (stopSequence.IsEmpty)
        {
            Out.Null("stop_sequence"u8);
        }
        else
        {
            Out.Text("stop_sequence"u8, stopSequence);
        }

        Out.EndObject();
        AnthropicWords.WriteUsage(usage, Context.EstimatedPrompt, Out);
        End();
        Begin("message_stop"u8);
        End();
    }

    /// <inheritdoc />
    public override void OnFail(AnswerFailure failure, in TokenUsage usage) =>
        Sse.Write(Out.Buffer, "error"u8, CallerErrors.Make(Dialect.AnthropicMessages, failure, Context.Id.ToString()));

    private void BeginDelta()
    {
        Begin("content_block_delta"u8);
        Out.Number("index"u8, index);
        Out.Object("delta"u8);
    }

    private void Begin(ReadOnlySpan<byte> name)
    {
        Sse.Begin(Out.Buffer, name);
        Out.Restart();
        Out.Object();
        Out.Text("type"u8, name);
    }

    private void End()
    {
        Out.EndObject();
        Sse.End(Out.Buffer);
    }
}
