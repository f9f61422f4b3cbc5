using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Writes an answer as OpenAI streams responses (https://platform.openai.com/docs/api-reference/responses-streaming): numbered
/// events, each item and part added, continued and done, and last the whole response as <c>completed</c>, <c>incomplete</c>
/// or <c>failed</c>. There is no <c>[DONE]</c>.
/// </summary>
internal sealed class ResponsesStreamWriter(AnswerContext context, PooledBuffer to) : ResponsesWriter(context, to)
{
    private int sequence;
    private bool hasBegun;
    private bool hasSummary;

    /// <inheritdoc />
    public override void OnStart(ReadOnlySpan<byte> model, in TokenUsage usage)
    {
        base.OnStart(model, usage);
        hasBegun = true;
        Lifecycle("response.created"u8, ResponseState.InProgress);
        Lifecycle("response.in_progress"u8, ResponseState.InProgress);
    }

    /// <inheritdoc />
    public override void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage)
    {
        EndItems(reason);
        Lifecycle(
            ResponsesWords.IsComplete(reason) ? "response.completed"u8 : "response.incomplete"u8,
            ResponseState.Ended(reason, usage)
        );
    }

    /// <inheritdoc />
    public override void OnFail(AnswerFailure failure, in TokenUsage usage)
    {
        if (!hasBegun)
        {
            // A stream that does not begin with a response is none to those who read it.
            OnStart(RawText.OfPlain(Context.Model).Span, usage);
        }

        Lifecycle("response.failed"u8, ResponseState.Failed(failure, usage));
    }

    /// <inheritdoc />
    protected override void OnItem()
    {
        hasSummary = false;
        WriteItem("response.output_item.added"u8, ItemStatus.InProgress);
        if (Item.Kind is BlockKind.Text or BlockKind.Refusal)
        {
            WritePart("response.content_part.added"u8, default);
        }
    }

    /// <inheritdoc />
    protected override void OnItemDelta(ReadOnlySpan<byte> escaped)
    {
        if (Item.Kind == BlockKind.Thinking && !hasSummary)
        {
            hasSummary = true;
            WriteSummary("response.reasoning_summary_part.added"u8, default);
        }

        switch (Item.Kind)
        {
            case BlockKind.Thinking:
                Words("response.reasoning_summary_text.delta"u8, "summary_index"u8, "delta"u8, escaped);
                break;
            case BlockKind.Refusal:
                Words("response.refusal.delta"u8, "content_index"u8, "delta"u8, escaped);
                break;
            case BlockKind.ToolCall when Item.IsOwn:
                break;
            case BlockKind.ToolCall when Item.IsFreeForm:
                Words("response.custom_tool_call_input.delta"u8, default, "delta"u8, escaped);
                break;
            case BlockKind.ToolCall:
                Words("response.function_call_arguments.delta"u8, default, "delta"u8, escaped);
                break;
            default:
                Words("response.output_text.delta"u8, "content_index"u8, "delta"u8, escaped);
                break;
        }
    }

    /// <inheritdoc />
    protected override void OnItemDone(ItemStatus status)
    {
        switch (Item.Kind)
        {
            case BlockKind.Thinking when hasSummary:
                Words("response.reasoning_summary_text.done"u8, "summary_index"u8, "text"u8, Item.Text);
                WriteSummary("response.reasoning_summary_part.done"u8, Item.Text);
                break;
            case BlockKind.Thinking:
            case BlockKind.ToolCall when Item.IsOwn:
                break;
            case BlockKind.ToolCall when Item.IsFreeForm:
                Words("response.custom_tool_call_input.done"u8, default, "input"u8, Item.Text);
                break;
            case BlockKind.ToolCall:
                Words("response.function_call_arguments.done"u8, default, "arguments"u8, Item.Text);
                break;
            case BlockKind.Refusal:
                Words("response.refusal.done"u8, "content_index"u8, "refusal"u8, Item.Text);
                WritePart("response.content_part.done"u8, Item.Text);
                break;
            default:
                Words("response.output_text.done"u8, "content_index"u8, "text"u8, Item.Text);
                WritePart("response.content_part.done"u8, Item.Text);
                break;
        }

        WriteItem("response.output_item.done"u8, status);
    }

    private void Lifecycle(ReadOnlySpan<byte> name, ResponseState state)
    {
        Begin(name);
        Out.Name("response"u8);
        WriteResponse(state);
        End();
    }

    private void WriteItem(ReadOnlySpan<byte> name, ItemStatus status)
    {
        Begin(name);
        Out.Number("output_index"u8, Item.Index);
        Out.Name("item"u8);
        Item.Write(status, Out);
        End();
    }

    private void WritePart(ReadOnlySpan<byte> name, ReadOnlySpan<byte> said)
    {
        BeginInside(name, "content_index"u8);
        Out.Name("part"u8);
        Item.WritePart(said, Out);
        End();
    }

    private void WriteSummary(ReadOnlySpan<byte> name, ReadOnlySpan<byte> said)
    {
        BeginInside(name, "summary_index"u8);
        Out.Name("part"u8);
        ResponsesItem.WriteSummary(said, Out);
        End();
    }

    private void Words(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> index,
        ReadOnlySpan<byte> member,
        ReadOnlySpan<byte> said
    )
    {
        BeginInside(name, index);
        Out.Text(member, said);
        if (member.SequenceEqual("arguments"u8))
        {
            Out.Text("name"u8, Item.Name);
        }
        else if (Item.Kind == BlockKind.Text)
        {
            Out.Raw("logprobs"u8, "[]"u8);
        }

        End();
    }

    private void BeginInside(ReadOnlySpan<byte> name, ReadOnlySpan<byte> index)
    {
        Begin(name);
        Out.Text("item_id"u8, Item.Id);
        Out.Number("output_index"u8, Item.Index);
        if (!index.IsEmpty)
        {
            Out.Number(index, 0);
        }
    }

    private void Begin(ReadOnlySpan<byte> name)
    {
        Sse.Begin(Out.Buffer, name);
        Out.Restart();
        Out.Object();
        Out.Text("type"u8, name);
        Out.Number("sequence_number"u8, sequence++);
    }

    private void End()
    {
        Out.EndObject();
        Sse.End(Out.Buffer);
    }
}
