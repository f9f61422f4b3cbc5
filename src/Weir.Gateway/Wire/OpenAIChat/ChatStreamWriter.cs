using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIChat;

/// <summary>
/// Writes an answer as OpenAI streams chat (https://platform.openai.com/docs/api-reference/chat-streaming): one chunk for the
/// role, the deltas, one for the finish reason, the usage where it was asked for, and <c>[DONE]</c>, which an answer that
/// failed does not get.
/// </summary>
internal sealed class ChatStreamWriter(AnswerContext context, PooledBuffer to) : AnswerWriter(context, to)
{
    private byte[] model = [];
    private BlockKind kind;
    private int call = -1;
    private int proofs;

    /// <inheritdoc />
    public override void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage)
    {
        this.model = model.ToArray();
        Begin();
        Out.Text("role"u8, "assistant"u8);
        Out.Text("content"u8, default(ReadOnlySpan<byte>));
        End(null);
    }

    /// <inheritdoc />
    public override void OnBlockStart(in BlockHead block)
    {
        kind = block.Kind;
        if (kind != BlockKind.ToolCall)
        {
            return;
        }

        call++;
        Begin();
        Out.Array("tool_calls"u8);
        Out.Object();
        Out.Number("index"u8, call);
        Out.Text("id"u8, block.Id);
        Out.Text("type"u8, "function"u8);
        Out.Object("function"u8);
        Out.Text("name"u8, block.Name);
        Out.Text("arguments"u8, default(ReadOnlySpan<byte>));
        Out.EndObject();
        Out.EndObject();
        Out.EndArray();
        End(null);
    }

    /// <inheritdoc />
    public override void OnDelta(ReadOnlySpan<byte> escaped)
    {
        Begin();
        switch (kind)
        {
            case BlockKind.Thinking:
                Out.Text("reasoning_content"u8, escaped);
                break;
            case BlockKind.Refusal:
                Out.Text("refusal"u8, escaped);
                break;
            case BlockKind.ToolCall:
                Out.Array("tool_calls"u8);
                Out.Object();
                Out.Number("index"u8, call);
                Out.Object("function"u8);
                Out.Text("arguments"u8, escaped);
                Out.EndObject();
                Out.EndObject();
                Out.EndArray();
                break;
            default:
                Out.Text("content"u8, escaped);
                break;
        }

        End(null);
    }

    /// <inheritdoc />
    public override void OnProof(ProofKind kind, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra)
    {
        Begin();
        Out.Array("reasoning_details"u8);
        ChatWords.WriteProof(Context, kind, token, extra, proofs++, Out);
        Out.EndArray();
        End(null);
    }

    /// <inheritdoc />
    public override void OnBlockStop() { }

    /// <inheritdoc />
    public override void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage)
    {
        Begin();
        End(reason);
        if (Context.Conversation.WantsUsageChunk)
        {
            Sse.Begin(Out.Buffer);
            Out.Restart();
            Out.Object();
            ChatWords.WriteHead(Context, "chat.completion.chunk"u8, model, Out);
            Out.Raw("choices"u8, "[]"u8);
            ChatWords.WriteUsage(usage, Out);
            Out.EndObject();
            Sse.End(Out.Buffer);
        }

        Sse.Write(Out.Buffer, default, "[DONE]"u8);
    }

    /// <inheritdoc />
    public override void OnFail(AnswerFailure failure, in TokenUsage usage) =>
        Sse.Write(Out.Buffer, default, CallerErrors.Make(Dialect.OpenAIChat, failure, Context.Id.ToString()));

    private void Begin()
    {
        Sse.Begin(Out.Buffer);
        Out.Restart();
        Out.Object();
        ChatWords.WriteHead(Context, "chat.completion.chunk"u8, model, Out);
        Out.Array("choices"u8);
        Out.Object();
        Out.Number("index"u8, 0);
        Out.Object("delta"u8);
    }

    private void End(StopReason? reason)
    {
        Out.EndObject();
        Out.Null("logprobs"u8);
        if (reason is { } why)
        {
            Out.Text("finish_reason"u8, ChatWords.Of(why));
        }
        else
        {
            Out.Null("finish_reason"u8);
        }

        Out.EndObject();
        Out.EndArray();
        Out.EndObject();
        Sse.End(Out.Buffer);
    }
}
