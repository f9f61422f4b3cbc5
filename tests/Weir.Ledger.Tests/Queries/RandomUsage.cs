using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

/// <summary>Records and questions by seed: few values for each dimension, so that groups have many records; times at and about boundaries.</summary>
internal sealed class RandomUsage(int seed)
{
    public static readonly ImmutableArray<UsageDimension> Plain =
    [
        .. Enum.GetValues<UsageDimensionKind>()
            .Where(k => k != UsageDimensionKind.Tag)
            .Select(k => new UsageDimension(k)),
    ];

    private static readonly UsageDimension[] Tags =
    [
        new(UsageDimensionKind.Tag, "cost-centre"),
        new(UsageDimensionKind.Tag, "env"),
        new(UsageDimensionKind.Tag, "never-used"),
    ];

    private readonly Random random = new(seed);

    public bool OneIn(int many) => random.Next(many) == 0;

    /// <summary>A record with figures small enough that no sum of a thousand overflows.</summary>
    public UsageRecord Record(long id)
    {
        var session = Pick(null, "s1", "s2", "s3");
        return new UsageRecord
        {
            Id = new RecordId(id),
            Workspace = new WorkspaceId(random.Next(1, 3)),
            StartedAt = random.Next(40) switch
            {
                0 => new DateTimeOffset(1, 1, 2, 0, 0, 0, TimeSpan.Zero),
                1 => new DateTimeOffset(1969, 12, 31, 23, 59, 59, TimeSpan.Zero),
                2 => new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero),
                _ => Kept(Time()),
            },
            Duration = OneIn(3) ? null : TimeSpan.FromMicroseconds(random.Next()),
            TimeToFirstToken = OneIn(3) ? null : TimeSpan.FromMicroseconds(random.Next()),
            Source = OneIn(9) ? UsageSource.Import : UsageSource.Gateway,
            Status = (RequestStatus)random.Next(0, 11),
            Provider = Pick(null, "anthropic", "openai"),
            Model = Pick(null, "m1", "m2", "m3"),
            RequestedModel = Pick("m1", "m2"),
            Route = Pick(null, "r"),
            Key = Pick(null, "k1", "k2"),
            User = Pick(null, "ada", "m1"),
            Team = Pick(null, "core"),
            Project = Pick(null, "weir"),
            Session = session,
            Agent = session is null && !OneIn(9) ? null : Pick(null, "a1"),
            Client = Pick("codex", "claude-code"),
            Usage = new TokenUsage
            {
                Input = Tokens(),
                CacheRead = Tokens(),
                CacheWrite5m = Tokens(),
                CacheWrite1h = Tokens(),
                Output = Tokens(),
                Reasoning = Tokens(),
            },
            Quality = (UsageQuality)random.Next(0, 4),
            Billing = (Billing)random.Next(0, 3),
            Cost = Amount(),
            RequestedCost = Amount(),
            Tags = RecordTags(),
        };
    }

    public UsageQuery Query()
    {
        var from = Time();
        var to = OneIn(4) ? from.AddMinutes(random.Next(0, 90)) : Time();
        return new UsageQuery
        {
            Workspace = new WorkspaceId(random.Next(1, 3)),
            From = from < to ? from : to,
            To = from < to ? to : from,
            GroupBy = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => Dimension()).Distinct()],
            Filters = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => Dimension()).Select(Filter)],
        };
    }

    public DateTimeOffset Time()
    {
        var time = TestRecords.Start.AddMinutes(random.Next(-90 * 24 * 60, 90 * 24 * 60));
        return random.Next(5) switch
        {
            0 => new DateTimeOffset(time.Date, TimeSpan.Zero),
            1 => Quarter(time),
            2 => Quarter(time).AddMicroseconds(random.Next(-1, 2)),
            3 => time,
            _ => time.AddTicks(random.Next()),
        };
    }

    private UsageDimension Dimension() => OneIn(5) ? Tags[random.Next(Tags.Length)] : Plain[random.Next(Plain.Length)];

    private UsageFilter Filter(UsageDimension dimension)
    {
        var kind = (UsageFilterKind)random.Next(0, 3);
        var values = Values(dimension);
        return new UsageFilter(
            dimension,
            kind == UsageFilterKind.Prefix
                ? [.. values.Select(v => v is null || OneIn(3) ? v : v[..^(v.Length / 2)])]
                : values,
            kind
        );
    }

    private ImmutableArray<string?> Values(UsageDimension dimension) =>
        [
            .. Enumerable
                .Range(0, random.Next(0, 3))
                .Select(_ => NaiveCount.Value(Record(1), dimension))
                .Append(OneIn(5) ? "never seen" : NaiveCount.Value(Record(1), dimension)),
        ];

    private ImmutableSortedDictionary<string, string> RecordTags()
    {
        var tags = ImmutableSortedDictionary<string, string>.Empty;
        tags = OneIn(2) ? tags : tags.Add("cost-centre", Pick("1", "2", "")!);
        return OneIn(2) ? tags : tags.Add("env", Pick("prod", "1")!);
    }

    private string? Pick(params string?[] texts) => texts[random.Next(texts.Length)];

    private long? Tokens() => OneIn(3) ? null : random.NextInt64(0, 1_000_000);

    private Money? Amount() => OneIn(4) ? null : new Money(random.NextInt64(0, long.MaxValue / 1000));

    private static DateTimeOffset Quarter(DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % (15 * TimeSpan.TicksPerMinute)));

    /// <summary>Records keep whole microseconds.</summary>
    private static DateTimeOffset Kept(DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
