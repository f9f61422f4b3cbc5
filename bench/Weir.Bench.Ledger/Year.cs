using System.Globalization;
using Weir.Foundation;

namespace Weir.Bench.Ledger;

/// <summary>
/// A year of a company's requests in the order they came, of any number: 60 keys of as many people in 8 teams and 40 projects, 24
/// models of 4 providers, coding sessions of 50 requests with subagents beside plain services, ids as vendors make them. The same for
/// the same count on every machine. Not thread-safe.
/// </summary>
internal sealed class Year
{
    /// <summary>Where it begins.</summary>
    public static readonly DateTimeOffset Start = new(2025, 10, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How long it is.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromDays(365);

    /// <summary>Where it ends.</summary>
    public static readonly DateTimeOffset End = Start + Length;

    private const int Keys = 60;
    private const int Services = 12; // of the keys, those that no coding agent uses
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly (string Provider, string Model)[] Models =
    [
        ("anthropic", "claude-sonnet-4-5-20250929"),
        ("anthropic", "claude-opus-4-1-20250805"),
        ("anthropic", "claude-haiku-4-5-20251001"),
        ("openai", "gpt-5-codex"),
        ("openai", "gpt-5"),
        ("openai", "gpt-5-mini"),
        ("gemini", "gemini-2.5-pro"),
        ("gemini", "gemini-2.5-flash"),
        ("openrouter", "qwen/qwen3-coder"),
        ("openrouter", "deepseek/deepseek-chat-v3.1"),
        .. Enumerable.Range(1, 14).Select(n => ("openrouter", $"lab/model-{n}")),
    ];

    private readonly long count;
    private readonly long step; // microseconds between two
    private readonly Session[] sessions = new Session[Keys];
    private ulong state;

    public Year(long count)
    {
        this.count = count;
        step = (long)(Length.TotalMicroseconds / count);
        state = (ulong)count;
    }

    /// <summary>The records. At most so many a session are 50 in three quarters of an hour, whatever the count.</summary>
    public IEnumerable<UsageRecord> Records()
    {
        var lastMs = 0L;
        var inMs = 0L;
        for (var i = 0L; i < count; i++)
        {
            var at = Start.AddMicroseconds((i * step) + Whole((int)Math.Min(step, int.MaxValue - 1)));
            var ms = at.ToUnixTimeMilliseconds() - 1_704_067_200_000;
            (lastMs, inMs) = ms > lastMs ? (ms, 0) : (lastMs, inMs + 1);
            yield return Make(new RecordId((lastMs << 22) | inMs), at);
        }
    }

    private UsageRecord Make(RecordId id, DateTimeOffset at)
    {
        // A few keys do most of the work.
        var key = Math.Min(Whole(Keys), Whole(Keys));
        var isService = key % (Keys / Services) == 0;
        ref var session = ref sessions[key];
        if (session.Left-- <= 0)
        {
            session = new Session
            {
                Left = 1 + (int)(-50 * Math.Log(1 - Unit())),
                Name = Uuid(),
                Model = Unit() < 0.8 ? Math.Min(Whole(10), Whole(10)) : Whole(Models.Length),
                Project = (key * 3) + Whole(3),
                Subagent = "a" + Hex(16),
            };
        }

        var (provider, model) = Models[!isService && Unit() < 0.15 ? 2 : session.Model];
        var isAgent = !isService && Unit() < 0.15;
        var roll = Unit();
        var status =
            roll < 0.965 ? RequestStatus.Ok
            : roll < 0.98 ? RequestStatus.CallerAborted
            : roll < 0.992 ? RequestStatus.RateLimited
            : RequestStatus.UpstreamError;
        var served = status is RequestStatus.Ok or RequestStatus.CallerAborted;
        var usage = served
            ? new TokenUsage
            {
                Input = Skewed(isService ? 1200 : 60, 1.2),
                CacheRead = isService ? 0 : Skewed(60_000, 0.9),
                CacheWrite5m = isService ? 0 : Skewed(1_500, 1.3),
                CacheWrite1h = 0,
                Output = Skewed(350, 1.2),
                Reasoning = provider == "openai" ? Skewed(120, 1.1) : null,
            }
            : default;
        var anthropic = provider == "anthropic";
        return new UsageRecord
        {
            Id = id,
            Workspace = WorkspaceId.Default,
            StartedAt = at,
            Duration = TimeSpan.FromMicroseconds(Skewed(9_000_000, 0.8)),
            TimeToFirstToken = served ? TimeSpan.FromMicroseconds(Skewed(1_100_000, 0.5)) : null,
            Source = UsageSource.Gateway,
            Status = status,
            HttpStatus =
                served ? 200
                : status == RequestStatus.RateLimited ? 429
                : 500,
            ErrorType =
                served ? null
                : status == RequestStatus.RateLimited ? "rate_limit_error"
                : "api_error",
            Dialect = anthropic ? Dialect.AnthropicMessages : Dialect.OpenAIChat,
            Streaming = !isService,
            Provider = provider,
            Model = model,
            RequestedModel = model,
            Route = anthropic ? "claude" : null,
            Key = $"key-{key}",
            User = isService ? null : $"person-{key}@example.com",
            Team = $"team-{key % 8}",
            Project = $"project-{session.Project % 40}",
            Session = isService ? null : session.Name,
            Agent = isAgent ? session.Subagent : null,
            Client =
                isService ? "openai-node"
                : anthropic ? "claude-code"
                : "codex",
            UpstreamId = anthropic ? "req_011C" + Text(20) : "req_" + Hex(32),
            MessageId =
                !served ? null
                : anthropic ? "msg_01" + Text(22)
                : "chatcmpl-" + Text(29),
            Usage = usage,
            Quality = served ? UsageQuality.Measured : UsageQuality.None,
            Billing = Billing.Metered,
            Cost = served ? new Money((usage.Prompt * 900) + ((usage.Output ?? 0) * 15_000)) : Money.Zero,
            PriceVersion = $"2026-{1 + (at.DayOfYear / 60):00}",
            Tags =
                Unit() < 0.05
                    ? UsageRecordTags.One("cost-centre", (1000 + key % 20).ToString(CultureInfo.InvariantCulture))
                    : UsageRecordTags.None,
        };
    }

    // splitmix64: https://prng.di.unimi.it/splitmix64.c
    private ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    private int Whole(int below) => (int)(((Next() >> 32) * (ulong)below) >> 32);

    private long Skewed(double median, double spread) =>
        (long)(median * Math.Exp(spread * Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit())));

    private string Text(int length) =>
        string.Create(
            length,
            this,
            static (span, year) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = Base62[year.Whole(62)];
                }
            }
        );

    private string Hex(int length) => $"{Next():x16}{Next():x16}"[..length];

    private string Uuid()
    {
        var hex = Hex(32);
        return $"{hex[..8]}-{hex[8..12]}-4{hex[13..16]}-a{hex[17..20]}-{hex[20..]}";
    }

    private struct Session
    {
        public int Left;
        public string Name;
        public int Model;
        public int Project;
        public string Subagent;
    }
}
