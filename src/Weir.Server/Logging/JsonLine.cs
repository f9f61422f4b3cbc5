using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Client.Json;

namespace Weir.Server.Logging;

/// <summary>A log entry for programs: one JSON object on one line. The names are in docs/operations/observability.md.</summary>
internal static class JsonLine
{
    private const string RequestId = "RequestId";
    private const string Template = "{OriginalFormat}";

    private static readonly FrozenSet<string> Taken = FrozenSet.ToFrozenSet(
        [
            "time",
            "level",
            "logger",
            "event",
            "message",
            "requestId",
            "callerRequestId",
            "callerTraceId",
            "traceId",
            "spanId",
            "exception",
        ],
        StringComparer.Ordinal
    );

    /// <summary>Its text, without an end of line.</summary>
    /// <param name="line">The entry.</param>
    /// <param name="values">The values in its message, by name; null when there are none.</param>
    public static string Write(in LogLine line, IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = WeirJson.Encoder }))
        {
            writer.WriteStartObject();
            writer.WriteString(
                "time"u8,
                line.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            );
            writer.WriteString("level"u8, line.Word);
            writer.WriteString("logger"u8, line.Category);
            if (line.Event.Name is { } name)
            {
                writer.WriteString("event"u8, name);
            }

            writer.WriteString("message"u8, line.Message);
            if ((line.Request?.Id ?? Find(values, RequestId)) is { } request)
            {
                writer.WriteString("requestId"u8, request);
            }

            if (line.Request?.CallerId is { } callers)
            {
                writer.WriteString("callerRequestId"u8, callers);
            }

            if (line.Request?.CallerTrace is { } trace)
            {
                writer.WriteString("callerTraceId"u8, trace);
            }

            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } span)
            {
                writer.WriteString("traceId"u8, span.TraceId.ToHexString());
                writer.WriteString("spanId"u8, span.SpanId.ToHexString());
            }

            WriteValues(writer, values);
            if (line.Exception is { } thrown)
            {
                writer.WriteString("exception"u8, thrown.ToString());
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static string? Find(IReadOnlyList<KeyValuePair<string, object?>>? values, string name)
    {
        for (var i = 0; i < values?.Count; i++)
        {
            if (values[i].Key == name)
            {
                return values[i].Value?.ToString();
            }
        }

        return null;
    }

    private static void WriteValues(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        for (var i = 0; i < values?.Count; i++)
        {
            var (name, value) = values[i];
            if (value is null || name is RequestId or Template)
            {
                continue;
            }

            name = JsonNamingPolicy.CamelCase.ConvertName(name);
            writer.WritePropertyName(Taken.Contains(name) ? name + "_" : name);
            switch (value)
            {
                case bool flag:
                    writer.WriteBooleanValue(flag);
                    break;
                case int whole:
                    writer.WriteNumberValue(whole);
                    break;
                case long whole:
                    writer.WriteNumberValue(whole);
                    break;
                case double number when double.IsFinite(number):
                    writer.WriteNumberValue(number);
                    break;
                default:
                    writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }
    }
}
