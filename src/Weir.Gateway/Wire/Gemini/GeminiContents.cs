using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// Writes <c>contents</c>. Neighbouring turns of one role become one. Behind a turn that calls tools stands a turn with as
/// many responses in the same order, for Gemini refuses any other number and Vertex tells them apart by their places; what
/// the user says comes behind them. Stateless.
/// </summary>
internal static class GeminiContents
{
    /// <summary>What Google's documents name for calls of a model that signed none (https://ai.google.dev/gemini-api/docs/thought-signatures).</summary>
    private static ReadOnlySpan<byte> NoSignature => "skip_thought_signature_validator"u8;

    /// <summary>Writes the property.</summary>
    public static void Write(Conversation conversation, TargetTraits target, ref FeatureSet dropped, JsonOut to)
    {
        to.Array("contents"u8);
        var turns = conversation.Turns;
        var begun = false;
        var calls = new List<ToolCallPart>();
        for (var i = 0; i < turns.Count; )
        {
            var isModel = turns[i].Role == Role.Assistant;
            var run = new List<(Part Part, bool IsSystem)>();
            for (; i < turns.Count && turns[i].Role == Role.Assistant == isModel; i++)
            {
                foreach (var part in turns[i].Parts)
                {
                    run.Add((part, turns[i].Role == Role.System));
                }
            }

            if (!isModel)
            {
                begun |= WriteUser(run, calls, target, to);
                calls.Clear();
                continue;
            }

            Keep(run, target, ref dropped);
            if (!run.Exists(static said => said.Part is not ThinkingPart))
            {
                continue;
            }

            if (!begun)
            {
                // A call must follow a word of the user's.
                to.Raw(
                    "{\"role\":\"user\",\"parts\":[{\"text\":\"(The conversation begins with the assistant.)\"}]}"u8
                );
            }

            begun = true;
            WriteModel(run, target, to);
            calls.AddRange(run.Select(static said => said.Part).OfType<ToolCallPart>());
        }

        WriteUser([], calls, target, to);
        to.EndArray();
    }

    /// <summary>Writes a part of text.</summary>
    public static void WriteText(RawText text, JsonOut to)
    {
        to.Object();
        to.Text("text"u8, text);
        to.EndObject();
    }

    /// <summary>Leaves in a model's turn what may go to the target: of its thinking the proofs that the target made.</summary>
    private static void Keep(List<(Part Part, bool IsSystem)> run, TargetTraits target, ref FeatureSet dropped)
    {
        foreach (var (part, _) in run)
        {
            if (part is ThinkingPart thinking && !IsOwn(thinking, target))
            {
                dropped = dropped.With(Thoughts.LossOf(thinking));
            }
        }

        run.RemoveAll(said =>
            said.Part switch
            {
                TextPart text => text.Text.IsEmpty,
                RefusalPart refusal => refusal.Text.IsEmpty,
                ThinkingPart thinking => !IsOwn(thinking, target),
                MediaPart or ToolCallPart => false,
                _ => true,
            }
        );
    }

    private static bool IsOwn(ThinkingPart thinking, TargetTraits target) =>
        thinking.Proof.Kind == ProofKind.Thought && thinking.Proof.IsFrom(target.Provider);

    private static void WriteModel(List<(Part Part, bool IsSystem)> run, TargetTraits target, JsonOut to)
    {
        // Of the calls of one step Gemini 3 wants the first to be signed.
        var mustSign = ModelNames.IsGeminiWithLevels(target.Model);
        var proof = default(RawText);
        to.Object();
        to.Text("role"u8, "model"u8);
        to.Array("parts"u8);
        foreach (var (part, _) in run)
        {
            if (part is ThinkingPart thinking)
            {
                proof = thinking.Proof.Token;
                continue;
            }

            to.Object();
            switch (part)
            {
                case TextPart text:
                    to.Text("text"u8, text.Text);
                    break;
                case RefusalPart refusal:
                    to.Text("text"u8, refusal.Text);
                    break;
                case MediaPart media:
                    WriteMedia(media, to);
                    break;
                case ToolCallPart call:
                    WriteCall(call, target, to);
                    if (mustSign && proof.IsEmpty)
                    {
                        to.Text("thoughtSignature"u8, NoSignature);
                    }

                    mustSign = false;
                    break;
            }

            if (!proof.IsEmpty)
            {
                to.Text("thoughtSignature"u8, proof);
                proof = default;
            }

            to.EndObject();
        }

        to.EndArray();
        to.EndObject();
    }

    private static void WriteCall(ToolCallPart call, TargetTraits target, JsonOut to)
    {
        to.Object("functionCall"u8);
        if (target.TakesCallIds)
        {
            to.Text("id"u8, call.Id);
        }

        to.Text("name"u8, ToolNames.For(target.Dialect, call.Name));
        to.Raw("args"u8, call.Input.Span);
        to.EndObject();
    }

    /// <summary>Writes a user's turn with the responses to the calls before it; false when there is nothing to write.</summary>
    private static bool WriteUser(
        List<(Part Part, bool IsSystem)> run,
        List<ToolCallPart> calls,
        TargetTraits target,
        JsonOut to
    )
    {
        run.RemoveAll(static said => said.Part is TextPart { Text.IsEmpty: true } or ThinkingPart or ToolCallPart);
        if (run.Count == 0 && calls.Count == 0)
        {
            return false;
        }

        to.Object();
        to.Text("role"u8, "user"u8);
        to.Array("parts"u8);
        var answers = new List<ToolResultPart>();
        foreach (var call in calls)
        {
            var answer =
                run.Find(said =>
                    said.Part is ToolResultPart result
                    && !answers.Contains(result)
                    && result.Id.Span.SequenceEqual(call.Id.Span)
                ).Part as ToolResultPart;
            WriteResponse(call, answer, target, to);
            if (answer is not null)
            {
                answers.Add(answer);
            }
        }

        foreach (var answer in answers)
        {
            WriteShown(answer, target, to);
        }

        foreach (var (part, isSystem) in run)
        {
            if (part is not ToolResultPart result)
            {
                WritePart(part, isSystem, to);
            }
            else if (!answers.Contains(result))
            {
                WriteStray(result, to);
            }
        }

        to.EndArray();
        to.EndObject();
        return true;
    }

    private static void WriteResponse(ToolCallPart call, ToolResultPart? answer, TargetTraits target, JsonOut to)
    {
        to.Object();
        to.Object("functionResponse"u8);
        if (target.TakesCallIds)
        {
            to.Text("id"u8, call.Id);
        }

        to.Text("name"u8, ToolNames.For(target.Dialect, call.Name));
        if (answer is null)
        {
            to.Raw("response"u8, "{\"error\":\"No result of this call was given.\"}"u8);
        }
        else if (!answer.IsError && answer.Structured.Exists())
        {
            to.Raw("response"u8, answer.Structured.Raw);
        }
        else
        {
            to.Object("response"u8);
            to.Name(answer.IsError ? "error"u8 : "output"u8);
            to.OpenText();
            ResultText.WriteContent(answer, to);
            to.CloseText();
            to.EndObject();
        }

        WriteInside(answer, target, to);
        to.EndObject();
        to.EndObject();
    }

    /// <summary>Pictures and documents of a result that stand in its response.</summary>
    private static void WriteInside(ToolResultPart? result, TargetTraits target, JsonOut to)
    {
        var isOpen = false;
        foreach (var part in result?.Content ?? [])
        {
            if (part is not MediaPart media || !StandsInside(media, target))
            {
                continue;
            }

            if (!isOpen)
            {
                to.Array("parts"u8);
                isOpen = true;
            }

            to.Object();
            WriteMedia(media, to);
            to.EndObject();
        }

        if (isOpen)
        {
            to.EndArray();
        }
    }

    /// <summary>And those that stand beside it.</summary>
    private static void WriteShown(ToolResultPart result, TargetTraits target, JsonOut to)
    {
        foreach (var part in result.Content)
        {
            if (part is MediaPart { Source: not MediaSource.PlainText } media && !StandsInside(media, target))
            {
                to.Object();
                WriteMedia(media, to);
                to.EndObject();
            }
        }
    }

    /// <summary>
    /// Whether the model takes a picture or a document inside the response of a function, as Gemini does from 3 on, of these types alone
    /// (https://ai.google.dev/gemini-api/docs/function-calling#multimodal).
    /// </summary>
    private static bool StandsInside(MediaPart media, TargetTraits target)
    {
        var type = GeminiMedia.TypeOf(media);
        return media.Source == MediaSource.Base64
            && ModelNames.IsGeminiWithLevels(target.Model)
            && (
                type.SequenceEqual("image/png"u8)
                || type.SequenceEqual("image/jpeg"u8)
                || type.SequenceEqual("image/webp"u8)
                || type.SequenceEqual("application/pdf"u8)
            );
    }

    /// <summary>A result without a call, which Gemini refuses as one, is told in words.</summary>
    private static void WriteStray(ToolResultPart result, JsonOut to)
    {
        to.Object();
        to.Name("text"u8);
        to.OpenText();
        to.Piece("Result of a tool: "u8);
        ResultText.Write(result, to);
        to.CloseText();
        to.EndObject();
        foreach (var media in result.Content.OfType<MediaPart>().Where(m => m.Source != MediaSource.PlainText))
        {
            WritePart(media, isSystem: false, to);
        }
    }

    private static void WritePart(Part part, bool isSystem, JsonOut to)
    {
        to.Object();
        switch (part)
        {
            case TextPart text:
                to.Name("text"u8);
                to.OpenText();
                to.Piece(isSystem ? "<system>"u8 : default);
                to.Piece(text.Text.Span);
                to.Piece(isSystem ? "</system>"u8 : default);
                to.CloseText();
                break;
            case RefusalPart refusal:
                to.Text("text"u8, refusal.Text);
                break;
            case MediaPart media:
                WriteMedia(media, to);
                break;
        }

        to.EndObject();
    }

    private static void WriteMedia(MediaPart media, JsonOut to)
    {
        if (media.Source == MediaSource.PlainText)
        {
            to.Name("text"u8);
            to.OpenText();
            ResultText.WriteDocument(media, to);
            to.CloseText();
            return;
        }

        var isAddress = media.Source != MediaSource.Base64;
        to.Object(isAddress ? "fileData"u8 : "inlineData"u8);
        to.Text("mimeType"u8, GeminiMedia.TypeOf(media));
        to.Text(isAddress ? "fileUri"u8 : "data"u8, media.Data);
        to.EndObject();
    }
}
