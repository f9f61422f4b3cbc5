using Microsoft.Extensions.Logging;

namespace Weir.Server.Logging;

/// <summary>Hands what is logged at warning and above to the patterns, whatever level is written.</summary>
internal sealed class ErrorPatternProvider(ErrorPatterns patterns) : ILoggerProvider
{
    private const string Template = "{OriginalFormat}";

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) =>
        new PatternLogger(patterns, LineLoggerProvider.Short(categoryName));

    /// <inheritdoc />
    public void Dispose() { }

    private sealed class PatternLogger(ErrorPatterns patterns, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel) && !LineLoggerProvider.IsCut(category, exception))
            {
                patterns.Note(logLevel, category, TemplateOf(state), exception?.GetType());
            }
        }

        // Looked for from the end, where it stands.
        private static string? TemplateOf<TState>(TState state)
        {
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                for (var i = values.Count - 1; i >= 0; i--)
                {
                    if (values[i].Key == Template)
                    {
                        return values[i].Value as string;
                    }
                }
            }

            return null;
        }
    }
}
