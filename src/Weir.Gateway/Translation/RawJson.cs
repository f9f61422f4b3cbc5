using System.Text.Json;

namespace Weir.Gateway.Translation;

/// <summary>
/// A JSON value as it stood, white space and all. Immutable.
/// </summary>
internal readonly struct RawJson
{
    private readonly ReadOnlyMemory<byte> json;

    private RawJson(ReadOnlyMemory<byte> json)
    {
        this.json = json;
    }

    /// <summary>An object without properties.</summary>
    public static RawJson EmptyObject { get; } = new("{}"u8.ToArray());

    /// <summary>The value's memory; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Memory => json;

    /// <summary>The value's bytes; empty when there is none.</summary>
    public ReadOnlySpan<byte> Span => json.Span;

    /// <summary>The value itself.</summary>
    public static RawJson Of(JsonValue value) => new(value.Memory);

    /// <summary>Bytes that are one valid JSON value.</summary>
    public static RawJson OfValid(byte[] json) => new(json);

    /// <summary>
    /// The object that a text holds, as OpenAI's <c>arguments</c> do: an empty text is one without properties; what is no
    /// object becomes <c>{"_invalid":"…"}</c>, so that a model's slip does not end the conversation.
    /// </summary>
    public static RawJson OfArguments(RawText text)
    {
        var decoded = text.Decode();
        var trimmed = decoded.AsSpan().Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            return EmptyObject;
        }

        return IsObject(trimmed)
            ? new RawJson(trimmed.Length == decoded.Length ? decoded : trimmed.ToArray())
            : OfValid([.. "{\"_invalid\":\""u8, .. text.Span, .. "\"}"u8]);
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
