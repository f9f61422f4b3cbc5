using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// Writes an answer as Gemini streams it: responses with a few parts each, as events or as the elements of one array. Each
/// has a part, for Google's SDK forgets a conversation with one that has none. A call comes whole, and a proof on the part
/// behind its thinking, where Gemini's own signatures stand.
/// </summary>
internal sealed class GeminiStreamWriter(AnswerContext context, PooledBuffer to) : AnswerWriter(context, to)
{
    private readonly GeminiParts parts = new(context);
    private byte[] model = [];
    private bool hasChunk;

    /// <inheritdoc />
    public override void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage) => this.model = model.ToArray();

    /// <inheritdoc />
    public override void OnBlockStart(in BlockHead block) => parts.Start(block);

    /// <inheritdoc />
    public override void OnDelta(ReadOnlySpan<byte> escaped)
    {
        if (!parts.Collects(escaped))
        {
            Begin();
            parts.WriteText(escaped, Out);
            End(StopReason.None, default);
        }
    }

    /// <inheritdoc />
    public override void OnProof(ProofKind kind, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra)
    {
        if (parts.HasProof)
        {
            Begin();
            parts.WriteProof(Out);
            End(StopReason.None, default);
        }

        parts.Prove(kind, token, extra);
    }

    /// <inheritdoc />
    public override void OnBlockStop()
    {
        if (parts.IsCall)
        {
            Begin();
            parts.WriteCall(Out);
            End(StopReason.None, default);
        }
    }

    /// <inheritdoc />
    public override void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage)
    {
        Begin();
        parts.WriteText(default, Out);
        End(reason, usage);
        if (Context.StreamsArray)
        {
            Out.Buffer.Append("\n]\n"u8);
        }

        parts.Release();
    }

    /// <inheritdoc />
    public override void OnFail(AnswerFailure failure, in TokenUsage usage)
    {
        var error = CallerErrors.Make(Dialect.Gemini, failure, Context.Id.ToString());
        if (Context.StreamsArray)
        {
            BeginElement();
            Out.Buffer.Append(error);
            Out.Buffer.Append("\n]\n"u8);
        }
        else
        {
            Sse.Write(Out.Buffer, default, error);
        }

        parts.Release();
    }

    private void Begin()
    {
        if (Context.StreamsArray)
        {
            BeginElement();
        }
        else
        {
            Sse.Begin(Out.Buffer);
        }

        Out.Restart();
        GeminiWords.Open(Out);
    }

    private void BeginElement()
    {
        Out.Buffer.Append(hasChunk ? ",\n"u8 : "["u8);
        hasChunk = true;
    }

    private void End(StopReason reason, in TokenUsage usage)
    {
        GeminiWords.Close(Context, model, reason, usage, Out);
        if (!Context.StreamsArray)
        {
            Sse.End(Out.Buffer);
        }
    }
}
