using Weir.Capture.Agents;
using Weir.Capture.Otlp;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Capture.Tests.Otlp;

/// <summary>What real programs sent, with names and ids made up, under tests/fixtures/otlp.</summary>
internal static class OtlpFixtures
{
    public static readonly DateTimeOffset ReceivedAt = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);

    public static byte[] Bytes(string name) =>
        File.ReadAllBytes(Path.Combine(RealPrograms.Repository, "tests", "fixtures", "otlp", name));

    public static Catch Read(string name)
    {
        var signal =
            name.Contains("logs", StringComparison.Ordinal) ? OtlpSignal.Logs
            : name.Contains("traces", StringComparison.Ordinal) ? OtlpSignal.Traces
            : OtlpSignal.Metrics;
        var format = name.EndsWith(".pb", StringComparison.Ordinal) ? OtlpFormat.Protobuf : OtlpFormat.Json;
        return Read(signal, format, Bytes(name));
    }

    public static Catch Read(OtlpSignal signal, OtlpFormat format, ReadOnlySpan<byte> body, long rejected = 0)
    {
        var caught = new Catch();
        var reader = new TelemetryReader(WorkspaceId.Default, caught, ReceivedAt, new MetricSeries(ReceivedAt));
        Assert.True(reader.TryRead(signal, format, body, out var tally));
        Assert.Equal(rejected, tally.Rejected);
        return caught;
    }

    /// <summary>JSON logs of one record.</summary>
    public static string Log(string scope, string attributes, string more = "", string resource = "") =>
        $$"""
            {"resourceLogs":[{"resource":{"attributes":[{{resource}}]},"scopeLogs":[{"scope":{"name":"{{scope}}"},
            "logRecords":[{ {{more}}"attributes":[{{attributes}}]}]}]}]}
            """;

    /// <summary>JSON spans.</summary>
    public static string Spans(string service, params string[] spans) =>
        $$"""
            {"resourceSpans":[{"resource":{"attributes":[{{Text("service.name", service)}}]},
            "scopeSpans":[{"scope":{"name":"a"},"spans":[{{string.Join(',', spans)}}]}]}]}
            """;

    /// <summary>One span of them.</summary>
    public static string Span(string id, string? parent, params string[] attributes) =>
        $$"""
            {"traceId":"000102030405060708090a0b0c0d0e0f","spanId":"{{id}}","parentSpanId":"{{parent}}","name":"x",
            "startTimeUnixNano":"1795279807000000000","endTimeUnixNano":"1795279809500000000",
            "attributes":[{{string.Join(',', attributes)}}]}
            """;

    public static string Text(string name, string value) =>
        $$$"""{"key":"{{{name}}}","value":{"stringValue":"{{{value}}}"}}""";

    public static string Number(string name, long value) =>
        $$$"""{"key":"{{{name}}}","value":{"intValue":"{{{value}}}"}}""";
}
