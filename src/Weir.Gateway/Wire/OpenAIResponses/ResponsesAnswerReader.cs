using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Reads answers of OpenAI Responses. Items are told apart by their place in the output; what came in no delta (some who
/// speak the dialect send none) is taken from the item when it is done. The traces of tools that the provider ran are passed
/// over. Not thread-safe.
/// </summary>
internal sealed class ResponsesAnswerReader(AnswerAssembly answer) : AnswerReader(answer)
{
    private readonly HashSet<long> said = [];
    private bool hasItems;

    /// <inheritdoc />
    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> data)
    {
        var root = JsonValue.Parse(data);
        var type = root.Text("type"u8).Span;
        var item = root.Get("item"u8);
        var index = root.Get("output_index"u8).Count() ?? 0;
        if (type.EndsWith(".delta"u8))
        {
            ReadDelta(type, index, root.Text("delta"u8));
        }
        else if (type.SequenceEqual("response.output_item.added"u8))
        {
            Begin(index, item);
        }
        else if (type.SequenceEqual("response.output_item.done"u8))
        {
            Finish(index, item);
        }
        else if (type.SequenceEqual("response.reasoning_summary_part.added"u8))
        {
            if (root.Get("summary_index"u8).Count() > 0)
            {
                Answer.Thinking("\\n\\n"u8);
            }
        }
        else if (type.SequenceEqual("response.created"u8))
        {
            Answer.Begin(root.Get("response"u8).Text("model"u8).Span);
        }
        else if (
            type.SequenceEqual("response.completed"u8)
            || type.SequenceEqual("response.incomplete"u8)
            || type.SequenceEqual("response.failed"u8)
            || type.SequenceEqual("response.cancelled"u8)
        )
        {
            ReadEnd(root.Get("response"u8), type[9..]);
        }
        else if (type.SequenceEqual("error"u8))
        {
            Answer.Fail(Failures.OfOpenAI(root, 0) ?? Unknown);
        }
    }

    /// <inheritdoc />
    public override void OnDocument(ReadOnlyMemory<byte> json)
    {
        var response = JsonValue.Parse(json);
        if (response.Exists())
        {
            ReadEnd(response, response.Text("status"u8).Span);
        }
    }

    /// <inheritdoc />
    public override AnswerFailure? ReadFailure(ReadOnlyMemory<byte> json, int status)
    {
        return Failures.OfOpenAI(JsonValue.Parse(json), status);
    }

    private static AnswerFailure Unknown => new(502, "The provider failed.", null);

    private void ReadDelta(ReadOnlySpan<byte> type, long index, RawText delta)
    {
        if (delta.IsEmpty)
        {
            return;
        }

        if (type.SequenceEqual("response.output_text.delta"u8))
        {
            Answer.Text(delta.Span);
        }
        else if (type.SequenceEqual("response.function_call_arguments.delta"u8))
        {
            Answer.ToolInput(index, delta.Span);
        }
        else if (type.SequenceEqual("response.custom_tool_call_input.delta"u8))
        {
            AddFreeForm(index, delta.Span);
        }
        else if (
            type.SequenceEqual("response.reasoning_summary_text.delta"u8)
            || type.SequenceEqual("response.reasoning_text.delta"u8)
        )
        {
            Answer.Thinking(delta.Span);
        }
        else if (type.SequenceEqual("response.refusal.delta"u8))
        {
            Answer.Refusal(delta.Span);
        }
        else
        {
            return;
        }

        said.Add(index);
    }

    private void Begin(long index, JsonValue item)
    {
        hasItems = true;
        var type = item.Text("type"u8);
        var isFreeForm = type.Is("custom_tool_call"u8);
        if (isFreeForm || type.Is("function_call"u8))
        {
            Answer.ToolCall(index, item.Text("call_id"u8).Span, item.Text("name"u8).Span);
            if (isFreeForm)
            {
                Answer.ToolInput(index, "{\\\"input\\\":\\\""u8);
            }
        }
        else
        {
            Answer.BlockDone();
        }
    }

    private void Finish(long index, JsonValue item)
    {
        var type = item.Text("type"u8);
        var isNew = said.Add(index);
        if (type.Is("function_call"u8))
        {
            Answer.ToolCall(index, item.Text("call_id"u8).Span, item.Text("name"u8).Span);
            if (isNew)
            {
                var arguments = item.Text("arguments"u8);
                Answer.ToolInput(index, arguments.IsEmpty ? "{}"u8 : arguments.Span);
            }

            Answer.ToolDone(index);
        }
        else if (type.Is("custom_tool_call"u8))
        {
            if (isNew)
            {
                AddFreeForm(index, item.Text("input"u8).Span);
            }

            Answer.ToolInput(index, "\\\"}"u8);
            Answer.ToolDone(index);
        }
        else if (type.Is("reasoning"u8))
        {
            if (isNew)
            {
                ReadReasoning(item);
            }

            var token = item.Text("encrypted_content"u8);
            if (!token.IsEmpty)
            {
                Answer.Proof(ProofKind.Encrypted, token.Span, item.Text("id"u8).Decode());
            }

            Answer.BlockDone();
        }
        else if (type.Is("message"u8))
        {
            if (isNew)
            {
                ReadMessage(item);
            }

            Answer.BlockDone();
        }
    }

    private void ReadMessage(JsonValue item)
    {
        foreach (var part in item.Get("content"u8).Items())
        {
            Answer.Text(part.Text("text"u8).Span);
            Answer.Refusal(part.Text("refusal"u8).Span);
        }
    }

    private void ReadReasoning(JsonValue item)
    {
        var isFirst = true;
        ReadThoughts(item.Get("summary"u8), ref isFirst);
        ReadThoughts(item.Get("content"u8), ref isFirst);
    }

    private void ReadThoughts(JsonValue parts, ref bool isFirst)
    {
        foreach (var part in parts.Items())
        {
            Answer.Thinking(isFirst ? default : "\\n\\n"u8);
            Answer.Thinking(part.Text("text"u8).Span);
            isFirst = false;
        }
    }

    /// <summary>A text, escaped once more: it stands in a text of the arguments.</summary>
    private void AddFreeForm(long index, ReadOnlySpan<byte> escaped)
    {
        using var twice = new PooledBuffer(escaped.Length);
        new JsonOut(twice).Quote(escaped);
        Answer.ToolInput(index, twice.Span);
    }

    private void ReadEnd(JsonValue response, ReadOnlySpan<byte> status)
    {
        if (status.SequenceEqual("failed"u8) || status.SequenceEqual("cancelled"u8))
        {
            Answer.Fail(Failures.OfOpenAI(response, 0) ?? Unknown);
            return;
        }

        Answer.Begin(response.Text("model"u8).Span);
        if (!hasItems)
        {
            var index = 0L;
            foreach (var item in response.Get("output"u8).Items())
            {
                Begin(index, item);
                Finish(index, item);
                index++;
            }
        }

        if (status.SequenceEqual("incomplete"u8))
        {
            var isFilter = response.Get("incomplete_details"u8).Is("reason"u8, "content_filter"u8);
            Answer.Stop(isFilter ? StopReason.Refusal : StopReason.MaxTokens);
            Answer.End();
        }
        else if (status.SequenceEqual("completed"u8))
        {
            Answer.Stop(StopReason.EndTurn);
            Answer.End();
        }
    }
}
