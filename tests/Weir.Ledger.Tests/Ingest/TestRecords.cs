using System.Collections.Immutable;
using System.Text;
using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>Records for tests: a plain one, one with every field set, arbitrary ones by seed.</summary>
internal static class TestRecords
{
    public static readonly DateTimeOffset Start = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A usual record of the gateway.</summary>
    public static UsageRecord Plain(long id, WorkspaceId? workspace = null) =>
        new()
        {
            Id = new RecordId(id),
            Workspace = workspace ?? WorkspaceId.Default,
            StartedAt = Start.AddMilliseconds(id),
            Duration = TimeSpan.FromMilliseconds(1500),
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            HttpStatus = 200,
            Dialect = Dialect.AnthropicMessages,
            Provider = "anthropic",
            Model = "claude-sonnet-5",
            RequestedModel = "claude-sonnet-5",
            UpstreamId = $"req_{id}",
            MessageId = $"msg_{id}",
            Usage = new TokenUsage { Input = 10 + id, Output = 20 },
            Quality = UsageQuality.Measured,
            Cost = new Money(1_000 * id),
            PriceVersion = "2026-07-02",
        };

    /// <summary>Every field set, each to another value. The golden files hold it: it never changes.</summary>
    public static UsageRecord Full() =>
        new()
        {
            Id = new RecordId(0x0123_4567_89AB_CDEF),
            Workspace = new WorkspaceId(7),
            StartedAt = Start.AddTicks(1_234_560),
            Duration = TimeSpan.FromMicroseconds(2_345_678),
            TimeToFirstToken = TimeSpan.FromMicroseconds(345_678),
            Source = UsageSource.Gateway,
            Status = RequestStatus.StreamError,
            HttpStatus = 200,
            ErrorType = "overloaded_error",
            Dialect = Dialect.OpenAIResponses,
            Streaming = true,
            Provider = "openrouter",
            Model = "anthropic/claude-sonnet-5",
            RequestedModel = "claude-opus-5",
            Route = "cheap",
            HandoffReason = "fallback",
            Key = "ci",
            User = "ada",
            Team = "platform",
            Project = "weir",
            Session = "0b0c7a52-1f7e-4f0e-9d7f-0f6f4a1d2e3c",
            Agent = "explore",
            ParentAgent = "main",
            Client = "claude-code",
            UpstreamId = "req_011CSHoEeqs5C35K2UUqR7Fy",
            MessageId = "msg_01XFDUDYJgAACzvnptvVoYEL",
            PriceMode = "fast",
            Usage = new TokenUsage
            {
                Input = 12,
                CacheRead = 100_000,
                CacheWrite5m = 2_048,
                CacheWrite1h = 0,
                Output = 512,
                Reasoning = 128,
            },
            Quality = UsageQuality.Measured,
            WebSearches = 3,
            Billing = Billing.Subscription,
            Cost = new Money(123_456_789),
            RequestedCost = new Money(987_654_321),
            PriceVersion = "2026-07-02+1f3a9c02",
            Tags = ImmutableSortedDictionary<string, string>.Empty.Add("cost-centre", "4711").Add("größe", "Grün 🌱"),
            Attempts =
            [
                new Attempt
                {
                    Provider = "anthropic",
                    Model = "claude-opus-5",
                    Duration = TimeSpan.FromMicroseconds(1_000_001),
                    Status = RequestStatus.Overloaded,
                    HttpStatus = 529,
                    ErrorType = "overloaded_error",
                    UpstreamId = "req_1",
                    Usage = new TokenUsage { Input = 5 },
                    Quality = UsageQuality.Estimated,
                    Cost = new Money(25_000),
                },
                new Attempt { Provider = "openrouter", Offset = TimeSpan.FromMicroseconds(1_100_000) },
            ],
        };

    /// <summary>A record of a request that was translated. The golden files hold it: it never changes.</summary>
    public static UsageRecord Translated() =>
        Plain(44) with
        {
            UpstreamDialect = Dialect.BedrockConverse,
            Dropped = ["cache_control", "thinking.signature", "top_k"],
        };

    /// <summary>Anything that fits the limits: nulls, extremes, odd texts.</summary>
    public static UsageRecord Arbitrary(int seed)
    {
        var random = new Random(seed);
        var workspace = new WorkspaceId(random.Next(1, 4));
        return new UsageRecord
        {
            Id = new RecordId(random.NextInt64(1, long.MaxValue)),
            Workspace = workspace,
            StartedAt = Start.AddTicks(10 * random.NextInt64(-1_000_000_000_000_000, 1_000_000_000_000_000)),
            Duration = Span(random),
            TimeToFirstToken = Span(random),
            Source = Pick<UsageSource>(random),
            Status = Pick<RequestStatus>(random),
            HttpStatus = Maybe(random) ? random.Next(-1, 1000) : null,
            ErrorType = Text(random),
            Dialect = Pick<Dialect>(random),
            Streaming = Maybe(random),
            Provider = Text(random),
            Model = Text(random),
            RequestedModel = Text(random),
            Route = Text(random),
            HandoffReason = Text(random),
            Key = Text(random),
            User = Text(random),
            Team = Text(random),
            Project = Text(random),
            Session = Text(random),
            Agent = Text(random),
            ParentAgent = Text(random),
            Client = Text(random),
            UpstreamId = Text(random),
            MessageId = Text(random),
            PriceMode = Text(random),
            Usage = Usage(random),
            Quality = Pick<UsageQuality>(random),
            WebSearches = Maybe(random) ? random.Next() : null,
            Billing = Pick<Billing>(random),
            Cost = Amount(random),
            RequestedCost = Amount(random),
            PriceVersion = Text(random),
            Tags = Enumerable
                .Range(0, random.Next(0, 5))
                .Aggregate(
                    ImmutableSortedDictionary<string, string>.Empty,
                    (tags, i) => tags.SetItem($"{i}{Text(random)}", Text(random) ?? "")
                ),
            Attempts =
            [
                .. Enumerable
                    .Range(0, random.Next(0, 4))
                    .Select(_ => new Attempt
                    {
                        Provider = Text(random) ?? "p",
                        Model = Text(random),
                        Offset = Span(random) ?? TimeSpan.Zero,
                        Duration = Span(random),
                        Status = Pick<RequestStatus>(random),
                        HttpStatus = Maybe(random) ? random.Next(0, 1000) : null,
                        ErrorType = Text(random),
                        UpstreamId = Text(random),
                        Usage = Usage(random),
                        Quality = Pick<UsageQuality>(random),
                        Cost = Amount(random),
                    }),
            ],
            UpstreamDialect = Pick<Dialect>(random),
            Dropped = [.. new[] { "a", "größe", "messages[].cache_control", "top_k", "🌱" }.Where(_ => Maybe(random))],
        };
    }

    /// <summary>A record whose encoding takes nearly as much room as any may.</summary>
    public static UsageRecord Largest(long id)
    {
        var text = new string('x', 512);
        return Plain(id) with
        {
            ErrorType = text,
            Provider = text,
            Model = text,
            RequestedModel = text,
            Route = text,
            HandoffReason = text,
            Key = text,
            User = text,
            Team = text,
            Project = text,
            Session = text,
            Agent = text,
            ParentAgent = text,
            Client = text,
            UpstreamId = text[..240],
        };
    }

    /// <summary>A record as text in which every field shows: equal texts are equal records.</summary>
    public static string Show(UsageRecord? record)
    {
        if (record is null)
        {
            return "none";
        }

        var text = new StringBuilder();
        text.Append(record with { Tags = record.Tags.Clear(), Attempts = [], Dropped = [] });
        text.Append("\ndropped: ").AppendJoin(',', record.Dropped);
        foreach (var (name, value) in record.Tags)
        {
            text.Append('\n').Append(name).Append('=').Append(value);
        }

        foreach (var attempt in record.Attempts)
        {
            text.Append('\n').Append(attempt);
        }

        return text.ToString();
    }

    /// <summary>The record as the journal keeps it.</summary>
    public static UsageRecord Kept(UsageRecord record) =>
        RecordCodec.TryDecode(RecordCodec.Encode(record), out var kept)
            ? kept
            : throw new InvalidOperationException("Does not decode.");

    private static bool Maybe(Random random) => random.Next(2) == 0;

    private static T Pick<T>(Random random)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        return values[random.Next(values.Length)];
    }

    private static TimeSpan? Span(Random random) =>
        Maybe(random) ? new TimeSpan(10 * random.NextInt64(0, 1L << random.Next(1, 50))) : null;

    private static long? Tokens(Random random) => Maybe(random) ? random.NextInt64(0, 1L << random.Next(1, 62)) : null;

    private static Money? Amount(Random random) =>
        random.Next(4) switch
        {
            0 => null,
            1 => Money.Zero,
            2 => new Money(long.MaxValue - random.Next()),
            _ => new Money(random.NextInt64(-1_000_000_000, 1_000_000_000_000)),
        };

    private static TokenUsage Usage(Random random) =>
        new()
        {
            Input = Tokens(random),
            CacheRead = Tokens(random),
            CacheWrite5m = Tokens(random),
            CacheWrite1h = Tokens(random),
            Output = Tokens(random),
            Reasoning = Tokens(random),
        };

    private static string? Text(Random random) =>
        random.Next(6) switch
        {
            0 => null,
            1 => "claude-sonnet-5",
            2 => "Grün 🌱 ' \" \\ \n % _",
            3 => new string((char)random.Next(0x4E00, 0x9FFF), random.Next(1, 20)),
            4 => $"id-{random.NextInt64():x}",
            _ => new string('y', random.Next(1, 60)),
        };
}
