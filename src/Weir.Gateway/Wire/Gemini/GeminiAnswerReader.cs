using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// Reads answers of Gemini's generateContent (https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse).
/// Each chunk is a whole response with parts of its own; calls come whole. A finish reason says why it ends, and the end of
/// the stream that it does. Of several candidates the first is read. Not thread-safe.
/// </summary>
internal sealed class GeminiAnswerReader(AnswerAssembly answer) : AnswerReader(answer)
{
    private long calls;
    private bool hasWords;

    /// <inheritdoc />
    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> data) => Read(data);

    /// <inheritdoc />
    public override void OnDocument(ReadOnlyMemory<byte> json)
    {
        Read(json);
        Answer.End();
    }

    /// <inheritdoc />
    public override AnswerFailure? ReadFailure(ReadOnlyMemory<byte> json, int status)
    {
        return Failures.OfGemini(JsonValue.Parse(json), status);
    }

    private void Read(ReadOnlyMemory<byte> json)
    {
        var root = JsonValue.Parse(json);
        if (root.ValueKind == JsonValueKind.Array)
        {
            // Without alt=sse, which some hosts overlook, the chunks are the elements of an array.
            foreach (var chunk in root.Items())
            {
                ReadChunk(chunk);
            }
        }
        else
        {
            ReadChunk(root);
        }
    }

    private void ReadChunk(JsonValue root)
    {
        if (root.Get("error"u8).Exists())
        {
            Answer.Fail(Failures.OfGemini(root, 0) ?? new AnswerFailure(502, "The provider failed.", null));
            return;
        }

        Answer.Begin(root.Text("modelVersion"u8).Span);
        foreach (var candidate in root.Get("candidates"u8).Items())
        {
            if (candidate.Get("index"u8).Count() is null or 0)
            {
                foreach (var part in candidate.Get("content"u8).Get("parts"u8).Items())
                {
                    ReadPart(part);
                }

                ReadFinish(candidate.Text("finishReason"u8), candidate.Text("finishMessage"u8));
                return;
            }
        }

        if (root.Get("promptFeedback"u8).Text("blockReason"u8) is { IsEmpty: false } reason)
        {
            var why = root.Get("promptFeedback"u8).Text("blockReasonMessage"u8);
            Answer.Refusal("The provider declined to answer: "u8);
            Answer.Refusal(why.IsEmpty ? reason.Span : why.Span);
            Answer.Stop(StopReason.Refusal);
        }
    }

    private void ReadPart(JsonValue part)
    {
        var signature = part.Text("thoughtSignature"u8).Span;
        if (part.Get("functionCall"u8) is { ValueKind: JsonValueKind.Object } call)
        {
            Sign(signature);
            ReadCall(call);
            return;
        }

        var text = part.Text("text"u8).Span;
        if (part.Flag("thought"u8) == true)
        {
            Answer.Thinking(text);
            Sign(signature);
            return;
        }

        // A signature stands before what it signs. One that comes behind words would part them, and is not asked back.
        if (!hasWords && !text.IsEmpty)
        {
            Sign(signature);
        }

        hasWords |= !text.IsEmpty;
        Answer.Text(text);
    }

    private void ReadCall(JsonValue call)
    {
        hasWords = false;
        var key = calls++;
        Answer.ToolCall(key, call.Text("id"u8).Span, call.Text("name"u8).Span);
        var input = call.Get("args"u8);
        Answer.ToolInput(key, input.ValueKind == JsonValueKind.Object ? RawText.OfPlain(input.Raw).Span : "{}"u8);
        Answer.ToolDone(key);
    }

    private void Sign(ReadOnlySpan<byte> signature)
    {
        if (!signature.IsEmpty)
        {
            Answer.Proof(ProofKind.Thought, signature);
        }
    }

    private void ReadFinish(RawText reason, RawText message)
    {
        if (reason.IsEmpty)
        {
            return;
        }

        var why = GeminiWords.Of(reason);
        if (why != StopReason.None)
        {
            Answer.Stop(why);
            return;
        }

        // The model's call was none, or something went wrong of which nothing more is told.
        Answer.Fail(
            new AnswerFailure(
                502,
                $"The model ended with {reason}{(message.IsEmpty ? "." : ": ")}{message}",
                reason.ToString()
            )
        );
    }
}
