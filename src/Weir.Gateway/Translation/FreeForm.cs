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
        var grammar = tool.Grammar.Get("definition"u8);
        if (tool.Description.IsEmpty && !grammar.Exists())
        {
            return;
        }

        to.Name("description"u8);
        to.OpenText();
        to.Piece(tool.Description.Span);
        if (grammar.ValueKind == JsonValueKind.String)
        {
            to.Piece("\\n\\nThe input must match this "u8);
            to.Piece(tool.Grammar.Text("syntax"u8).Span);
            to.Piece(" grammar:\\n"u8);
            to.Piece(RawText.Of(grammar).Span);
        }

        to.CloseText();
    }

    /// <summary>The text in <c>{"input":"…"}</c>, escaped; of any other object the object itself.</summary>
    public static byte[] InputOf(RawJson input)
    {
        var text = JsonValue.Parse(input.Memory).Get("input"u8);
        return text.ValueKind == JsonValueKind.String
            ? RawText.Of(text).Span.ToArray()
            : RawText.OfPlain(input.Span).Span.ToArray();
    }

    /// <summary>The object <c>{"input":"…"}</c> of a text.</summary>
    public static RawJson Wrap(RawText text) => RawJson.OfValid([.. "{\"input\":\""u8, .. text.Span, .. "\"}"u8]);
}
