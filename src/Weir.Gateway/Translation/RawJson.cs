using System.Runtime.InteropServices;
using System.Text.Json;

namespace Weir.Gateway.Translation;

/// <summary>
/// A JSON value as it stood, white space and all. Valid as long as the document that it was read from is not disposed of.
/// Immutable.
/// </summary>
internal readonly struct RawJson
{
    private readonly JsonElement element;
    private readonly byte[]? own;

    private RawJson(JsonElement element, byte[]? own)
    {
        this.element = element;
        this.own = own;
    }

    /// <summary>An object without properties.</summary>
    public static RawJson EmptyObject { get; } = new(default, "{}"u8.ToArray());

    /// <summary>The value's bytes; empty when there is none.</summary>
    public ReadOnlySpan<byte> Span =>
        own is not null ? own
        : element.ValueKind == JsonValueKind.Undefined ? default
        : JsonMarshal.GetRawUtf8Value(element);

    /// <summary>The value of an element.</summary>
    public static RawJson Of(JsonElement element) => new(element, null);

    /// <summary>Bytes that are one valid JSON value.</summary>
    public static RawJson OfValid(byte[] json) => new(default, json);

    /// <summary>
    /// The object that a text holds, as OpenAI's <c>arguments</c> do: an empty text is one without properties; what is no
    /// object becomes <c>{"_invalid":"…"}</c>, so that a model's slip does not end the conversation.
    /// </summary>
    public static RawJson OfArguments(RawText text)
    {
        var json = text.Decode();
        var trimmed = json.AsSpan().Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            return EmptyObject;
        }

        return IsObject(trimmed)
            ? new RawJson(default, trimmed.Length == json.Length ? json : trimmed.ToArray())
            : new RawJson(default, [.. "{\"_invalid\":\""u8, .. text.Span, .. "\"}"u8]);
    }

    /// <summary>Whether these bytes are one JSON object and nothing else. Checks all of it.</summary>
    public static bool IsObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Weir.Wire.JsonCursor.MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read())
            {
                // Each token is checked as it is passed.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
