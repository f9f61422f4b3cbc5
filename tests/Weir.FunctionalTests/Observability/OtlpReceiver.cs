using System.Globalization;
using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Observability;

/// <summary>What a collector received over OTLP/HTTP. By opentelemetry/proto/{trace,metrics}/v1.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly FakeUpstream server = new();

    public OtlpReceiver() =>
        server.Handle(_ => UpstreamAnswer.Status(200).Header("content-type", "application/x-protobuf"));

    public string Url => server.BaseUrl.ToString().TrimEnd('/');

    public IReadOnlyList<RecordedRequest> Requests => server.Requests;

    /// <summary>All that came, as text, to look for what must not be in it.</summary>
    public string Bytes =>
        string.Concat(server.Requests.Select(request => Encoding.Latin1.GetString(request.Body.Span)));

    public IReadOnlyList<OtlpSpan> Spans =>
        [
            .. Sent("/v1/traces")
                .SelectMany(resource => Sub(resource, 2))
                .SelectMany(scope => Sub(scope, 2))
                .Select(OtlpSpan.Read),
        ];

    /// <summary>The attributes of what sends, by its newest message.</summary>
    public IReadOnlyDictionary<string, object?> Resource =>
        OtlpSpan.Attributes(Sub(Sent("/v1/traces").Last(), 1).Single(), 1);

    /// <summary>The measures by name, each with the attributes of its points as they were sent last.</summary>
    public IReadOnlyDictionary<string, OtlpMetric> Metrics =>
        Sent("/v1/metrics")
            .SelectMany(resource => Sub(resource, 2))
            .SelectMany(scope => Sub(scope, 2))
            .Select(OtlpMetric.Read)
            .GroupBy(metric => metric.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private IEnumerable<ProtoField> Sent(string path) =>
        server.Requests.Where(r => r.Path == path).SelectMany(r => ProtoReader.Read(r.Body)).Where(f => f.Number == 1);

    private static IEnumerable<ProtoField> Sub(ProtoField message, int number) =>
        message.Fields.Where(field => field.Number == number);
}

/// <summary>A span as it was sent.</summary>
internal sealed record OtlpSpan(
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    ulong Kind,
    ulong Start,
    ulong End,
    ulong Status,
    IReadOnlyDictionary<string, object?> Tags,
    IReadOnlyList<OtlpEvent> Events
)
{
    public static OtlpSpan Read(ProtoField span)
    {
        var fields = span.Fields.ToLookup(field => field.Number);
        return new OtlpSpan(
            Hex(fields[1]),
            Hex(fields[2]),
            Hex(fields[4]),
            fields[5].Single().Text,
            fields[6].Single().Value,
            fields[7].Single().Value,
            fields[8].Single().Value,
            fields[15].SelectMany(status => status.Fields).FirstOrDefault(field => field.Number == 3).Value,
            Attributes(span, 9),
            [
                .. fields[11]
                    .Select(e => new OtlpEvent(e.Fields.Single(field => field.Number == 2).Text, Attributes(e, 3))),
            ]
        );
    }

    /// <summary>The key-value pairs in one field of a message.</summary>
    public static IReadOnlyDictionary<string, object?> Attributes(ProtoField message, int number)
    {
        var read = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var pair in message.Fields.Where(field => field.Number == number))
        {
            var value = pair.Fields.Single(field => field.Number == 2).Fields.Single();
            read.Add(
                pair.Fields.Single(field => field.Number == 1).Text,
                value.Number switch
                {
                    1 => value.Text,
                    2 => value.Value != 0,
                    3 => (long)value.Value,
                    4 => value.Double,
                    _ => null,
                }
            );
        }

        return read;
    }

    private static string Hex(IEnumerable<ProtoField> fields) =>
        string.Concat(fields.Select(field => Convert.ToHexStringLower(field.Bytes.Span)));
}

/// <summary>Something that happened within a span.</summary>
internal sealed record OtlpEvent(string Name, IReadOnlyDictionary<string, object?> Tags);

/// <summary>A measure as it was sent.</summary>
internal sealed record OtlpMetric(string Name, string Unit, IReadOnlyList<OtlpPoint> Points)
{
    public static OtlpMetric Read(ProtoField metric)
    {
        var fields = metric.Fields.ToLookup(field => field.Number);
        // Gauge 5, sum 7, histogram 9: each has its points in field 1.
        var data = fields[5].Concat(fields[7]).Concat(fields[9]).Single();
        var isHistogram = fields[9].Any();
        return new OtlpMetric(
            fields[1].Single().Text,
            fields[3].SingleOrDefault().Text,
            [
                .. data
                    .Fields.Where(field => field.Number == 1)
                    .Select(point => new OtlpPoint(
                        OtlpSpan.Attributes(point, isHistogram ? 9 : 7),
                        isHistogram
                            ? point.Fields.Single(field => field.Number == 5).Double
                            : point.Fields.Where(field => field.Number is 4 or 6).Select(Number).Single()
                    )),
            ]
        );
    }

    private static double Number(ProtoField value) =>
        value.Number == 4 ? value.Double : Convert.ToDouble((long)value.Value, CultureInfo.InvariantCulture);
}

/// <summary>One point: a number, or a histogram's sum.</summary>
internal sealed record OtlpPoint(IReadOnlyDictionary<string, object?> Tags, double Sum);
