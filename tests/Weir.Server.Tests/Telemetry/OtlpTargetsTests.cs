using Weir.Server.Configuration;
using Weir.Server.Telemetry;

namespace Weir.Server.Tests.Telemetry;

public sealed class OtlpTargetsTests
{
    private readonly List<string> faults = [];

    [Fact]
    public void Nothing_said_is_nothing_sent()
    {
        Assert.Equal(OtlpTargets.None, Resolve(null));
        Assert.Equal(OtlpTargets.None, Resolve(null, ("OTEL_EXPORTER_OTLP_ENDPOINT", " ")));
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("http://collector:4318", "http://collector:4318/v1/traces")]
    [InlineData("http://collector:4318/", "http://collector:4318/v1/traces")]
    [InlineData("https://collector/below", "https://collector/below/v1/traces")]
    public void Over_http_the_signals_path_is_put_behind(string endpoint, string traces)
    {
        var written = Resolve(new OtlpConfig(new Uri(endpoint)));
        var variables = Resolve(null, ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));

        Assert.Equal(new Uri(traces), written.Traces!.Endpoint);
        Assert.Equal(new Uri(traces.Replace("traces", "metrics", StringComparison.Ordinal)), written.Metrics!.Endpoint);
        Assert.Equal(written, variables);
    }

    [Fact]
    public void Over_grpc_the_address_stands_as_it_is()
    {
        var target = Resolve(
            null,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        ).Traces!;

        Assert.Equal((new Uri("http://collector:4317"), OtlpProtocol.Grpc), (target.Endpoint, target.Protocol));
    }

    [Fact]
    public void A_signals_own_variables_win_and_its_address_is_whole()
    {
        var targets = Resolve(
            null,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://common:4318"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=common"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://own:4318/here"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=own"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "5000")
        );

        Assert.Equal(
            new OtlpTarget(new Uri("http://own:4318/here"), OtlpProtocol.HttpProtobuf, "a=own"),
            targets.Traces
        );
        Assert.Equal(
            new OtlpTarget(new Uri("http://common:4318/v1/metrics"), OtlpProtocol.HttpProtobuf, "a=common"),
            targets.Metrics
        );
        Assert.Equal(TimeSpan.FromSeconds(5), targets.Interval);
    }

    [Fact]
    public void The_file_wins_over_the_environment()
    {
        var targets = Resolve(
            new OtlpConfig(new Uri("http://file:4318")) { Metrics = false },
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://environment:4318"),
            ("OTEL_SDK_DISABLED", "true")
        );

        Assert.Equal("file", targets.Traces!.Endpoint.Host);
        Assert.Null(targets.Metrics);
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED", "true", false, false)]
    [InlineData("OTEL_TRACES_EXPORTER", "none", false, true)]
    [InlineData("OTEL_METRICS_EXPORTER", "none", true, false)]
    public void Variables_switch_signals_off(string name, string value, bool traces, bool metrics)
    {
        var targets = Resolve(null, ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"), (name, value));

        Assert.Equal((traces, metrics), (targets.Traces is not null, targets.Metrics is not null));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@collector")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    public void What_cannot_be_understood_is_told_without_its_secrets_and_sends_nothing(string name, string value)
    {
        var targets = Resolve(
            null,
            name.EndsWith("PROTOCOL", StringComparison.Ordinal)
                ? [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"), (name, value)]
                : [(name, value)]
        );

        Assert.Equal(OtlpTargets.None, targets);
        Assert.All(faults, fault => Assert.StartsWith(name, fault, StringComparison.Ordinal));
        Assert.NotEmpty(faults);
        Assert.DoesNotContain(faults, fault => fault.Contains("secret", StringComparison.Ordinal));
    }

    private OtlpTargets Resolve(OtlpConfig? written, params (string Name, string Value)[] variables)
    {
        var all = variables.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        return OtlpTargets.Resolve(
            written,
            name => all.GetValueOrDefault(name),
            (name, what) => faults.Add($"{name} {what}")
        );
    }
}
