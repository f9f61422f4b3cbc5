using System.Collections.Immutable;
using System.Globalization;
using Weir.Foundation;

namespace Weir.Capture.Tests.Sessions;

/// <summary>A session's events and records by seed: ids that meet and that do not, agents that start one another in circles.</summary>
internal sealed class RandomSession
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    private readonly Random random;

    public RandomSession(int seed)
    {
        random = new Random(seed);
        Records =
        [
            .. Enumerable
                .Range(1, random.Next(0, 40))
                .Select(i => Record(i))
                .OrderBy(r => r.StartedAt)
                .ThenBy(r => r.Id),
        ];
        Events = [.. Enumerable.Range(0, random.Next(0, 60)).Select(Event).DistinctBy(e => (e.Kind, e.Id))];
    }

    public ImmutableArray<UsageRecord> Records { get; }

    public ImmutableArray<SessionEvent> Events { get; }

    private UsageRecord Record(long id) =>
        new()
        {
            Id = new RecordId(id),
            Workspace = WorkspaceId.Default,
            StartedAt = Time(),
            Duration = OneIn(3) ? null : TimeSpan.FromSeconds(random.Next(60)),
            Source = OneIn(2) ? UsageSource.Gateway : UsageSource.Transcript,
            Status = (RequestStatus)random.Next(0, 11),
            Provider = "anthropic",
            Model = Pick("claude-sonnet-5", "claude-haiku-4-5", null),
            Session = "s1",
            Agent = Agent(),
            ParentAgent = Agent(),
            Client = Pick("claude-code", "codex"),
            MessageId = OneIn(5) ? null : "m" + random.Next(20).ToString(CultureInfo.InvariantCulture),
            Billing = (Billing)random.Next(0, 3),
            Quality = (UsageQuality)random.Next(0, 4),
            Cost = OneIn(4) ? null : new Money(random.Next()),
            RequestedCost = OneIn(2) ? null : new Money(random.Next()),
            Usage = new TokenUsage
            {
                Input = Tokens(),
                CacheRead = Tokens(),
                CacheWrite5m = Tokens(),
                CacheWrite1h = Tokens(),
                Output = Tokens(),
                Reasoning = Tokens(),
            },
        };

    private SessionEvent Event(int number)
    {
        var kind = (SessionEventKind)random.Next(1, 12);
        return new SessionEvent
        {
            Kind = kind,
            Session = "s1",
            Id = kind == SessionEventKind.Agent ? Agent() ?? "a9" : "e" + number.ToString(CultureInfo.InvariantCulture),
            StartedAt = OneIn(5) ? null : Time(),
            EndedAt = OneIn(3) ? null : Time(),
            Duration = OneIn(2) ? null : TimeSpan.FromSeconds(random.Next(100)),
            Agent = Agent(),
            Parent =
                kind == SessionEventKind.Tool
                    ? Pick(null, "m" + random.Next(20).ToString(CultureInfo.InvariantCulture))
                    : Pick(null, "e" + random.Next(60).ToString(CultureInfo.InvariantCulture)),
            Name = Pick("Bash", "mcp__web__search", null),
            Succeeded = Pick(null, "x") is null ? null : OneIn(2),
        };
    }

    private DateTimeOffset Time() => Noon.AddSeconds(random.Next(3600));

    private string? Agent() => OneIn(2) ? null : "a" + random.Next(8).ToString(CultureInfo.InvariantCulture);

    private long? Tokens() => OneIn(4) ? null : random.Next(10_000);

    private bool OneIn(int many) => random.Next(many) == 0;

    private string? Pick(params string?[] of) => of[random.Next(of.Length)];
}
