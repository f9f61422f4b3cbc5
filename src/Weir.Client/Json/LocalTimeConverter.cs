using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Client.Json;

/// <summary>
/// Writes times as RFC 3339 with the offset that they have (<c>2026-03-29T00:00:00+01:00</c>), <c>Z</c> for none, and only the
/// decimals they have; reads any offset, and keeps it.
/// </summary>
public sealed class LocalTimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz";

    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ToText(value));

    /// <summary>The text that the API writes for a time of a zone's clock.</summary>
    public static string ToText(DateTimeOffset value) =>
        value.Offset == TimeSpan.Zero
            ? UtcTimeConverter.ToText(value)
            : value.ToString(Format, CultureInfo.InvariantCulture);
}
