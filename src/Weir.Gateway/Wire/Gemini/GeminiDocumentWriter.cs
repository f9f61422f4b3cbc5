using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>Writes an answer as one response of Gemini's (https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse).</summary>
internal sealed class GeminiDocumentWriter(AnswerContext context, PooledBuffer to) : AnswerWriter(context, to)
{
    private readonly GeminiParts parts = new(context);
    private PooledBytes text;
    private byte[] model = [];
    private bool hasPart;

    /// <inheritdoc />
    public override void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage)
    {
        this.model = model.ToArray();
        GeminiWords.Open(Out);
    }

    /// <inheritdoc />
    public override void OnBlockStart(in BlockHead block) => parts.Start(block);

    /// <inheritdoc />
    public override void OnDelta(ReadOnlySpan<byte> escaped)
    {
        if (!parts.Collects(escaped))
        {
            text.Append(escaped);
        }
    }

    /// <inheritdoc />
    public override void OnProof(ProofKind kind, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra)
    {
        if (parts.HasProof)
        {
            parts.WriteProof(Out);
            hasPart = true;
        }

        parts.Prove(kind, token, extra);
    }

    /// <inheritdoc />
    public override void OnBlockStop()
    {
        if (parts.IsCall)
        {
            parts.WriteCall(Out);
            hasPart = true;
        }
        else if (text.Length > 0)
        {
            parts.WriteText(text.Span, Out);
            hasPart = true;
            text.Clear();
        }
    }

    /// <inheritdoc />
    public override void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage)
    {
        if (!hasPart || parts.HasProof)
        {
            parts.WriteText(default, Out);
        }

        GeminiWords.Close(Context, model, reason, usage, Out);
        Release();
    }

    /// <inheritdoc />
    public override void OnFail(AnswerFailure failure, in TokenUsage usage)
    {
        Out.Buffer.Clear();
        Out.Buffer.Append(CallerErrors.Make(Dialect.Gemini, failure, Context.Id.ToString()));
        Release();
    }

    private void Release()
    {
        text.Dispose();
        parts.Release();
    }
}
