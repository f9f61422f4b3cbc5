using System.Net;
using Microsoft.Extensions.Logging;
using Weir.Testing;

namespace Weir.Gateway.Tests;

public sealed class RefusalLogTests
{
    private static readonly IPAddress Far = IPAddress.Parse("8.8.4.4");

    private readonly FakeClock clock = new();
    private readonly Lines lines = new();

    [Fact]
    public void A_refusal_says_where_from_what_for_and_why()
    {
        using var log = new RefusalLog(clock, lines);

        log.Add(IPAddress.Parse("198.51.100.4"), "GET /api/v1/users", 403, "not permitted", "key_1");
        log.Add(null, "GET /api/v1/users", 401, "no key");

        Assert.Equal(
            [
                "Refused GET /api/v1/users with 403: not permitted; from 198.51.100.4, key_1",
                "Refused GET /api/v1/users with 401: no key; from the local socket, nobody known",
            ],
            lines.All
        );
    }

    [Fact]
    public void A_flood_writes_some_lines_a_minute_and_says_how_many_it_was()
    {
        using var log = new RefusalLog(clock, lines);
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i < 10_000; i++)
            {
                log.Add(IPAddress.Parse($"8.8.{i / 250}.{i % 250}"), "Messages", 401, "wrong key");
            }

            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(3 * 21, lines.All.Count);
        Assert.Equal(
            Enumerable.Repeat("9980 more refusals of callers from elsewhere are not told one by one", 3),
            lines.All.Where(line => line.Contains("more", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void A_flood_from_far_away_hides_nobody_who_is_near()
    {
        using var log = new RefusalLog(clock, lines);
        for (var i = 0; i < 100; i++)
        {
            log.Add(Far, "Messages", 401, "wrong key");
        }

        log.Add(IPAddress.Loopback, "Messages", 401, "near");
        log.Add(IPAddress.Parse("10.1.2.3"), "Messages", 401, "within");

        Assert.Contains(lines.All, line => line.Contains("near", StringComparison.Ordinal));
        Assert.Contains(lines.All, line => line.Contains("within", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_left_out_is_told_at_the_end()
    {
        using (var log = new RefusalLog(clock, lines))
        {
            for (var i = 0; i < 23; i++)
            {
                log.Add(IPAddress.IPv6Loopback, "Messages", 401, "wrong key");
            }
        }

        Assert.Equal("3 more refusals of callers from this machine are not told one by one", lines.All[^1]);
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => All.Add(formatter(state, exception));
    }
}
