using System.Text.Json;

namespace Weir.Gateway.Translation;

/// <summary>Reading elements whose kind nobody has promised.</summary>
internal static class JsonElements
{
    /// <summary>The property; undefined when this is no object or has none of that name, or has null there.</summary>
    public static JsonElement Get(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : default;

    /// <summary>The property's text; empty when it is none.</summary>
    public static RawText Text(this JsonElement element, ReadOnlySpan<byte> name) => RawText.Of(element.Get(name));

    /// <summary>Whether this is a string of these ASCII characters.</summary>
    public static bool IsText(this JsonElement element, ReadOnlySpan<byte> ascii) =>
        element.ValueKind == JsonValueKind.String && RawText.Of(element).Is(ascii);

    /// <summary>Whether the property is a string of these ASCII characters.</summary>
    public static bool Is(this JsonElement element, ReadOnlySpan<byte> name, ReadOnlySpan<byte> ascii) =>
        element.Get(name).IsText(ascii);

    /// <summary>Whether there is a value.</summary>
    public static bool Exists(this JsonElement element) => element.ValueKind != JsonValueKind.Undefined;

    /// <summary>The flag; null when it is none.</summary>
    public static bool? Flag(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.Get(name).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    /// <summary>The whole number from 0; null when it is none.</summary>
    public static long? Count(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value) && value >= 0 ? value : null;

    /// <summary>The number itself; undefined when this is none.</summary>
    public static JsonElement Number(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number ? element : default;

    /// <summary>The elements of an array; none of anything else.</summary>
    public static JsonElement.ArrayEnumerator Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default;

    /// <summary>The properties of an object; none of anything else.</summary>
    public static JsonElement.ObjectEnumerator Members(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default;
}
