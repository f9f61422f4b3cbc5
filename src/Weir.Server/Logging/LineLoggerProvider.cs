using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Gateway;
using Weir.Server.Configuration;

namespace Weir.Server.Logging;

/// <summary>
/// Writes one line for each log entry, as text or as JSON. Every line that belongs to a request carries its id. Thread-safe.
/// Of scopes it knows <see cref="RequestScope"/> alone: were it to take all, Kestrel would put one around every connection,
/// and each of a request's awaits would carry it along.
/// </summary>
internal sealed class LineLoggerProvider(TextWriter output, TimeProvider clock) : ILoggerProvider
{
    private readonly AsyncLocal<RequestScope?> current = new();
    private readonly Lock gate = new();
    private volatile LineForm form = new(LogFormat.Text, LogLevel.Information);

    /// <summary>Changes the lines that come from now on.</summary>
    public void Use(LogFormat format, LogLevel level) => form = new LineForm(format, level);

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, Short(categoryName));

    public void Dispose() { }

    /// <summary>
    /// Whether an entry is Kestrel's word on an answer that the gateway had it cut by this exception. The gateway has told why; Kestrel takes it
    /// for a bug of the program.
    /// </summary>
    internal static bool IsCut(string category, Exception? exception) =>
        exception is BadHttpRequestException && category == "Kestrel";

    /// <summary>A category without its namespace.</summary>
    internal static string Short(string category) => category[(category.LastIndexOf('.') + 1)..];

    private void Write<TState>(
        LogLevel level,
        string category,
        EventId eventId,
        TState state,
        string message,
        Exception? exception
    )
    {
        var line = new LogLine(clock.GetUtcNow(), level, category, eventId, message, current.Value, exception);
        var text =
            form.Format == LogFormat.Json
                ? JsonLine.Write(line, state as IReadOnlyList<KeyValuePair<string, object?>>)
                : TextLine.Write(line);
        lock (gate)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }

    private sealed record LineForm(LogFormat Format, LogLevel Level);

    private sealed class LineLogger(LineLoggerProvider owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => state is RequestScope request ? new Scope(owner.current, request) : null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner.form.Level && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel) && !IsCut(category, exception))
            {
                owner.Write(logLevel, category, eventId, state, formatter(state, exception), exception);
            }
        }
    }

    private sealed class Scope : IDisposable
    {
        private readonly AsyncLocal<RequestScope?> current;
        private readonly RequestScope? outer;

        public Scope(AsyncLocal<RequestScope?> current, RequestScope request)
        {
            this.current = current;
            outer = current.Value;
            current.Value = request;
        }

        public void Dispose() => current.Value = outer;
    }
}

/// <summary>One entry of the log.</summary>
/// <param name="Time">When it was made.</param>
/// <param name="Level">How grave it is.</param>
/// <param name="Category">Who says it.</param>
/// <param name="Event">What kind of entry it is.</param>
/// <param name="Message">In words.</param>
/// <param name="Request">The request that it came up in; null when it is not known from around it.</param>
/// <param name="Exception">What was thrown; null when nothing was.</param>
internal readonly record struct LogLine(
    DateTimeOffset Time,
    LogLevel Level,
    string Category,
    EventId Event,
    string Message,
    RequestScope? Request,
    Exception? Exception
)
{
    /// <summary>The level in a word.</summary>
    public string Word =>
        Level switch
        {
            LogLevel.Critical or LogLevel.Error => "error",
            LogLevel.Warning => "warn",
            LogLevel.Information => "info",
            _ => "debug",
        };
}
