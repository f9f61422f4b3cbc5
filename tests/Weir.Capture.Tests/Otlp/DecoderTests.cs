using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using Weir.Capture.Agents;
using Weir.Capture.Otlp;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Capture.Tests.Otlp;

/// <summary>The two decoders against each other and against protobuf's own library, and against hostile bodies.</summary>
public class DecoderTests
{
    private static readonly JsonParser Library = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    [Theory]
    [InlineData("claude-code/logs.json")]
    [InlineData("claude-code/limit-logs.json")]
    [InlineData("codex/logs.json")]
    [InlineData("claude-code/traces.json")]
    [InlineData("codex/traces.json")]
    [InlineData("claude-code/metrics.json")]
    [InlineData("codex/metrics.json")]
    public void What_the_library_makes_of_json_is_the_same_in_protobuf(string file)
    {
        var json = OtlpFixtures.Bytes(file);
        // The library takes ids for base 64, of which hexadecimal digits are valid ones; they are left out.
        var text = System.Text.RegularExpressions.Regex.Replace(
            Encoding.UTF8.GetString(json),
            "\"(traceId|spanId|parentSpanId)\": \"[0-9a-f]*\"",
            "\"$1\": \"\""
        );
        var (signal, message) = file switch
        {
            _ when file.Contains("logs", StringComparison.Ordinal) => (
                OtlpSignal.Logs,
                (IMessage)Library.Parse<ExportLogsServiceRequest>(text)
            ),
            _ when file.Contains("traces", StringComparison.Ordinal) => (
                OtlpSignal.Traces,
                Library.Parse<ExportTraceServiceRequest>(text)
            ),
            _ => (OtlpSignal.Metrics, Library.Parse<ExportMetricsServiceRequest>(text)),
        };

        var ours = LineVisitor.Read(signal, OtlpFormat.Json, Encoding.UTF8.GetBytes(text));

        Assert.NotEmpty(ours);
        Assert.Equal(ours, LineVisitor.Read(signal, OtlpFormat.Protobuf, message.ToByteArray()));
    }

    [Theory]
    [InlineData("claude-code/logs.pb")]
    [InlineData("codex/logs.pb")]
    [InlineData("claude-code/traces.pb")]
    [InlineData("claude-code/metrics.pb")]
    public void The_library_counts_as_many(string file)
    {
        var bytes = OtlpFixtures.Bytes(file);
        var (signal, plain) =
            file.Contains("logs", StringComparison.Ordinal) ? (OtlpSignal.Logs, PlainTelemetry.Logs(bytes))
            : file.Contains("traces", StringComparison.Ordinal) ? (OtlpSignal.Traces, PlainTelemetry.Spans(bytes))
            : (OtlpSignal.Metrics, PlainTelemetry.Points(bytes));

        Assert.Equal(plain!.Count, LineVisitor.Read(signal, OtlpFormat.Protobuf, bytes).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"resourceLogs\":{}}")]
    [InlineData("{\"resourceLogs\":[1]}")]
    [InlineData("{\"resourceLogs\":[{\"scopeLogs\":7}]}")]
    [InlineData("{\"resourceLogs\":[]} x")]
    public void What_is_no_export_is_not_understood(string body)
    {
        var tally = default(Tally);
        Assert.False(
            JsonDecoder.TryDecode(
                OtlpSignal.Logs,
                Encoding.UTF8.GetBytes(body),
                new TelemetryItems(),
                new LineVisitor(),
                ref tally
            )
        );
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"resourceLogs\":null}")]
    [InlineData("{\"resourceLogs\":[{}],\"more\":[{\"x\":1}]}")]
    [InlineData("{\"resource_logs\":[{\"resource\":null,\"scope_logs\":[{\"log_records\":[]}]}]}")]
    public void An_export_of_nothing_is_one(string body) =>
        Assert.Empty(LineVisitor.Read(OtlpSignal.Logs, OtlpFormat.Json, Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void A_record_that_cannot_be_read_is_rejected_and_the_next_one_is_read()
    {
        var body = """
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[7,{"attributes":{}},{"attributes":[{"key":"model","value":3}]},{"body":{"stringValue":"good"}}]}]}]}
            """;
        var caught = OtlpFixtures.Read(OtlpSignal.Logs, OtlpFormat.Json, Encoding.UTF8.GetBytes(body), rejected: 3);
        Assert.Equal(1, caught.Skipped["other log"]);

        // A record whose attribute is longer than the record: its frame is whole, what is in it is not.
        byte[] broken = [0x0A, 0x0C, 0x12, 0x0A, 0x12, 0x02, 0x32, 0x7F, 0x12, 0x04, 0x2A, 0x02, 0x0A, 0x00];
        OtlpFixtures.Read(OtlpSignal.Logs, OtlpFormat.Protobuf, broken, rejected: 1);
    }

    [Fact]
    public void Every_cut_of_an_export_is_read_or_refused()
    {
        foreach (
            var (file, format) in new[]
            {
                ("claude-code/logs.pb", OtlpFormat.Protobuf),
                ("claude-code/metrics.json", OtlpFormat.Json),
            }
        )
        {
            var bytes = OtlpFixtures.Bytes(file);
            var signal = format == OtlpFormat.Protobuf ? OtlpSignal.Logs : OtlpSignal.Metrics;
            for (var length = 0; length < bytes.Length - 1; length += 7)
            {
                var reader = new TelemetryReader(
                    WorkspaceId.Default,
                    new Catch(),
                    OtlpFixtures.ReceivedAt,
                    new MetricSeries(OtlpFixtures.ReceivedAt)
                );
                var understood = reader.TryRead(signal, format, bytes.AsSpan(0, length), out _);
                Assert.True(!understood || length == 0);
            }
        }
    }

    [Fact]
    public void Millions_of_empty_attributes_hold_no_memory()
    {
        var attributes = new byte[8 * 1024 * 1024];
        for (var i = 0; i < attributes.Length; i += 2)
        {
            attributes[i] = (6 << 3) | 2;
        }

        var body = Wrap(1, Wrap(2, Wrap(2, attributes)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var caught = OtlpFixtures.Read(OtlpSignal.Logs, OtlpFormat.Protobuf, body);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
        Assert.Equal(1, caught.Skipped["other log"]);
    }

    [Fact]
    public void Nesting_however_deep_is_passed_over()
    {
        var value = Array.Empty<byte>();
        for (var i = 0; i < 2_000; i++)
        {
            value = Wrap(5, Wrap(1, value));
        }

        var deep = Wrap(1, Wrap(2, Wrap(2, Wrap(6, [.. Wrap(1, "model"u8.ToArray()), .. Wrap(2, value)]))));
        Assert.Equal(1, OtlpFixtures.Read(OtlpSignal.Logs, OtlpFormat.Protobuf, deep).Skipped["other log"]);

        var tally = default(Tally);
        var json = Encoding.UTF8.GetBytes("{\"resourceLogs\":" + new string('[', 100_000));
        Assert.False(JsonDecoder.TryDecode(OtlpSignal.Logs, json, new TelemetryItems(), new LineVisitor(), ref tally));
    }

    [Theory]
    [InlineData(new byte[] { 0x0A })]
    [InlineData(new byte[] { 0x0A, 0x05, 0x00 })]
    [InlineData(new byte[] { 0x0B })]
    [InlineData(new byte[] { 0x00, 0x00 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    public void Broken_protobuf_is_not_understood(byte[] body)
    {
        var tally = default(Tally);
        Assert.False(ProtoDecoder.TryDecode(OtlpSignal.Logs, body, new TelemetryItems(), new LineVisitor(), ref tally));
        Assert.Null(PlainTelemetry.Logs(body));
    }

    private static byte[] Wrap(int field, byte[] inner)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(inner));
        output.Flush();
        return stream.ToArray();
    }
}
