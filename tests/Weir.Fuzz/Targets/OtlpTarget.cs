using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Capture.Agents;
using Weir.Capture.Otlp;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Testing;

namespace Weir.Fuzz.Targets;

/// <summary>
/// Exports of OpenTelemetry. What protobuf's own library reads, the reader reads with the same records; what the framework's JSON
/// reader finds where records stand, it counts. No figure that comes out is negative or beyond belief, whatever goes in.
/// </summary>
internal sealed class OtlpTarget(OtlpSignal signal, OtlpFormat format) : FuzzTarget
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);

    public override string Name => $"otlp-{signal}-{format}".ToLowerInvariant();

    public override string Group => "capture";

    public override IEnumerable<byte[]> Seeds()
    {
        var extension = format == OtlpFormat.Json ? ".json" : ".pb";
        var word = signal.ToString().ToLowerInvariant();
        return Directory
            .EnumerateFiles(
                Path.Combine(Fixtures.Root, "tests", "fixtures", "otlp"),
                $"*{word}{extension}",
                SearchOption.AllDirectories
            )
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)
            .Where(bytes => bytes.Length <= LongestInput)
            .Append(format == OtlpFormat.Json ? "{}"u8.ToArray() : [0x0A, 0x04, 0x12, 0x02, 0x12, 0x00]);
    }

    public override string Run(ReadOnlySpan<byte> input)
    {
        var lines = new Lines();
        var tally = default(Tally);
        var understood = Decode(input, lines, ref tally);
        MustEqual(lines.All.Count, (int)tally.Accepted, "what is accepted is told");
        if (format == OtlpFormat.Protobuf)
        {
            CheckProtobuf(input);
        }
        else
        {
            CheckJson(input, understood, tally);
        }

        var caught = new Catch();
        var again = new Catch();
        MustEqual(understood, Read(input, caught), "what is understood");
        Read(input, again);
        Must(caught.Sightings.SequenceEqual(again.Sightings), "the same bytes are the same requests");
        foreach (var usage in caught.Sightings.Select(s => s.Usage).Concat(caught.Aggregates.Select(a => a.Usage)))
        {
            foreach (
                var count in new[] { usage.Input, usage.CacheRead, usage.CacheWrite5m, usage.Output, usage.Reasoning }
            )
            {
                Must(count is null or (>= 0 and <= Weir.Wire.JsonCursor.MaxCount), "counts are counts");
            }
        }

        foreach (var sighting in caught.Sightings)
        {
            Must(sighting.At <= Now.AddDays(1), "no request is in a far future");
            Must((sighting.MessageId ?? sighting.RequestId ?? sighting.OwnId) is not null, "every request has an id");
        }

        return $"{understood} {Bucket(tally.Accepted)} {Bucket(tally.Rejected)} {Bucket(caught.Sightings.Count)} {Bucket(caught.Events.Count)} {Bucket(caught.Aggregates.Count)} {string.Join(',', caught.Skipped.Keys.Order(StringComparer.Ordinal))}";
    }

    private void CheckProtobuf(ReadOnlySpan<byte> input)
    {
        // As the library writes what it has read: without what it does not know.
        var (written, plain) = signal switch
        {
            OtlpSignal.Logs => (PlainTelemetry.RewrittenLogs(input), PlainTelemetry.Logs(input)),
            OtlpSignal.Traces => (PlainTelemetry.RewrittenSpans(input), PlainTelemetry.Spans(input)),
            _ => (PlainTelemetry.RewrittenPoints(input), PlainTelemetry.Points(input)),
        };
        if (written is null || plain is null)
        {
            return;
        }

        var lines = new Lines();
        var tally = default(Tally);
        Must(Decode(written, lines, ref tally), "what the library writes is understood");
        MustEqual((plain.Count, 0L), (lines.All.Count, tally.Rejected), "how many records there are");
        for (var i = 0; i < plain.Count; i++)
        {
            Must(
                plain[i].Contains(lines.All[i], StringComparison.Ordinal),
                "a record's times",
                $"{plain[i]} / {lines.All[i]}"
            );
        }
    }

    private void CheckJson(ReadOnlySpan<byte> input, bool understood, Tally tally)
    {
        if (signal == OtlpSignal.Metrics)
        {
            return;
        }

        using var document = Json.Parse(input);
        if (!understood || document is null)
        {
            return;
        }

        var (resources, scopes, records) =
            signal == OtlpSignal.Logs
                ? ("resourceLogs", "scopeLogs", "logRecords")
                : ("resourceSpans", "scopeSpans", "spans");
        var count = Inner([document.RootElement], resources).ToList();
        // A name that is escaped or comes twice, and the other way of writing it, are read too.
        if (
            !Encoding.UTF8.GetString(input).Contains('\\', StringComparison.Ordinal)
            && !HasDoubles(document.RootElement)
        )
        {
            var found = Inner(Inner(count, scopes), records).Count();
            Must(tally.Accepted + tally.Rejected >= found, "every record is met", $"{found}");
        }
    }

    private static IEnumerable<JsonElement> Inner(IEnumerable<JsonElement> from, string name) =>
        from.Where(element => element.ValueKind == JsonValueKind.Object)
            .SelectMany(element =>
                element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
                    ? list.EnumerateArray()
                    : Enumerable.Empty<JsonElement>()
            );

    private static bool HasDoubles(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().GroupBy(Json.NameOf).Any(g => g.Count() > 1)
                || element
                    .EnumerateObject()
                    .Any(p => Json.NameOf(p)?.Contains('_', StringComparison.Ordinal) != false || HasDoubles(p.Value)),
            JsonValueKind.Array => element.EnumerateArray().Any(HasDoubles),
            _ => false,
        };

    private bool Decode(ReadOnlySpan<byte> input, TelemetryVisitor visitor, ref Tally tally) =>
        format == OtlpFormat.Json
            ? JsonDecoder.TryDecode(signal, input, new TelemetryItems(), visitor, ref tally)
            : ProtoDecoder.TryDecode(signal, input, new TelemetryItems(), visitor, ref tally);

    private bool Read(ReadOnlySpan<byte> input, Catch caught) =>
        new TelemetryReader(WorkspaceId.Default, caught, Now, new MetricSeries(Now)).TryRead(
            signal,
            format,
            input,
            out _
        );

    private sealed class Lines : TelemetryVisitor
    {
        public List<string> All { get; } = [];

        public override void Log(Origin origin, LogItem log) => Add(log.Time, log.ObservedTime);

        public override void Span(Origin origin, SpanItem span) => Add(span.Start, span.End);

        public override void Point(Origin origin, PointItem point) => Add(point.Start, point.Time);

        private void Add(ulong a, ulong b) => All.Add(string.Create(CultureInfo.InvariantCulture, $"|{a}|{b}|"));
    }
}
