using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weir.Capture.Otlp;

/// <summary>The bodies of answers, in the format that was asked in.</summary>
internal static class OtlpAnswer
{
    /// <summary>
    /// <c>ExportLogsServiceResponse</c> and its kin: empty when all was taken, else with <c>partial_success</c>, whose fields have
    /// the same numbers for all signals.
    /// </summary>
    public static byte[] Success(OtlpSignal signal, OtlpFormat format, long rejected)
    {
        var words = rejected == 0 ? "" : "Some records could not be read.";
        if (format == OtlpFormat.Protobuf)
        {
            return rejected == 0
                ? []
                : Field(1, [.. Number(1, (ulong)rejected), .. Field(2, Encoding.UTF8.GetBytes(words))]);
        }

        return Json(json =>
        {
            if (rejected == 0)
            {
                return;
            }

            json.WriteStartObject("partialSuccess");
            json.WriteString(
                signal switch
                {
                    OtlpSignal.Logs => "rejectedLogRecords",
                    OtlpSignal.Traces => "rejectedSpans",
                    _ => "rejectedDataPoints",
                },
                rejected.ToString(CultureInfo.InvariantCulture)
            );
            json.WriteString("errorMessage", words);
            json.WriteEndObject();
        });
    }

    /// <summary><c>google.rpc.Status</c>, with which failures are told.</summary>
    /// <param name="format">How it is written.</param>
    /// <param name="code">A code of gRPC.</param>
    /// <param name="message">For a developer.</param>
    public static byte[] Failure(OtlpFormat format, int code, string message) =>
        format == OtlpFormat.Protobuf
            ? [.. Number(1, (ulong)code), .. Field(2, Encoding.UTF8.GetBytes(message))]
            : Json(json =>
            {
                json.WriteNumber("code", code);
                json.WriteString("message", message);
            });

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Number(int field, ulong value) => [(byte)(field << 3), .. Varint(value)];

    private static byte[] Field(int field, byte[] bytes) =>
        [(byte)((field << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    private static List<byte> Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return bytes;
    }
}
