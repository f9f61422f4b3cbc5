using System.Globalization;
using System.Text.Json;

namespace Weir.Bench.AgentLogs;

/// <summary>Tokens of one request, by class.</summary>
internal readonly record struct Tokens(long Input, long CacheRead, long CacheWrite5m, long CacheWrite1h, long Output);

/// <summary>A sum of requests.</summary>
internal readonly record struct Sum(long Requests, Tokens Tokens)
{
    /// <summary>One request more.</summary>
    public Sum With(Tokens more) =>
        new(
            Requests + 1,
            new Tokens(
                Tokens.Input + more.Input,
                Tokens.CacheRead + more.CacheRead,
                Tokens.CacheWrite5m + more.CacheWrite5m,
                Tokens.CacheWrite1h + more.CacheWrite1h,
                Tokens.Output + more.Output
            )
        );

    /// <summary>Two sums.</summary>
    public static Sum operator +(Sum a, Sum b) =>
        new(
            a.Requests + b.Requests,
            new Tokens(
                a.Tokens.Input + b.Tokens.Input,
                a.Tokens.CacheRead + b.Tokens.CacheRead,
                a.Tokens.CacheWrite5m + b.Tokens.CacheWrite5m,
                a.Tokens.CacheWrite1h + b.Tokens.CacheWrite1h,
                a.Tokens.Output + b.Tokens.Output
            )
        );
}

/// <summary>What the files truly hold: every request once, whole, when its last word was written.</summary>
internal sealed class Truth
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    };

    /// <summary>How many transcripts.</summary>
    public int Files { get; set; }

    /// <summary>Their size.</summary>
    public long Bytes { get; set; }

    /// <summary>Their lines.</summary>
    public long Lines { get; set; }

    /// <summary>Everything.</summary>
    public Sum Total { get; private set; }

    /// <summary>By model.</summary>
    public SortedDictionary<string, Sum> ByModel { get; } = new(StringComparer.Ordinal);

    /// <summary>By day, UTC.</summary>
    public SortedDictionary<string, Sum> ByDay { get; } = new(StringComparer.Ordinal);

    /// <summary>By session.</summary>
    public SortedDictionary<string, Sum> BySession { get; } = new(StringComparer.Ordinal);

    /// <summary>Counts a request.</summary>
    public void Add(string model, DateTime at, string session, Tokens tokens)
    {
        Total = Total.With(tokens);
        Add(ByModel, model, tokens);
        Add(ByDay, at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), tokens);
        Add(BySession, session, tokens);
    }

    /// <summary>Adds what another part of the files holds.</summary>
    public void Add(Truth other)
    {
        Files += other.Files;
        Bytes += other.Bytes;
        Lines += other.Lines;
        Total += other.Total;
        Add(ByModel, other.ByModel);
        Add(ByDay, other.ByDay);
        Add(BySession, other.BySession);
    }

    /// <summary>All of it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    private static void Add(SortedDictionary<string, Sum> to, string key, Tokens tokens) =>
        to[key] = to.GetValueOrDefault(key).With(tokens);

    private static void Add(SortedDictionary<string, Sum> to, SortedDictionary<string, Sum> from)
    {
        foreach (var (key, sum) in from)
        {
            to[key] = to.GetValueOrDefault(key) + sum;
        }
    }
}
