using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Translation;

/// <summary>
/// Writes an answer in a caller's dialect, as a stream or as one document. It is called by <see cref="AnswerAssembly"/> alone,
/// which keeps the order: once <see cref="OnStart"/>; blocks one after the other, each begun, continued and ended; and at last
/// <see cref="OnStop"/> or <see cref="OnFail"/>, the latter also instead of all else. All texts are escaped. Not thread-safe.
/// </summary>
internal abstract class AnswerWriter(AnswerContext context, PooledBuffer to) : IDisposable
{
    /// <summary>What is known of the request.</summary>
    protected AnswerContext Context { get; } = context;

    /// <summary>Where to write.</summary>
    protected JsonOut Out { get; } = new(to);

    /// <summary>The answer begins.</summary>
    /// <param name="model">The model as the upstream names it, escaped; never empty.</param>
    /// <param name="usage">What is known of it so far; of an upstream that tells it last, nothing.</param>
    public abstract void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage);

    /// <summary>A block begins.</summary>
    public abstract void OnBlockStart(in BlockHead block);

    /// <summary>More of the block: words, or a piece of a tool's input as a text.</summary>
    public abstract void OnDelta(ReadOnlySpan<byte> escaped);

    /// <summary>The proof of the thinking block that is open; once, before its end.</summary>
    /// <param name="kind">Of what kind it is.</param>
    /// <param name="token">The proof.</param>
    /// <param name="extra">What belongs to it, not escaped.</param>
    public abstract void OnProof(ProofKind kind, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra);

    /// <summary>The block ends.</summary>
    public abstract void OnBlockStop();

    /// <summary>The answer is complete.</summary>
    /// <param name="reason">Why it ended; never none.</param>
    /// <param name="stopSequence">Which of the stop texts came; empty when that is not known.</param>
    /// <param name="usage">The final figures, or what is known of them.</param>
    public abstract void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage);

    /// <summary>The answer failed; nothing follows.</summary>
    public abstract void OnFail(AnswerFailure failure, in TokenUsage usage);

    /// <summary>Gives back what it collected in.</summary>
    public virtual void Dispose() { }
}
