using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>
/// Writes <c>system</c> and <c>messages</c>. Neighbouring turns of one role become one, so that all results of a turn's tools
/// stand together and first, and blocks without content, which Anthropic refuses, are left out. Stateless.
/// </summary>
internal static class AnthropicMessages
{
    /// <summary>Writes <c>system</c>; nothing when there are no instructions.</summary>
    public static void WriteSystem(Conversation conversation, bool marks, JsonOut to)
    {
        var asksForJson = conversation.Output.Kind == OutputKind.Json;
        var parts = conversation.System.FindAll(static part => !IsBlank(part.Text));
        if (parts.Count == 0 && !asksForJson)
        {
            return;
        }

        to.Array("system"u8);
        for (var i = 0; i < parts.Count; i++)
        {
            WriteText(parts[i].Text, marks && i == parts.Count - 1 ? CacheMark.Short : parts[i].Cache, to);
        }

        if (asksForJson)
        {
            WriteText(RawText.OfPlain("Answer with one JSON object and nothing else."), CacheMark.None, to);
        }

        to.EndArray();
    }

    /// <summary>Writes <c>messages</c>.</summary>
    public static void Write(
        Conversation conversation,
        TargetTraits target,
        bool marks,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        to.Array("messages"u8);
        var turns = conversation.Turns;
        var lastMark = marks ? LastWithContent(turns) : null;
        var begun = false;
        for (var i = 0; i < turns.Count; )
        {
            var role = RoleOf(turns[i]);
            var end = i + 1;
            while (end < turns.Count && RoleOf(turns[end]) == role)
            {
                end++;
            }

            var run = turns.GetRange(i, end - i);
            i = end;
            if (!run.Exists(turn => turn.Parts.Exists(part => IsWritten(part, conversation, target))))
            {
                NoteLosses(run, conversation, target, ref dropped);
                continue;
            }

            if (!begun && role == Role.Assistant)
            {
                // The first word is the user's.
                to.Raw("{\"role\":\"user\",\"content\":\"(The conversation begins with the assistant.)\"}"u8);
            }

            begun = true;
            to.Object();
            to.Text("role"u8, role == Role.Assistant ? "assistant"u8 : "user"u8);
            to.Array("content"u8);
            WriteRun(run, conversation, target, lastMark, ref dropped, to);
            to.EndArray();
            to.EndObject();
        }

        to.EndArray();
    }

    /// <summary>Whether a piece of former thinking may go to the target: it is Anthropic's, and this provider made it.</summary>
    public static bool Keeps(ThinkingPart thinking, Conversation conversation, TargetTraits target) =>
        thinking.Proof.Kind is ProofKind.Signature or ProofKind.Redacted
        && (
            thinking.Proof.IsFrom(target.Provider)
            || (thinking.Proof.Provider is null && conversation.Dialect == Dialect.AnthropicMessages)
        );

    /// <summary>Writes <c>cache_control</c>; nothing without a mark.</summary>
    public static void WriteMark(CacheMark mark, JsonOut to)
    {
        if (mark != CacheMark.None)
        {
            to.Raw(
                "cache_control"u8,
                mark == CacheMark.Long ? "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}"u8 : "{\"type\":\"ephemeral\"}"u8
            );
        }
    }

    private static Role RoleOf(Turn turn) => turn.Role == Role.Assistant ? Role.Assistant : Role.User;

    private static void WriteRun(
        List<Turn> run,
        Conversation conversation,
        TargetTraits target,
        Part? lastMark,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        foreach (var turn in run)
        {
            foreach (var part in turn.Parts)
            {
                if (part is ToolResultPart)
                {
                    WritePart(part, conversation, target, lastMark, isSystem: false, ref dropped, to);
                }
            }
        }

        foreach (var turn in run)
        {
            foreach (var part in turn.Parts)
            {
                if (part is not ToolResultPart)
                {
                    WritePart(part, conversation, target, lastMark, turn.Role == Role.System, ref dropped, to);
                }
            }
        }
    }

    private static void WritePart(
        Part part,
        Conversation conversation,
        TargetTraits target,
        Part? lastMark,
        bool isSystem,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        if (!IsWritten(part, conversation, target))
        {
            if (part is ThinkingPart lost)
            {
                dropped = dropped.With(Thoughts.LossOf(lost));
            }

            return;
        }

        var mark = ReferenceEquals(part, lastMark) ? CacheMark.Short : part.Cache;
        switch (part)
        {
            case TextPart text when isSystem:
                to.Object();
                to.Text("type"u8, "text"u8);
                to.Name("text"u8);
                to.OpenText();
                to.Piece("<system>"u8);
                to.Piece(text.Text.Span);
                to.Piece("</system>"u8);
                to.CloseText();
                WriteMark(mark, to);
                to.EndObject();
                break;
            case TextPart text:
                WriteText(text.Text, mark, to);
                break;
            case RefusalPart refusal:
                WriteText(refusal.Text, mark, to);
                break;
            case MediaPart media:
                WriteMedia(media, mark, to);
                break;
            case ToolCallPart call:
                to.Object();
                to.Text("type"u8, "tool_use"u8);
                to.Text("id"u8, ToolIds.For(target, call.Id));
                to.Text("name"u8, ToolNames.For(target.Dialect, call.Name));
                to.Raw("input"u8, call.Input.Span);
                WriteMark(mark, to);
                to.EndObject();
                break;
            case ToolResultPart result:
                WriteResult(result, target, mark, to);
                break;
            case ThinkingPart thinking:
                WriteThinking(thinking, to);
                break;
        }
    }

    private static void WriteResult(ToolResultPart result, TargetTraits target, CacheMark mark, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, "tool_result"u8);
        to.Text("tool_use_id"u8, ToolIds.For(target, result.Id));
        if (result.Structured.Exists())
        {
            to.Name("content"u8);
            to.OpenText();
            to.Quote(RawJson.Of(result.Structured).Span);
            to.CloseText();
        }
        else if (result.Content is [TextPart { Cache: CacheMark.None } only])
        {
            to.Text("content"u8, only.Text);
        }
        else
        {
            to.Array("content"u8);
            foreach (var part in result.Content)
            {
                if (part is TextPart text && !IsBlank(text.Text))
                {
                    WriteText(text.Text, text.Cache, to);
                }
                else if (part is MediaPart media)
                {
                    WriteMedia(media, media.Cache, to);
                }
            }

            to.EndArray();
        }

        if (result.IsError)
        {
            to.Bool("is_error"u8, true);
        }

        WriteMark(mark, to);
        to.EndObject();
    }

    private static void WriteThinking(ThinkingPart thinking, JsonOut to)
    {
        to.Object();
        if (thinking.Proof.Kind == ProofKind.Redacted)
        {
            to.Text("type"u8, "redacted_thinking"u8);
            to.Text("data"u8, thinking.Proof.Token);
        }
        else
        {
            to.Text("type"u8, "thinking"u8);
            // Sealed, the words that were signed are with the proof: what the caller was shown may have been cut.
            to.Text("thinking"u8, thinking.Proof.Provider is null ? thinking.Text : thinking.Proof.Extra);
            to.Text("signature"u8, thinking.Proof.Token);
        }

        to.EndObject();
    }

    private static void WriteMedia(MediaPart media, CacheMark mark, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, media.Kind == MediaKind.Image ? "image"u8 : "document"u8);
        to.Object("source"u8);
        switch (media.Source)
        {
            case MediaSource.Url:
                to.Text("type"u8, "url"u8);
                to.Text("url"u8, media.Data);
                break;
            case MediaSource.PlainText:
                to.Text("type"u8, "text"u8);
                to.Text("media_type"u8, "text/plain"u8);
                to.Text("data"u8, media.Data);
                break;
            default:
                to.Text("type"u8, "base64"u8);
                to.Text(
                    "media_type"u8,
                    !media.MediaType.IsEmpty ? media.MediaType.Span
                        : media.Kind == MediaKind.Image ? "image/png"u8
                        : "application/pdf"u8
                );
                to.Text("data"u8, media.Data);
                break;
        }

        to.EndObject();
        if (!media.Title.IsEmpty && media.Kind == MediaKind.Document)
        {
            to.Text("title"u8, media.Title);
        }

        WriteMark(mark, to);
        to.EndObject();
    }

    private static void WriteText(RawText text, CacheMark mark, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, "text"u8);
        to.Text("text"u8, text);
        WriteMark(mark, to);
        to.EndObject();
    }

    private static bool IsWritten(Part part, Conversation conversation, TargetTraits target) =>
        part switch
        {
            TextPart text => !IsBlank(text.Text),
            RefusalPart refusal => !IsBlank(refusal.Text),
            ThinkingPart thinking => Keeps(thinking, conversation, target),
            _ => true,
        };

    private static void NoteLosses(
        List<Turn> run,
        Conversation conversation,
        TargetTraits target,
        ref FeatureSet dropped
    )
    {
        foreach (var turn in run)
        {
            foreach (var part in turn.Parts)
            {
                if (part is ThinkingPart lost && !Keeps(lost, conversation, target))
                {
                    dropped = dropped.With(Thoughts.LossOf(lost));
                }
            }
        }
    }

    private static Part? LastWithContent(List<Turn> turns)
    {
        for (var i = turns.Count - 1; i >= 0; i--)
        {
            for (var j = turns[i].Parts.Count - 1; j >= 0; j--)
            {
                if (turns[i].Parts[j] is ToolResultPart or TextPart { Text.IsEmpty: false })
                {
                    return turns[i].Parts[j];
                }
            }
        }

        return null;
    }

    /// <summary>Anthropic refuses texts that are empty or white space alone.</summary>
    public static bool IsBlank(RawText text)
    {
        var span = text.Span;
        while (!span.IsEmpty)
        {
            if (span[0] is (byte)' ')
            {
                span = span[1..];
            }
            else if (span.Length > 1 && span[0] == (byte)'\\' && span[1] is (byte)'n' or (byte)'r' or (byte)'t')
            {
                span = span[2..];
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
