using System.Text.Json;
using System.Text.Unicode;

namespace Weir.Fuzz.Plain;

/// <summary>The framework's own JSON, made fit for hostile texts.</summary>
internal static class Json
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 200 };

    /// <summary>The document; null when it is not JSON, not UTF-8, or nested deeper than 200 levels.</summary>
    public static JsonDocument? Parse(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(json.ToArray(), Deep);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The text of a string; null for anything else, and for one with half of a surrogate pair.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A property's name; null when it has half of a surrogate pair.</summary>
    public static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
