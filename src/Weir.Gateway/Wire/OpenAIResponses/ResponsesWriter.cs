using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Makes items of an answer's blocks and keeps those that are done, for the response that names them all. An item's end is
/// told when the next begins or the answer ends: only then is it known whether the answer broke off in its midst, and whether
/// a call may be carried out.
/// </summary>
internal abstract class ResponsesWriter(AnswerContext context, PooledBuffer to) : AnswerWriter(context, to)
{
    private PooledBytes output;

    /// <summary>The item that is being written.</summary>
    protected ResponsesItem Item { get; } = new(context);

    /// <summary>The model that answers, escaped; empty before <see cref="OnStart"/>.</summary>
    protected byte[] Model { get; private set; } = [];

    /// <inheritdoc />
    public override void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage) => Model = model.ToArray();

    /// <inheritdoc />
    public sealed override void OnBlockStart(in BlockHead block)
    {
        EndItem(ItemStatus.Completed);
        Item.Begin(block);
        if (block.Kind != BlockKind.Thinking)
        {
            Tell();
        }
    }

    /// <inheritdoc />
    public sealed override void OnDelta(ReadOnlySpan<byte> escaped)
    {
        if (!Item.IsTold)
        {
            Tell();
        }

        Say(Item.Add(escaped));
    }

    /// <inheritdoc />
    public sealed override void OnProof(ProofKind kind, ReadOnlySpan<byte> token, ReadOnlySpan<byte> extra)
    {
        if (!Context.Conversation.KeepsProofs)
        {
            return;
        }

        if (!Item.IsTold)
        {
            Tell();
        }

        Item.Prove(ThinkingProof.Seal(kind, Context.Provider, token, extra));
    }

    /// <inheritdoc />
    public sealed override void OnBlockStop() { }

    /// <summary>An item has begun.</summary>
    protected virtual void OnItem() { }

    /// <summary>More of the item has come; never empty.</summary>
    protected virtual void OnItemDelta(ReadOnlySpan<byte> escaped) { }

    /// <summary>The item has ended.</summary>
    protected virtual void OnItemDone(ItemStatus status) { }

    /// <summary>Ends the last item of an answer that ends for this reason.</summary>
    protected void EndItems(StopReason reason) =>
        EndItem(ResponsesWords.IsComplete(reason) ? ItemStatus.Completed : ItemStatus.Incomplete);

    /// <summary>Writes the response as an object, with the items so far.</summary>
    protected void WriteResponse(ResponseState state) =>
        ResponsesWords.WriteResponse(Context, Model, state, output.Span, Out);

    /// <inheritdoc />
    public sealed override void Dispose()
    {
        Item.Dispose();
        output.Dispose();
        base.Dispose();
    }

    private void Tell()
    {
        Item.Tell();
        OnItem();
    }

    private void Say(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            OnItemDelta(escaped);
        }
    }

    private void EndItem(ItemStatus status)
    {
        if (!Item.IsOpen)
        {
            return;
        }

        var rest = Item.Finish();
        if (!Item.IsTold)
        {
            return;
        }

        Say(rest);
        using var whole = new PooledBuffer(Item.Text.Length);
        Item.Write(status, new JsonOut(whole));
        output.Append(output.Length > 0 ? ","u8 : default);
        output.Append(whole.Span);
        OnItemDone(status);
    }
}
