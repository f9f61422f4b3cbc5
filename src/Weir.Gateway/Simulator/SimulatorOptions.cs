using System.Globalization;

namespace Weir.Gateway.Simulator;

/// <summary>
/// How the simulator is asked to behave, in the header <c>x-weir-sim</c>: <c>name=value</c> pairs between semicolons, as
/// <c>ttft=200ms;chunks=20;status=529</c>. What is not understood is passed over. Times are <c>250ms</c>, <c>2s</c> or
/// plain milliseconds, at most ten minutes.
/// </summary>
internal sealed record SimulatorOptions
{
    private const int MaxTokens = 100_000;
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(10);

    /// <summary>Behaves itself.</summary>
    public static SimulatorOptions Default { get; } = new();

    /// <summary><c>latency</c>: before the answer's head.</summary>
    public TimeSpan Latency { get; private init; }

    /// <summary><c>ttft</c>: between the head and the first content of a stream.</summary>
    public TimeSpan FirstToken { get; private init; }

    /// <summary><c>interval</c>: between the pieces of a stream.</summary>
    public TimeSpan Interval { get; private init; }

    /// <summary><c>chunks</c>: how many pieces the content of a stream comes in; null for one for each token.</summary>
    public int? Chunks { get; private init; }

    /// <summary><c>tokens</c>: how many are generated; null for what the model and the seed say.</summary>
    public int? Tokens { get; private init; }

    /// <summary><c>thinking</c>: how many tokens of thinking go ahead; null for what the model does.</summary>
    public int? Thinking { get; private init; }

    /// <summary>
    /// <c>cache</c>: how many of the prompt's tokens count as read from the cache; null with <see cref="CacheWrite"/> for
    /// what an earlier prompt with the same beginning makes of it.
    /// </summary>
    public int? Cache { get; private init; }

    /// <summary><c>cachewrite</c>: how many of the prompt's tokens count as written to the cache for five minutes.</summary>
    public int? CacheWrite { get; private init; }

    /// <summary><c>tool</c>: calls this one of the caller's tools, <c>*</c> for the first; null for none.</summary>
    public string? Tool { get; private init; }

    /// <summary><c>pace=real</c>: waits as models do, where no time is given.</summary>
    public bool RealPace { get; private init; }

    /// <summary><c>stall</c>: a silence in the middle of a stream.</summary>
    public TimeSpan Stall { get; private init; }

    /// <summary><c>limit</c>: requests a minute for the model, told in headers; those beyond get 429. Null for no limit.</summary>
    public int? Limit { get; private init; }

    /// <summary><c>status</c>: answers with an error of this HTTP status; null for none.</summary>
    public int? Status { get; private init; }

    /// <summary><c>error=stream</c>: an error event in place of the stream's second half.</summary>
    public bool FailsInStream { get; private init; }

    /// <summary><c>cutoff</c>: the connection breaks after so many pieces of content; null for never.</summary>
    public int? CutOff { get; private init; }

    /// <summary>These options with waits where there are none.</summary>
    public SimulatorOptions Paced(TimeSpan first, TimeSpan interval) =>
        this with
        {
            FirstToken = FirstToken > TimeSpan.Zero ? FirstToken : first,
            Interval = Interval > TimeSpan.Zero ? Interval : interval,
        };

    /// <summary>Reads the header's value; null and empty mean <see cref="Default"/>.</summary>
    public static SimulatorOptions Parse(string? text)
    {
        var options = Default;
        foreach (
            var part in (text ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var equals = part.IndexOf('=');
            var name = (equals < 0 ? part : part[..equals]).Trim().ToLowerInvariant();
            var value = equals < 0 ? "" : part[(equals + 1)..].Trim();
            options = name switch
            {
                "latency" => options with { Latency = Time(value) },
                "ttft" => options with { FirstToken = Time(value) },
                "interval" => options with { Interval = Time(value) },
                "chunks" => options with { Chunks = Number(value, 1, 10_000) },
                "tokens" => options with { Tokens = Number(value, 0, MaxTokens) },
                "thinking" => options with { Thinking = Number(value, 0, MaxTokens) },
                "cache" => options with { Cache = Number(value, 0, int.MaxValue) },
                "cachewrite" => options with { CacheWrite = Number(value, 0, int.MaxValue) },
                "tool" => options with { Tool = value.Length > 0 ? value : null },
                "pace" => options with { RealPace = value == "real" },
                "stall" => options with { Stall = Time(value) },
                "limit" => options with { Limit = Number(value, 1, 1_000_000) },
                "status" => options with { Status = Number(value, 400, 599) },
                "error" => options with { FailsInStream = value == "stream" },
                "cutoff" => options with { CutOff = Number(value, 0, MaxTokens) },
                _ => options,
            };
        }

        return options;
    }

    private static int? Number(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, min, max)
            : null;

    private static TimeSpan Time(string text)
    {
        var (digits, unit) =
            text.EndsWith("ms", StringComparison.OrdinalIgnoreCase) ? (text[..^2], 1)
            : text.EndsWith('s') ? (text[..^1], 1_000)
            : (text, 1);
        var time = TimeSpan.FromMilliseconds((long)(Number(digits.Trim(), 0, int.MaxValue) ?? 0) * unit);
        return time < MaxTime ? time : MaxTime;
    }
}
