using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Client.Json;

/// <summary>Money as a decimal string, counts as plain numbers.</summary>
public sealed class SeriesValueConverter : JsonConverter<SeriesValue>
{
    /// <inheritdoc />
    public override SeriesValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new SeriesValue(decimal.Parse(reader.GetString()!, CultureInfo.InvariantCulture), IsMoney: true)
            : new SeriesValue(reader.GetDecimal(), IsMoney: false);

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, SeriesValue value, JsonSerializerOptions options)
    {
        if (value.IsMoney)
        {
            writer.WriteStringValue(value.Amount.ToString("0.#########", CultureInfo.InvariantCulture));
        }
        else
        {
            writer.WriteNumberValue(value.Amount);
        }
    }
}
