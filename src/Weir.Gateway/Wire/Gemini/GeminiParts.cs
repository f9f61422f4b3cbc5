using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// The parts of an answer: words as they come, a call when it is whole. A proof waits for the part behind it. Not
/// thread-safe.
/// </summary>
internal sealed class GeminiParts(AnswerContext context)
{
    private PooledBytes input;
    private BlockKind kind;
    private byte[] id = [];
    private byte[] name = [];
    private byte[] signature = [];

    /// <summary>Whether the block that is open is a call.</summary>
    public bool IsCall => kind == BlockKind.ToolCall;

    /// <summary>Whether a proof waits.</summary>
    public bool HasProof => signature.Length > 0;

    /// <summary>A block begins.</summary>
    public void Start(in BlockHead block)
    {
        kind = block.Kind;
        id = block.Id.ToArray();
        name = block.Name.ToArray();
    }

    /// <summary>Whether a piece belongs to a call, and is kept until that is whole.</summary>
    public bool Collects(ReadOnlySpan<byte> escaped)
    {
        if (IsCall)
        {
            input.Append(escaped);
        }

        return IsCall;
    }

    /// <summary>Keeps a proof for the next part.</summary>
    public void Prove(ProofKind proof, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra) =>
        signature = GeminiWords.SignatureOf(context, proof, token, extra);

    /// <summary>Writes words, or thinking. Of thinking that goes on a proof waits for its end.</summary>
    public void WriteText(ReadOnlySpan<byte> escaped, JsonOut to)
    {
        to.Object();
        to.Text("text"u8, escaped);
        if (kind == BlockKind.Thinking && !escaped.IsEmpty)
        {
            to.Bool("thought"u8, true);
            to.EndObject();
            return;
        }

        EndPart(to);
    }

    /// <summary>Writes the proof that waits as a part of its own, behind which another comes.</summary>
    public void WriteProof(JsonOut to)
    {
        to.Object();
        to.Text("text"u8, default(ReadOnlySpan<byte>));
        to.Bool("thought"u8, true);
        EndPart(to);
    }

    /// <summary>Writes the call that is open.</summary>
    public void WriteCall(JsonOut to)
    {
        to.Object();
        to.Object("functionCall"u8);
        to.Text("id"u8, id);
        to.Text("name"u8, name);
        to.Raw("args"u8, RawJson.OfArguments(RawText.OfEscaped(input.Span)).Span);
        to.EndObject();
        EndPart(to);
        input.Clear();
    }

    /// <summary>Gives its memory back; the answer is over.</summary>
    public void Release() => input.Dispose();

    private void EndPart(JsonOut to)
    {
        if (HasProof)
        {
            to.Text("thoughtSignature"u8, signature);
            signature = [];
        }

        to.EndObject();
    }
}
