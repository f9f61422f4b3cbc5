using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Gateway;
using Weir.Server.Configuration;
using Weir.Server.Logging;
using Weir.Testing;

namespace Weir.Server.Tests.Logging;

public sealed class LineTests : IDisposable
{
    private readonly StringWriter output = new();
    private readonly LineLoggerProvider provider;
    private readonly ILoggerFactory factory;
    private readonly ILogger log;

    public LineTests()
    {
        provider = new LineLoggerProvider(output, new FakeClock());
        factory = LoggerFactory.Create(builder => builder.AddProvider(provider).SetMinimumLevel(LogLevel.Trace));
        log = factory.CreateLogger("Weir.Some.Thing");
    }

    public void Dispose()
    {
        factory.Dispose();
        provider.Dispose();
        output.Dispose();
    }

    [Fact]
    public void Text_is_for_people()
    {
        log.LogWarning("the {Key} is {Value}", "a", 7);

        Assert.Equal("2026-07-02T12:00:00.000Z warn  Thing: the a is 7" + output.NewLine, output.ToString());
    }

    [Theory]
    [InlineData(LogFormat.Text)]
    [InlineData(LogFormat.Json)]
    public void What_a_caller_sent_begins_no_line_of_its_own(LogFormat format)
    {
        provider.Use(format, LogLevel.Information);

        log.LogError(
            "refused {Name}",
            "x\r\n2026-07-02T12:00:00.000Z info  Thing: all is well\u2028\n{\"level\":\"info\"}"
        );

        Assert.Single(output.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void Json_has_the_values_by_name_and_type()
    {
        provider.Use(LogFormat.Json, LogLevel.Information);

        KeyValuePair<string, object?>[] values =
        [
            new("RequestId", "req_1"),
            new("Milliseconds", 1.5),
            new("Count", 7L),
            new("Where", null),
            new("Level", "own"),
            new("{OriginalFormat}", "{RequestId} took …"),
        ];
        log.Log(LogLevel.Information, new EventId(5, "Happened"), values, null, (_, _) => "req_1 took 1.5");

        Assert.Equal(
            "{\"time\":\"2026-07-02T12:00:00.000Z\",\"level\":\"info\",\"logger\":\"Thing\",\"event\":\"Happened\","
                + "\"message\":\"req_1 took 1.5\",\"requestId\":\"req_1\",\"milliseconds\":1.5,"
                + "\"count\":7,\"level_\":\"own\"}",
            output.ToString().TrimEnd()
        );
    }

    [Theory]
    [InlineData(LogFormat.Text)]
    [InlineData(LogFormat.Json)]
    public void A_request_around_a_line_is_named_once(LogFormat format)
    {
        provider.Use(format, LogLevel.Information);

        using (log.BeginScope(new RequestScope("req_9")))
        {
            factory.CreateLogger("Other").LogInformation("somewhere below");
        }

        log.LogInformation("after it");

        var lines = output.ToString().TrimEnd().Split('\n');
        Assert.Equal([1, 0], lines.Select(line => line.Split("req_9").Length - 1));
    }

    [Theory]
    [InlineData(
        LogFormat.Text,
        "2026-07-02T12:00:00.000Z info  Thing: req_9 served [x-request-id own-7] [trace 4bf92f3577b34da6a3ce929d0e0e4736]"
    )]
    [InlineData(
        LogFormat.Json,
        "{\"time\":\"2026-07-02T12:00:00.000Z\",\"level\":\"info\",\"logger\":\"Thing\",\"message\":\"served\","
            + "\"requestId\":\"req_9\",\"callerRequestId\":\"own-7\","
            + "\"callerTraceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}"
    )]
    public void What_the_caller_calls_it_stands_beside(LogFormat format, string line)
    {
        provider.Use(format, LogLevel.Information);

        using (log.BeginScope(new RequestScope("req_9", "own-7", "4bf92f3577b34da6a3ce929d0e0e4736")))
        {
            log.LogInformation("served");
        }

        Assert.Equal(line, output.ToString().TrimEnd());
    }

    [Fact]
    public void What_was_thrown_stays_in_the_one_json_line()
    {
        provider.Use(LogFormat.Json, LogLevel.Information);

        log.LogError(new InvalidOperationException("one\ntwo"), "it broke");

        using var line = JsonDocument.Parse(Assert.Single(output.ToString().TrimEnd().Split('\n')));
        Assert.Contains("one\ntwo", line.RootElement.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogLevel.Debug, 4)]
    [InlineData(LogLevel.Information, 3)]
    [InlineData(LogLevel.Warning, 2)]
    [InlineData(LogLevel.Error, 1)]
    public void The_least_level_can_be_changed(LogLevel least, int lines)
    {
        provider.Use(LogFormat.Text, least);

        log.LogDebug("1");
        log.LogInformation("2");
        log.LogWarning("3");
        log.LogError("4");

        Assert.Equal(lines, output.ToString().TrimEnd().Split('\n').Length);
    }
}
