using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Testing;

internal static class VendorJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Write(object value) => JsonSerializer.Serialize(value, Options);

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    /// <summary>Cuts a text into pieces as a model streams it; at least one, also of an empty text.</summary>
    public static IEnumerable<string> Pieces(string text, int size = 12) =>
        text.Length == 0 ? [""] : text.Chunk(size).Select(c => new string(c));
}
