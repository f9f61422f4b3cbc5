using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class LogTests
{
    [Theory]
    [InlineData(
        "r",
        RequestStatus.RateLimited,
        429,
        "rate_limit_error",
        "req_up",
        true,
        "req_1 workspace 1: provider anthropic on route r failed: rate limited, HTTP 429, rate_limit_error, its id req_up; the next target is tried"
    )]
    [InlineData(
        null,
        RequestStatus.UpstreamReset,
        null,
        null,
        null,
        false,
        "req_1 workspace 1: provider anthropic failed: upstream reset; no target is left"
    )]
    [InlineData(
        null,
        RequestStatus.Unreachable,
        null,
        "Provider anthropic cannot be reached.",
        null,
        false,
        "req_1 workspace 1: provider anthropic failed: unreachable, Provider anthropic cannot be reached; no target is left"
    )]
    public void A_failed_attempt_is_told_by_what_is_known(
        string? route,
        RequestStatus status,
        int? httpStatus,
        string? error,
        string? providerRequestId,
        bool goesOn,
        string line
    )
    {
        var log = new Lines();

        Log.AttemptFailed(
            log,
            "req_1",
            WorkspaceId.Default,
            "anthropic",
            route,
            status,
            httpStatus,
            error,
            providerRequestId,
            goesOn ? "the next target is tried" : "no target is left"
        );

        Assert.Equal(line, Assert.Single(log.All));
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => All.Add(formatter(state, exception));
    }
}
