using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Weir.Server;

/// <summary>Writes one line for each log entry, so that standard output stays free for data. Thread-safe.</summary>
internal sealed class LineLoggerProvider(TextWriter output, TimeProvider clock) : ILoggerProvider
{
    private readonly Lock gate = new();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, Short(categoryName));

    public void Dispose() { }

    private static string Short(string category) => category[(category.LastIndexOf('.') + 1)..];

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        var word = level switch
        {
            LogLevel.Critical or LogLevel.Error => "error",
            LogLevel.Warning => "warn ",
            _ => "info ",
        };
        var time = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (gate)
        {
            // What a caller sent may stand in a message: it must not be able to begin a line of its own.
            output.WriteLine($"{time} {word} {category}: {message.ReplaceLineEndings(" ")}");
            if (exception is not null)
            {
                output.WriteLine(exception);
            }

            output.Flush();
        }
    }

    private sealed class LineLogger(LineLoggerProvider owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            // With this exception the gateway has Kestrel cut an answer that broke off. The gateway has told why; Kestrel takes
            // it for a bug of the program.
            if (IsEnabled(logLevel) && !(exception is BadHttpRequestException && category == "Kestrel"))
            {
                owner.Write(logLevel, category, formatter(state, exception), exception);
            }
        }
    }
}
