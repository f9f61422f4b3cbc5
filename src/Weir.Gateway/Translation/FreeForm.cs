using System.Text.Json;

namespace Weir.Gateway.Translation;

/// <summary>
/// Tools that take a text (OpenAI's custom tools) where a dialect knows functions alone: a function with one text,
/// <c>input</c>. Pure.
/// </summary>
internal static class FreeForm
{
    private static ReadOnlySpan<byte> Schema =>
        "{\"type\":\"object\",\"properties\":{\"input\":{\"type\":\"string\"}},\"required\":[\"input\"],\"additionalProperties\":false}"u8;

    private static ReadOnlySpan<byte> NoInput => "{\"type\":\"object\",\"properties\":{}}"u8;

    /// <summary>The JSON schema of a tool's input.</summary>
    public static ReadOnlySpan<byte> SchemaOf(Tool tool) =>
        tool.IsFreeForm ? Schema
        : tool.Schema.ValueKind == JsonValueKind.Object ? tool.Schema.Raw
        : NoInput;

    /// <summary>Writes <c>description</c>, with the grammar where there is one; nothing when there is neither.</summary>
    public static void WriteDescription(Tool tool, JsonOut to)
    {
        if (tool.Description.IsEmpty && tool.GrammarRules.IsEmpty)
        {
            return;
        }

        to.Name("description"u8);
        to.OpenText();
        to.Piece(tool.Description.Span);
        if (!tool.GrammarRules.IsEmpty)
        {
            to.Piece("\\n\\nThe input must match this "u8);
            to.Piece(tool.GrammarSyntax.Span);
            to.Piece(" grammar:\\n"u8);
            to.Piece(tool.GrammarRules.Span);
        }

        to.CloseText();
    }

    /// <summary>The text in <c>{"input":"…"}</c>, escaped; of any other object the object itself.</summary>
    public static byte[] InputOf(RawJson input)
    {
        try
        {
            var text = JsonValue.Parse(input.Memory).Get("input"u8);
            if (text.ValueKind == JsonValueKind.String)
            {
                return RawText.Of(text).Span.ToArray();
            }
        }
        catch (JsonException)
        {
            // A caller's own object, into which nobody has looked: as it stands.
        }

        return RawText.OfPlain(input.Span).Span.ToArray();
    }

    /// <summary>The object <c>{"input":"…"}</c> of a text.</summary>
    public static RawJson Wrap(RawText text) => RawJson.OfValid([.. "{\"input\":\""u8, .. text.Span, .. "\"}"u8]);
}
