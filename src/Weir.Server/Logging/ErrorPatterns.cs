using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Weir.Server.Logging;

/// <summary>
/// What the log told of at warning and above since the start, by pattern: who said it, the message's template, and the type of what was
/// thrown. Never a value from inside a message. At most <see cref="Most"/> patterns: those seen longest ago make room. Thread-safe.
/// </summary>
internal sealed class ErrorPatterns(TimeProvider clock)
{
    /// <summary>How many patterns are known.</summary>
    public const int Most = 200;

    private readonly Lock gate = new();
    private readonly Dictionary<Key, Seen> seen = [];

    /// <summary>Since when it listens.</summary>
    public DateTimeOffset Since { get; } = clock.GetUtcNow();

    /// <summary>How many patterns had to make room.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Takes an entry in.</summary>
    /// <param name="level">How grave it is.</param>
    /// <param name="category">Who says it, without its namespace.</param>
    /// <param name="template">The message's template; null when it has none, which is then not told.</param>
    /// <param name="exception">The type of what was thrown; null when nothing was.</param>
    public void Note(LogLevel level, string category, string? template, Type? exception)
    {
        var now = clock.GetUtcNow();
        var key = new Key(level >= LogLevel.Error, category, template, exception?.FullName);
        lock (gate)
        {
            if (!seen.TryGetValue(key, out var known))
            {
                if (seen.Count >= Most)
                {
                    seen.Remove(seen.MinBy(one => one.Value.LastAt).Key);
                    Forgotten++;
                }

                seen[key] = known = new Seen { FirstAt = now };
            }

            known.Count++;
            known.LastAt = now;
        }
    }

    /// <summary>All of them, the last seen first.</summary>
    public ImmutableArray<ErrorPattern> Read()
    {
        lock (gate)
        {
            return
            [
                .. seen.Select(one => new ErrorPattern(
                        one.Key.IsError,
                        one.Key.Category,
                        one.Key.Template,
                        one.Key.Exception,
                        one.Value.Count,
                        one.Value.FirstAt,
                        one.Value.LastAt
                    ))
                    .OrderByDescending(pattern => pattern.LastAt)
                    .ThenByDescending(pattern => pattern.Count),
            ];
        }
    }

    private sealed record Key(bool IsError, string Category, string? Template, string? Exception);

    private sealed class Seen
    {
        public required DateTimeOffset FirstAt { get; init; }

        public DateTimeOffset LastAt { get; set; }

        public long Count { get; set; }
    }
}

/// <summary>What the log told of, and how often.</summary>
internal sealed record ErrorPattern(
    bool IsError,
    string Category,
    string? Template,
    string? Exception,
    long Count,
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt
);
