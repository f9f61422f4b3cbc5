using System.Runtime.InteropServices;
using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Reads <c>input</c>: a text, or items that follow each other without turns around them. What the model said, thought and
/// called in a row becomes one turn of its own, results in a row one turn of the user's. Used once.
/// </summary>
internal sealed class ResponsesInput(Conversation conversation, ResponsesTools tools)
{
    /// <summary>Reads it all.</summary>
    public void Read(JsonValue input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            TurnOf(Role.User).Parts.Add(new TextPart(RawText.Of(input)));
        }

        foreach (var item in input.Items())
        {
            ReadItem(item);
        }
    }

    private void ReadItem(JsonValue item)
    {
        var type = item.Text("type"u8);
        if (type.IsEmpty || type.Is("message"u8))
        {
            ReadMessage(item);
        }
        else if (type.Is("function_call"u8))
        {
            Said()
                .Add(
                    new ToolCallPart(
                        item.Text("call_id"u8),
                        ResponsesTools.NameOf(item.Text("namespace"u8), item.Text("name"u8)),
                        RawJson.OfArguments(item.Text("arguments"u8))
                    )
                );
        }
        else if (type.Is("custom_tool_call"u8))
        {
            conversation.Has(Feature.FreeFormTool);
            Said()
                .Add(
                    new ToolCallPart(
                        item.Text("call_id"u8),
                        ResponsesTools.NameOf(item.Text("namespace"u8), item.Text("name"u8)),
                        FreeForm.Wrap(item.Text("input"u8))
                    )
                    {
                        IsFreeForm = true,
                    }
                );
        }
        else if (type.Is("function_call_output"u8) || type.Is("custom_tool_call_output"u8))
        {
            ReadResult(item, isFreeForm: type.Is("custom_tool_call_output"u8));
        }
        else if (type.Is("reasoning"u8))
        {
            ReadReasoning(item);
        }
        else if (type.Is("tool_search_call"u8) && item.Is("execution"u8, "client"u8))
        {
            var arguments = item.Get("arguments"u8);
            Said()
                .Add(
                    new ToolCallPart(
                        item.Text("call_id"u8),
                        ResponsesOwnTool.Search.Name,
                        arguments.ValueKind == JsonValueKind.Object ? RawJson.Of(arguments) : RawJson.EmptyObject
                    )
                );
        }
        else if (ResponsesOwnTool.OfItem(type, out var isResult) is { } own)
        {
            ReadOwn(item, own, isResult);
        }
        else if (type.Is("tool_search_output"u8) && item.Is("execution"u8, "client"u8))
        {
            ReadFound(item);
        }
        else if (type.Is("additional_tools"u8))
        {
            tools.Read(item.Get("tools"u8));
        }
        else if (type.Is("item_reference"u8))
        {
            // It stands for an item that only OpenAI can read.
            conversation.Has(Feature.StoredConversation);
        }
        else if (type.Is("compaction"u8) || type.Is("compaction_summary"u8) || type.Is("compaction_trigger"u8))
        {
            conversation.Has(Feature.Compaction);
        }
        else
        {
            conversation.Has(IsHosted(type) ? Feature.HostedTool : Feature.UnknownField);
        }
    }

    /// <summary>Traces of tools that OpenAI runs or defines: a call and its output, or both in one.</summary>
    private static bool IsHosted(RawText type)
    {
        var name = type.Span;
        return name.EndsWith("_call"u8)
            || name.EndsWith("_call_output"u8)
            || name.StartsWith("mcp_"u8)
            || name.StartsWith("tool_search_"u8)
            || name.StartsWith("program"u8);
    }

    private void ReadMessage(JsonValue item)
    {
        var role = item.Text("role"u8);
        var content = item.Get("content"u8);
        if (role.Is("assistant"u8))
        {
            ResponsesContent.Read(conversation, content, Said());
        }
        else if (role.Is("system"u8) || role.Is("developer"u8))
        {
            ReadInstructions(content);
        }
        else
        {
            var turn = new Turn(Role.User);
            ResponsesContent.Read(conversation, content, turn.Parts);
            conversation.Turns.Add(turn);
        }
    }

    private void ReadInstructions(JsonValue content)
    {
        var parts = new List<Part>();
        ResponsesContent.Read(conversation, content, parts);
        if (conversation.Turns.Count == 0)
        {
            conversation.System.AddRange(parts.OfType<TextPart>());
            return;
        }

        var turn = new Turn(Role.System);
        turn.Parts.AddRange(parts);
        conversation.Turns.Add(turn);
        conversation.Has(Feature.SystemMidConversation);
    }

    private void ReadResult(JsonValue item, bool isFreeForm)
    {
        var result = new ToolResultPart(item.Text("call_id"u8)) { IsFreeForm = isFreeForm };
        ResponsesContent.Read(conversation, item.Get("output"u8), result.Content);
        if (result.Content.Exists(static part => part is MediaPart))
        {
            conversation.Has(Feature.ToolResultMedia);
        }

        AddResult(result);
    }

    /// <summary>A call of a tool that OpenAI defines, or what it came to.</summary>
    private void ReadOwn(JsonValue item, ResponsesOwnTool own, bool isResult)
    {
        var id = item.Text("call_id"u8);
        // The shell of one command is answered by the id of its item.
        id = id.IsEmpty ? item.Text("id"u8) : id;
        if (!isResult)
        {
            var action = item.Get(own.Member.Span);
            Said()
                .Add(
                    new ToolCallPart(
                        id,
                        own.Name,
                        action.ValueKind == JsonValueKind.Object ? RawJson.Of(action) : RawJson.EmptyObject
                    )
                );
            return;
        }

        var output = item.Get("output"u8);
        var result = new ToolResultPart(id) { IsError = item.Is("status"u8, "failed"u8) };
        result.Content.Add(
            new TextPart(
                output.ValueKind == JsonValueKind.String ? RawText.Of(output)
                : output.Exists() ? RawText.OfPlain(output.Raw)
                : item.Text("status"u8)
            )
        );
        if (result.IsError)
        {
            conversation.Has(Feature.ToolError);
        }

        AddResult(result);
    }

    /// <summary>The tools that a search has found can be called from here on; the model is told their names.</summary>
    private void ReadFound(JsonValue item)
    {
        var before = conversation.Tools.Count;
        tools.Read(item.Get("tools"u8));
        List<byte> text = [.. "Tools that can be called from now on:"u8];
        for (var i = before; i < conversation.Tools.Count; i++)
        {
            text.AddRange(i == before ? " "u8 : ", "u8);
            text.AddRange(conversation.Tools[i].Name.Span);
        }

        text.AddRange(before == conversation.Tools.Count ? " none further"u8 : default);
        var result = new ToolResultPart(item.Text("call_id"u8));
        result.Content.Add(new TextPart(RawText.OfEscaped(CollectionsMarshal.AsSpan(text))));
        AddResult(result);
    }

    private void AddResult(ToolResultPart result)
    {
        var turn =
            conversation.Turns is [.., { Role: Role.User } last]
            && last.Parts.TrueForAll(static part => part is ToolResultPart)
                ? last
                : TurnOf(Role.User);
        turn.Parts.Add(result);
    }

    /// <summary>What Weir sealed is opened; what OpenAI made itself is worth something to OpenAI alone.</summary>
    private void ReadReasoning(JsonValue item)
    {
        var token = item.Text("encrypted_content"u8);
        var text = TextOf(item.Get("summary"u8));
        text = text.IsEmpty ? TextOf(item.Get("content"u8)) : text;
        var proof =
            ThinkingProof.TryOpen(token, out var sealedProof) ? sealedProof
            : token.IsEmpty ? default
            : new ThinkingProof(ProofKind.Encrypted, token, Provider: null, item.Text("id"u8));
        if (!text.IsEmpty || proof.Kind != ProofKind.None)
        {
            Said().Add(new ThinkingPart(text, proof));
        }
    }

    private static RawText TextOf(JsonValue parts)
    {
        var first = default(RawText);
        List<byte>? all = null;
        foreach (var part in parts.Items())
        {
            var text = part.Text("text"u8);
            if (first.IsEmpty)
            {
                first = text;
            }
            else
            {
                all ??= [.. first.Span];
                all.AddRange("\\n\\n"u8);
                all.AddRange(text.Span);
            }
        }

        return all is null ? first : RawText.OfEscaped(CollectionsMarshal.AsSpan(all));
    }

    private List<Part> Said() =>
        conversation.Turns is [.., { Role: Role.Assistant } last] ? last.Parts : TurnOf(Role.Assistant).Parts;

    private Turn TurnOf(Role role)
    {
        var turn = new Turn(role);
        conversation.Turns.Add(turn);
        return turn;
    }
}
