using System.Globalization;
using System.Text;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire.Anthropic;

namespace Weir.Gateway.Wire.BedrockConverse;

/// <summary>
/// Writes <c>system</c> and <c>messages</c>. Turns alternate, so neighbouring ones of one role become one; results stand first;
/// blocks without content, which Converse refuses, are left out. Stateless.
/// </summary>
internal static class ConverseMessages
{
    /// <summary>Writes <c>system</c>; nothing when there are no instructions.</summary>
    public static void WriteSystem(Conversation conversation, ConverseModel model, JsonOut to)
    {
        var parts = conversation.System.FindAll(static part => !AnthropicMessages.IsBlank(part.Text));
        if (parts.Count == 0)
        {
            return;
        }

        to.Array("system"u8);
        foreach (var part in parts)
        {
            WriteText(part.Text, to);
            WriteMark(part.Cache, model, to);
        }

        to.EndArray();
    }

    /// <summary>Writes <c>messages</c>.</summary>
    public static void Write(
        Conversation conversation,
        TargetTraits target,
        ConverseModel model,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        to.Array("messages"u8);
        var turns = conversation.Turns;
        var begun = false;
        var documents = 0;
        for (var i = 0; i < turns.Count; )
        {
            var role = RoleOf(turns[i]);
            var parts = new List<(Part Part, bool IsSystem)>();
            for (; i < turns.Count && RoleOf(turns[i]) == role; i++)
            {
                foreach (var part in turns[i].Parts)
                {
                    if (IsWritten(part, target))
                    {
                        parts.Add((part, turns[i].Role == Role.System));
                    }
                    else if (part is ThinkingPart lost)
                    {
                        dropped = dropped.With(Thoughts.LossOf(lost));
                    }
                }
            }

            if (parts.Count == 0)
            {
                continue;
            }

            if (!begun && role == Role.Assistant)
            {
                // The first word is the user's.
                to.Raw(
                    "{\"role\":\"user\",\"content\":[{\"text\":\"(The conversation begins with the assistant.)\"}]}"u8
                );
            }

            begun = true;
            to.Object();
            to.Text("role"u8, role == Role.Assistant ? "assistant"u8 : "user"u8);
            to.Array("content"u8);
            foreach (var (part, isSystem) in parts.OrderBy(static p => p.Part is ToolResultPart ? 0 : 1))
            {
                WritePart(part, isSystem, target, ref documents, to);
                WriteMark(part.Cache, model, to);
            }

            if (
                parts.Exists(static p => p.Part is MediaPart { Kind: MediaKind.Document })
                && !parts.Exists(static p => p.Part is TextPart)
            )
            {
                // A document may not come without a word.
                to.Raw("{\"text\":\"(See the document.)\"}"u8);
            }

            to.EndArray();
            to.EndObject();
        }

        to.EndArray();
    }

    /// <summary>Writes a mark for the prompt cache behind what it covers; nothing without one.</summary>
    public static void WriteMark(CacheMark mark, ConverseModel model, JsonOut to)
    {
        if (mark != CacheMark.None && model.TakesCachePoints)
        {
            to.Raw(
                mark == CacheMark.Long && model.IsClaude
                    ? "{\"cachePoint\":{\"type\":\"default\",\"ttl\":\"1h\"}}"u8
                    : "{\"cachePoint\":{\"type\":\"default\"}}"u8
            );
        }
    }

    private static Role RoleOf(Turn turn) => turn.Role == Role.Assistant ? Role.Assistant : Role.User;

    private static bool IsWritten(Part part, TargetTraits target) =>
        part switch
        {
            TextPart text => !AnthropicMessages.IsBlank(text.Text),
            RefusalPart refusal => !AnthropicMessages.IsBlank(refusal.Text),
            // Only what this provider signed itself; words without a signature are refused in former turns.
            ThinkingPart thinking => thinking.Proof.Kind is ProofKind.Signature or ProofKind.Redacted
                && thinking.Proof.IsFrom(target.Provider),
            _ => true,
        };

    private static void WritePart(Part part, bool isSystem, TargetTraits target, ref int documents, JsonOut to)
    {
        switch (part)
        {
            case TextPart text when isSystem:
                to.Object();
                to.Name("text"u8);
                to.OpenText();
                to.Piece("<system>"u8);
                to.Piece(text.Text.Span);
                to.Piece("</system>"u8);
                to.CloseText();
                to.EndObject();
                break;
            case TextPart text:
                WriteText(text.Text, to);
                break;
            case RefusalPart refusal:
                WriteText(refusal.Text, to);
                break;
            case MediaPart media:
                WriteMedia(media, ref documents, to);
                break;
            case ToolCallPart call:
                to.Object();
                to.Object("toolUse"u8);
                to.Text("toolUseId"u8, ToolIds.For(target, call.Id));
                to.Text("name"u8, ToolNames.For(target.Dialect, call.Name));
                to.Raw("input"u8, call.Input.Span);
                to.EndObject();
                to.EndObject();
                break;
            case ToolResultPart result:
                WriteResult(result, target, ref documents, to);
                break;
            case ThinkingPart thinking:
                WriteThinking(thinking, to);
                break;
        }
    }

    private static void WriteResult(ToolResultPart result, TargetTraits target, ref int documents, JsonOut to)
    {
        to.Object();
        to.Object("toolResult"u8);
        to.Text("toolUseId"u8, ToolIds.For(target, result.Id));
        to.Array("content"u8);
        var any = false;
        if (result.Structured.Exists())
        {
            to.Object();
            to.Raw("json"u8, RawJson.Of(result.Structured).Span);
            to.EndObject();
            any = true;
        }

        foreach (var part in result.Content)
        {
            if (part is TextPart text && !AnthropicMessages.IsBlank(text.Text))
            {
                WriteText(text.Text, to);
                any = true;
            }
            else if (part is MediaPart media)
            {
                WriteMedia(media, ref documents, to);
                any = true;
            }
        }

        if (!any)
        {
            to.Raw("{\"text\":\"(no output)\"}"u8);
        }

        to.EndArray();
        if (result.IsError)
        {
            to.Text("status"u8, "error"u8);
        }

        to.EndObject();
        to.EndObject();
    }

    private static void WriteThinking(ThinkingPart thinking, JsonOut to)
    {
        to.Object();
        to.Object("reasoningContent"u8);
        if (thinking.Proof.Kind == ProofKind.Redacted)
        {
            to.Text("redactedContent"u8, thinking.Proof.Token);
        }
        else
        {
            to.Object("reasoningText"u8);
            to.Text("text"u8, thinking.Proof.Extra);
            to.Text("signature"u8, thinking.Proof.Token);
            to.EndObject();
        }

        to.EndObject();
        to.EndObject();
    }

    private static void WriteMedia(MediaPart media, ref int documents, JsonOut to)
    {
        to.Object();
        if (media.Kind == MediaKind.Image)
        {
            to.Object("image"u8);
            to.Text("format"u8, ImageFormat(media.MediaType));
        }
        else
        {
            documents++;
            to.Object("document"u8);
            to.Text("format"u8, DocumentFormat(media));
            to.Plain("name"u8, NameOf(media, documents));
        }

        to.Object("source"u8);
        if (media.Source == MediaSource.PlainText)
        {
            to.Text("bytes"u8, Encoding.ASCII.GetBytes(Convert.ToBase64String(media.Data.Decode())));
        }
        else
        {
            to.Text("bytes"u8, media.Data);
        }

        to.EndObject();
        to.EndObject();
        to.EndObject();
    }

    private static ReadOnlySpan<byte> ImageFormat(RawText type) =>
        type.Is("image/jpeg"u8) || type.Is("image/jpg"u8) ? "jpeg"u8
        : type.Is("image/gif"u8) ? "gif"u8
        : type.Is("image/webp"u8) ? "webp"u8
        : "png"u8;

    private static ReadOnlySpan<byte> DocumentFormat(MediaPart media) =>
        media.Source == MediaSource.PlainText || media.MediaType.Is("text/plain"u8) ? "txt"u8
        : media.MediaType.Is("text/csv"u8) ? "csv"u8
        : media.MediaType.Is("text/html"u8) ? "html"u8
        : media.MediaType.Is("text/markdown"u8) ? "md"u8
        : "pdf"u8;

    /// <summary>Names have letters, digits, single blanks, hyphens and brackets alone, and no two are alike.</summary>
    private static string NameOf(MediaPart media, int number)
    {
        var name = new StringBuilder();
        foreach (var c in media.Title.ToString())
        {
            if (name.Length >= 100)
            {
                break;
            }

            var fit = char.IsAsciiLetterOrDigit(c) || c is '-' or '(' or ')' or '[' or ']' ? c : ' ';
            if (fit != ' ' || (name.Length > 0 && name[^1] != ' '))
            {
                name.Append(fit);
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(name.Length == 0 ? "Document" : name.ToString().TrimEnd())} {number}"
        );
    }

    private static void WriteText(RawText text, JsonOut to)
    {
        to.Object();
        to.Text("text"u8, text);
        to.EndObject();
    }
}
