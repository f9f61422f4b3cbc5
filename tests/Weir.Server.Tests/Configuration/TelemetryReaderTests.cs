using Microsoft.Extensions.Logging;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

/// <summary>The maps <c>telemetry</c> and <c>logging</c>, and the secrets in the first.</summary>
public sealed class TelemetryReaderTests
{
    private const string Stored = """
        version: 1
        telemetry:
          otlp:
            endpoint: https://collector.example:4318
            headers: { authorization: "Bearer ${TOKEN}", x-team: "${TEAM}" }
        """;

    [Fact]
    public void Everything_is_read()
    {
        var config = Read(
            """
            version: 1
            telemetry:
              propagate: true
              otlp:
                endpoint: http://127.0.0.1:4317
                protocol: grpc
                headers: { authorization: "Bearer ${TOKEN}", x-team: "${TEAM}" }
                interval: 5s
                traces: true
                metrics: false
            logging: { format: json, level: warn }
            """
        );

        Assert.Equal(
            new OtlpConfig(new Uri("http://127.0.0.1:4317"))
            {
                Protocol = OtlpProtocol.Grpc,
                Headers = "authorization=Bearer%20t%2Co%3Dken,x-team=core",
                Interval = TimeSpan.FromSeconds(5),
                Metrics = false,
            },
            config.Telemetry.Otlp
        );
        Assert.True(config.Gateway.PropagatesTrace);
        Assert.Equal(new LoggingConfig { Format = LogFormat.Json, Level = LogLevel.Warning }, config.Logging);
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var silent = Read("version: 1");
        var brief = Read("version: 1\ntelemetry: { otlp: { endpoint: http://c:4318 } }");

        Assert.Null(silent.Telemetry.Otlp);
        Assert.False(silent.Gateway.PropagatesTrace);
        Assert.Equal(new LoggingConfig(), silent.Logging);
        Assert.Equal(new OtlpConfig(new Uri("http://c:4318")), brief.Telemetry.Otlp);
    }

    [Theory]
    [InlineData("telemetry: { otlp: {} }", "telemetry.otlp.endpoint: is missing")]
    [InlineData(
        "telemetry: { otlp: { endpoint: c:4318 } }",
        "telemetry.otlp.endpoint: \"c:4318\" is no http(s) address"
    )]
    [InlineData(
        "telemetry: { otlp: { endpoint: 'http://u:p@c' } }",
        "telemetry.otlp.endpoint: \"http://u:p@c\" is no http(s) address"
    )]
    [InlineData(
        "telemetry: { otlp: { endpoint: http://c, protocol: http/json } }",
        "telemetry.otlp.protocol: unknown protocol \"http/json\""
    )]
    [InlineData(
        "telemetry: { otlp: { endpoint: http://c, headers: { authorization: Bearer literal } } }",
        "telemetry.otlp.headers.authorization: a header's value stands in the environment"
    )]
    [InlineData(
        "telemetry: { otlp: { endpoint: http://c, headers: { 'a b': '${TEAM}' } } }",
        "telemetry.otlp.headers.a b: \"a b\" is no header's name"
    )]
    [InlineData(
        "telemetry: { otlp: { endpoint: http://c, headers: { a: '${NOT_SET}' } } }",
        "telemetry.otlp.headers.a: the environment variable NOT_SET is not set"
    )]
    [InlineData("telemetry: { otlp: { endpoint: http://c, interval: 1ms } }", "telemetry.otlp.interval: a time from")]
    [InlineData("telemetry: { oltp: {} }", "telemetry.oltp: there is no such key")]
    [InlineData("logging: { format: xml }", "logging.format: unknown format \"xml\"")]
    [InlineData("logging: { level: chatty }", "logging.level: unknown level \"chatty\"")]
    public void A_fault_is_named(string text, string fault)
    {
        var faults = ConfigReader.Read("version: 1\n" + text, Variable).Faults;

        Assert.StartsWith(fault, $"{Assert.Single(faults).Key}: {faults[0].Message}", StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_in_force_shows_no_headers_secret()
    {
        Assert.Equal(Stored, ConfigEdit.Masked(Stored));
        Assert.DoesNotContain("t,o=ken", ConfigEdit.Masked(Stored), StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_may_keep_a_header_that_the_file_has()
    {
        var (text, faults) = ConfigEdit.Prepare(
            Stored,
            Stored.Replace(":4318", ":4318/below", StringComparison.Ordinal) + "\nlogging: { format: json }\n"
        );

        Assert.Empty(faults);
        Assert.Contains("${TOKEN}", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("collector.example", "evil.example")]
    [InlineData("${TEAM}", "${ANTHROPIC_API_KEY}")]
    [InlineData("https://collector.example:4318", "https://evil.example/${TOKEN}")]
    public void An_edit_cannot_send_a_secret_elsewhere(string from, string to)
    {
        var (text, faults) = ConfigEdit.Prepare(Stored, Stored.Replace(from, to, StringComparison.Ordinal));

        Assert.Null(text);
        Assert.NotEmpty(faults);
    }

    private static WeirConfig Read(string text)
    {
        var result = ConfigReader.Read(text, Variable);
        Assert.Empty(result.Faults);
        return result.Config!;
    }

    private static string? Variable(string name) =>
        name switch
        {
            "TOKEN" => "t,o=ken",
            "TEAM" => "core",
            _ => null,
        };
}
