using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Writes <c>input</c>: each turn's parts as items that follow each other, the results of tools before what the user says.
/// Reasoning goes back with its id and its encrypted content, where this provider made it and something follows it in its
/// turn: alone it is refused. Stateless.
/// </summary>
internal static class ResponsesInputWriter
{
    /// <summary>Writes it.</summary>
    public static void Write(Conversation conversation, TargetTraits target, ref FeatureSet dropped, JsonOut to)
    {
        to.Array("input"u8);
        foreach (var turn in conversation.Turns)
        {
            if (turn.Role == Role.Assistant)
            {
                WriteAssistant(turn.Parts, target, ref dropped, to);
                continue;
            }

            foreach (var result in turn.Parts.OfType<ToolResultPart>())
            {
                WriteResult(result, target, to);
            }

            WriteMessage(
                turn.Role == Role.System ? "developer"u8 : "user"u8,
                turn.Parts.FindAll(static part => part is TextPart { Text.IsEmpty: false } or MediaPart),
                to
            );
        }

        to.EndArray();
    }

    private static void WriteAssistant(List<Part> parts, TargetTraits target, ref FeatureSet dropped, JsonOut to)
    {
        var last = parts.FindLastIndex(static part =>
            part is ToolCallPart or TextPart { Text.IsEmpty: false } or RefusalPart
        );
        for (var i = 0; i < parts.Count; i++)
        {
            switch (parts[i])
            {
                case TextPart { Text.IsEmpty: false } text:
                    WriteSaid(text.Text, to);
                    break;
                case RefusalPart:
                    WriteMessage("assistant"u8, [parts[i]], to);
                    break;
                case ToolCallPart call:
                    WriteCall(call, target, to);
                    break;
                case ThinkingPart thinking
                    when i < last
                        && thinking.Proof.Kind == ProofKind.Encrypted
                        && thinking.Proof.IsFrom(target.Provider):
                    WriteReasoning(thinking, to);
                    break;
                case ThinkingPart thinking:
                    dropped = dropped.With(Thoughts.LossOf(thinking));
                    break;
                case MediaPart:
                    // No dialect has a model's pictures in former turns but Gemini's.
                    dropped = dropped.With(Feature.MediaOutput);
                    break;
            }
        }
    }

    private static void WriteReasoning(ThinkingPart thinking, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, "reasoning"u8);
        if (!thinking.Proof.Extra.IsEmpty)
        {
            to.Text("id"u8, thinking.Proof.Extra);
        }

        to.Array("summary"u8);
        if (!thinking.Text.IsEmpty)
        {
            ResponsesItem.WriteSummary(thinking.Text.Span, to);
        }

        to.EndArray();
        to.Text("encrypted_content"u8, thinking.Proof.Token);
        to.EndObject();
    }

    private static void WriteCall(ToolCallPart call, TargetTraits target, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, call.IsFreeForm ? "custom_tool_call"u8 : "function_call"u8);
        to.Text("call_id"u8, ToolIds.For(target, call.Id));
        to.Text("name"u8, ToolNames.For(target.Dialect, call.Name));
        if (call.IsFreeForm)
        {
            to.Text("input"u8, FreeForm.InputOf(call.Input));
        }
        else
        {
            to.Name("arguments"u8);
            to.OpenText();
            to.Quote(call.Input.Span);
            to.CloseText();
        }

        to.EndObject();
    }

    private static void WriteResult(ToolResultPart result, TargetTraits target, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, result.IsFreeForm ? "custom_tool_call_output"u8 : "function_call_output"u8);
        to.Text("call_id"u8, ToolIds.For(target, result.Id));
        if (!result.Content.Exists(static part => part is MediaPart { Source: not MediaSource.PlainText }))
        {
            to.Name("output"u8);
            to.OpenText();
            ResultText.Write(result, to);
            to.CloseText();
            to.EndObject();
            return;
        }

        to.Array("output"u8);
        if (result.IsError)
        {
            WriteText("[tool error]"u8, to);
        }

        foreach (var part in result.Content)
        {
            WritePart(part, to);
        }

        to.EndArray();
        to.EndObject();
    }

    private static void WriteMessage(ReadOnlySpan<byte> role, List<Part> parts, JsonOut to)
    {
        if (parts.Count == 0)
        {
            return;
        }

        to.Object();
        to.Text("type"u8, "message"u8);
        to.Text("role"u8, role);
        to.Array("content"u8);
        foreach (var part in parts)
        {
            WritePart(part, to);
        }

        to.EndArray();
        to.EndObject();
    }

    /// <summary>Words of the model's. As a part they would need the id and status that OpenAI once gave them; strict hosts ask for both.</summary>
    private static void WriteSaid(RawText text, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, "message"u8);
        to.Text("role"u8, "assistant"u8);
        to.Text("content"u8, text);
        to.EndObject();
    }

    private static void WritePart(Part part, JsonOut to)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(text.Text.Span, to);
                break;
            case RefusalPart refusal:
                to.Object();
                to.Text("type"u8, "refusal"u8);
                to.Text("refusal"u8, refusal.Text);
                to.EndObject();
                break;
            case MediaPart { Source: MediaSource.PlainText } document:
                to.Object();
                to.Text("type"u8, "input_text"u8);
                to.Name("text"u8);
                to.OpenText();
                ResultText.WriteDocument(document, to);
                to.CloseText();
                to.EndObject();
                break;
            case MediaPart { Kind: MediaKind.Image } image:
                to.Object();
                to.Text("type"u8, "input_image"u8);
                DataUri.Write("image_url"u8, image, to);
                to.Text("detail"u8, image.Detail.IsEmpty ? "auto"u8 : image.Detail.Span);
                to.EndObject();
                break;
            case MediaPart file:
                to.Object();
                to.Text("type"u8, "input_file"u8);
                if (file.Source == MediaSource.Url)
                {
                    to.Text("file_url"u8, file.Data);
                }
                else
                {
                    to.Text("filename"u8, file.Title.IsEmpty ? "document.pdf"u8 : file.Title.Span);
                    DataUri.Write("file_data"u8, file, to);
                }

                to.EndObject();
                break;
        }
    }

    private static void WriteText(ReadOnlySpan<byte> text, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, "input_text"u8);
        to.Text("text"u8, text);
        to.EndObject();
    }
}
