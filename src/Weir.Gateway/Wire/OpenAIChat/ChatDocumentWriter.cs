using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIChat;

/// <summary>Writes an answer as one chat completion (https://platform.openai.com/docs/api-reference/chat/object).</summary>
internal sealed class ChatDocumentWriter(AnswerContext context, PooledBuffer to) : AnswerWriter(context, to)
{
    private readonly List<(ProofKind Kind, byte[] Token, byte[] Extra)> proofs = [];
    private readonly List<(byte[] Id, byte[] Name, byte[] Input)> calls = [];
    private PooledBytes text;
    private PooledBytes thinking;
    private PooledBytes refusal;
    private PooledBytes input;
    private byte[] model = [];
    private byte[] callId = [];
    private byte[] callName = [];
    private BlockKind kind;

    /// <inheritdoc />
    public override void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage) => this.model = model.ToArray();

    /// <inheritdoc />
    public override void OnBlockStart(in BlockHead block)
    {
        kind = block.Kind;
        callId = block.Id.ToArray();
        callName = block.Name.ToArray();
    }

    /// <inheritdoc />
    public override void OnDelta(ReadOnlySpan<byte> escaped)
    {
        switch (kind)
        {
            case BlockKind.Thinking:
                thinking.Append(escaped);
                break;
            case BlockKind.Refusal:
                refusal.Append(escaped);
                break;
            case BlockKind.ToolCall:
                input.Append(escaped);
                break;
            default:
                text.Append(escaped);
                break;
        }
    }

    /// <inheritdoc />
    public override void OnProof(ProofKind kind, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra) =>
        proofs.Add((kind, token.ToArray(), extra.ToArray()));

    /// <inheritdoc />
    public override void OnBlockStop()
    {
        if (kind == BlockKind.ToolCall)
        {
            calls.Add((callId, callName, input.Span.ToArray()));
            input.Clear();
        }
    }

    /// <inheritdoc />
    public override void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage)
    {
        Out.Object();
        ChatWords.WriteHead(Context, "chat.completion"u8, model, Out);
        Out.Array("choices"u8);
        Out.Object();
        Out.Number("index"u8, 0);
        Out.Object("message"u8);
        Out.Text("role"u8, "assistant"u8);
        WriteOrNull("content"u8, text.Span, calls.Count > 0 || refusal.Length > 0);
        WriteOrNull("refusal"u8, refusal.Span, isNull: true);
        if (thinking.Length > 0)
        {
            Out.Text("reasoning_content"u8, thinking.Span);
        }

        WriteProofs();
        WriteCalls();
        Out.EndObject();
        Out.Null("logprobs"u8);
        Out.Text("finish_reason"u8, ChatWords.Of(reason));
        Out.EndObject();
        Out.EndArray();
        ChatWords.WriteUsage(usage, Out);
        Out.EndObject();
    }

    /// <inheritdoc />
    public override void OnFail(AnswerFailure failure, in TokenUsage usage)
    {
        Out.Buffer.Clear();
        Out.Buffer.Append(CallerErrors.Make(Dialect.OpenAIChat, failure, Context.Id.ToString()));
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        text.Dispose();
        thinking.Dispose();
        refusal.Dispose();
        input.Dispose();
        base.Dispose();
    }

    private void WriteOrNull(ReadOnlySpan<byte> name, ReadOnlySpan<byte> escaped, bool isNull)
    {
        if (escaped.IsEmpty && isNull)
        {
            Out.Null(name);
        }
        else
        {
            Out.Text(name, escaped);
        }
    }

    private void WriteProofs()
    {
        if (proofs.Count == 0)
        {
            return;
        }

        Out.Array("reasoning_details"u8);
        for (var i = 0; i < proofs.Count; i++)
        {
            var (proof, token, extra) = proofs[i];
            ChatWords.WriteProof(Context, proof, token, extra, i, Out);
        }

        Out.EndArray();
    }

    private void WriteCalls()
    {
        if (calls.Count == 0)
        {
            return;
        }

        Out.Array("tool_calls"u8);
        foreach (var (id, name, arguments) in calls)
        {
            Out.Object();
            Out.Text("id"u8, id);
            Out.Text("type"u8, "function"u8);
            Out.Object("function"u8);
            Out.Text("name"u8, name);
            Out.Text("arguments"u8, arguments);
            Out.EndObject();
            Out.EndObject();
        }

        Out.EndArray();
    }
}
