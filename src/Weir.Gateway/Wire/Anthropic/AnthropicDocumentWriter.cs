using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>Writes an answer as one Anthropic message (https://platform.claude.com/docs/en/api/messages).</summary>
internal sealed class AnthropicDocumentWriter(AnswerContext context, PooledBuffer to) : AnswerWriter(context, to)
{
    private BlockKind kind;
    private byte[] signature = [];
    private PooledBytes input;

    /// <inheritdoc />
    public override void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage)
    {
        Out.Object();
        AnthropicWords.WriteHead(Context, model, Out);
        Out.Array("content"u8);
    }

    /// <inheritdoc />
    public override void OnBlockStart(in BlockHead block)
    {
        kind = block.Kind;
        signature = [];
        Out.Object();
        switch (kind)
        {
            case BlockKind.ToolCall:
                Out.Text("type"u8, "tool_use"u8);
                Out.Text("id"u8, block.Id);
                Out.Text("name"u8, block.Name);
                return;
            case BlockKind.Thinking:
                Out.Text("type"u8, "thinking"u8);
                Out.Name("thinking"u8);
                break;
            default:
                Out.Text("type"u8, "text"u8);
                Out.Name("text"u8);
                break;
        }

        Out.OpenText();
    }

    /// <inheritdoc />
    public override void OnDelta(ReadOnlySpan<byte> escaped)
    {
        if (kind == BlockKind.ToolCall)
        {
            input.Append(escaped);
        }
        else
        {
            Out.Piece(escaped);
        }
    }

    /// <inheritdoc />
    public override void OnProof(ProofKind kind, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra) =>
        signature = AnthropicWords.SignatureOf(Context, kind, token, extra);

    /// <inheritdoc />
    public override void OnBlockStop()
    {
        if (kind == BlockKind.ToolCall)
        {
            Out.Raw("input"u8, RawJson.OfArguments(RawText.OfEscaped(input.Span)).Span);
            input.Clear();
        }
        else
        {
            Out.CloseText();
        }

        if (kind == BlockKind.Thinking)
        {
            Out.Text("signature"u8, signature);
        }

        Out.EndObject();
    }

    /// <inheritdoc />
    public override void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage)
    {
        Out.EndArray();
        Out.Text("stop_reason"u8, AnthropicWords.Of(reason));
        if (stopSequence.IsEmpty)
        {
            Out.Null("stop_sequence"u8);
        }
        else
        {
            Out.Text("stop_sequence"u8, stopSequence);
        }

        AnthropicWords.WriteUsage(usage, prompt: null, Out);
        Out.EndObject();
    }

    /// <inheritdoc />
    public override void OnFail(AnswerFailure failure, in TokenUsage usage)
    {
        Out.Buffer.Clear();
        Out.Buffer.Append(CallerErrors.Make(Dialect.AnthropicMessages, failure, Context.Id.ToString()));
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        input.Dispose();
        base.Dispose();
    }
}
