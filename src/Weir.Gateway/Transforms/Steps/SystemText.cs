using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Transforms.Steps;

/// <summary>
/// Adds a text behind the instructions that are there, each dialect in its own way. Behind them, so that what is cached of them
/// stays cached, and what a program puts first (Claude Code tells in its first block who pays) stays first. Instructions of a
/// shape that the dialect does not have stay as they are.
/// </summary>
internal sealed class SystemText(TransformConfig config) : BodyStep(config)
{
    private static readonly byte[] BlankLine = "\\n\\n"u8.ToArray();

    private readonly byte[] inside = JsonEncodedText
        .Encode(Encoding.UTF8.GetBytes(config.Subject), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)
        .EncodedUtf8Bytes.ToArray();

    /// <inheritdoc />
    protected override IEnumerable<string> Roots => [];

    private byte[] Text => [(byte)'"', .. inside, (byte)'"'];

    /// <inheritdoc />
    public override bool Apply(OpenedBody body, Dialect dialect) =>
        body.Root is { IsArray: false } root
        && dialect switch
        {
            Dialect.AnthropicMessages => Anthropic(root),
            Dialect.OpenAIChat => Chat(root),
            Dialect.OpenAIResponses => Responses(root),
            Dialect.Gemini => Gemini(root),
            Dialect.BedrockConverse => Converse(root),
            _ => false,
        };

    /// <summary>A text, or a list of blocks (https://platform.claude.com/docs/en/api/messages).</summary>
    private bool Anthropic(JsonLevel root) =>
        Each(
            root,
            "system"u8,
            Text,
            item => root.Lengthen(item, inside, BlankLine) || Append(root, item, Object("\"type\":\"text\",\"text\":"))
        );

    /// <summary>A text (https://platform.openai.com/docs/api-reference/responses/create).</summary>
    private bool Responses(JsonLevel root) =>
        Each(root, "instructions"u8, Text, item => root.Lengthen(item, inside, BlankLine));

    /// <summary>A list of blocks (API_runtime_SystemContentBlock).</summary>
    private bool Converse(JsonLevel root)
    {
        var block = Object("\"text\":");
        return Each(root, "system"u8, [(byte)'[', .. block, (byte)']'], item => Append(root, item, block));
    }

    /// <summary>Content with parts, under either of protobuf's two spellings (https://ai.google.dev/api/generate-content).</summary>
    private bool Gemini(JsonLevel root)
    {
        var part = Object("\"text\":");
        byte[] parts = [(byte)'[', .. part, (byte)']'];
        byte[] content = [.. "{\"parts\":"u8, .. parts, (byte)'}'];
        return Each(
            root,
            "systemInstruction"u8,
            content,
            item =>
                root.Enter(item) is { IsArray: false } inner
                && Each(inner, "parts"u8, parts, list => Append(inner, list, part))
        );
    }

    /// <summary>
    /// A message behind those that lead the conversation, in the role of the last of them: <c>developer</c> is what
    /// <c>system</c> is called since o1 (https://platform.openai.com/docs/api-reference/chat/create).
    /// </summary>
    private bool Chat(JsonLevel root)
    {
        var done = false;
        foreach (var list in root.Find("messages"u8))
        {
            if (root.Enter(list) is not { IsArray: true } messages)
            {
                continue;
            }

            JsonItem? last = null;
            var role = "system";
            foreach (var message in messages.Items)
            {
                var said =
                    messages.Enter(message) is { IsArray: false } inner && inner.Find("role"u8) is [var one, ..]
                        ? inner.WordOf(one)
                        : null;
                if (said is not ("system" or "developer"))
                {
                    break;
                }

                (last, role) = (message, said);
            }

            messages.AddElement(Object($"\"role\":\"{role}\",\"content\":"), last);
            done = true;
        }

        return done;
    }

    /// <summary>Does it to every member of a name; makes one where there is none, or nothing in it.</summary>
    private static bool Each(JsonLevel level, ReadOnlySpan<byte> name, byte[] fresh, Func<JsonItem, bool> add)
    {
        var found = level.IsArray ? [] : level.Find(name);
        if (found.Count == 0 && !level.IsArray)
        {
            level.Add(name.ToArray(), fresh);
            return true;
        }

        var done = false;
        foreach (var item in found)
        {
            if (level.TextOf(item)[0] == (byte)'n')
            {
                JsonLevel.Put(item, fresh);
                done = true;
            }
            else
            {
                done |= add(item);
            }
        }

        return done;
    }

    private static bool Append(JsonLevel level, JsonItem item, byte[] element)
    {
        if (level.Enter(item) is not { IsArray: true } list)
        {
            return false;
        }

        list.AddElement(element);
        return true;
    }

    private byte[] Object(string before) => [(byte)'{', .. Encoding.ASCII.GetBytes(before), .. Text, (byte)'}'];
}
