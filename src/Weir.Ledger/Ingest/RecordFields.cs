using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>The fields of a record. Stored: a number is never changed and never used again.</summary>
internal static class RecordFields
{
    private const int Id = 1;
    private const int Workspace = 2;
    private const int StartedAt = 3;
    private const int Duration = 4;
    private const int TimeToFirstToken = 5;
    private const int Source = 6;
    private const int Status = 7;
    private const int HttpStatus = 8;
    private const int ErrorType = 9;
    private const int Dialect = 10;
    private const int Streaming = 11;
    private const int Provider = 12;
    private const int Model = 13;
    private const int RequestedModel = 14;
    private const int Route = 15;
    private const int HandoffReason = 16;
    private const int Key = 17;
    private const int User = 18;
    private const int Team = 19;
    private const int Project = 20;
    private const int Session = 21;
    private const int Agent = 22;
    private const int ParentAgent = 23;
    private const int Client = 24;
    private const int UpstreamId = 25;
    private const int MessageId = 26;
    private const int PriceMode = 27;
    private const int Usage = 28; // to 33
    private const int Quality = 34;
    private const int WebSearches = 35;
    private const int Billing = 36;
    private const int Cost = 37;
    private const int RequestedCost = 38;
    private const int PriceVersion = 39;
    private const int Tag = 40;

    private const int Attempt = AttemptFields.Field; // 41
    private const int AlsoSeenBy = 42;
    private const int Doubt = 43;
    private const int UpstreamDialect = 44;
    private const int Dropped = 45;

    public static void Write(ref FieldWriter writer, UsageRecord record, RecordLimits limits)
    {
        writer.Fixed(Id, record.Id.Value);
        writer.Number(Workspace, record.Workspace.Value);
        writer.Fixed(StartedAt, RecordCodec.ToMicroseconds(record.StartedAt));
        writer.Number(Duration, record.Duration?.Ticks / TimeSpan.TicksPerMicrosecond);
        writer.Number(TimeToFirstToken, record.TimeToFirstToken?.Ticks / TimeSpan.TicksPerMicrosecond);
        writer.NonZero(Source, (byte)record.Source);
        writer.NonZero(Status, (byte)record.Status);
        writer.Number(HttpStatus, record.HttpStatus);
        writer.Text(ErrorType, record.ErrorType, limits.Text);
        writer.NonZero(Dialect, (byte)record.Dialect);
        writer.NonZero(Streaming, record.Streaming ? 1 : 0);
        writer.Text(Provider, record.Provider, limits.Text);
        writer.Text(Model, record.Model, limits.Text);
        writer.Text(RequestedModel, record.RequestedModel, limits.Text);
        writer.Text(Route, record.Route, limits.Text);
        writer.Text(HandoffReason, record.HandoffReason, limits.Text);
        writer.Text(Key, record.Key, limits.Text);
        writer.Text(User, record.User, limits.Text);
        writer.Text(Team, record.Team, limits.Text);
        writer.Text(Project, record.Project, limits.Text);
        writer.Text(Session, record.Session, limits.Text);
        writer.Text(Agent, record.Agent, limits.Text);
        writer.Text(ParentAgent, record.ParentAgent, limits.Text);
        writer.Text(Client, record.Client, limits.Text);
        writer.Text(UpstreamId, record.UpstreamId, limits.Text);
        writer.Text(MessageId, record.MessageId, limits.Text);
        writer.Text(PriceMode, record.PriceMode, limits.Text);
        UsageFields.Write(ref writer, Usage, record.Usage);
        writer.NonZero(Quality, (byte)record.Quality);
        writer.Number(WebSearches, record.WebSearches);
        writer.NonZero(Billing, (byte)record.Billing);
        writer.Number(Cost, record.Cost?.NanoUsd);
        writer.Number(RequestedCost, record.RequestedCost?.NanoUsd);
        writer.Text(PriceVersion, record.PriceVersion, limits.Text);
        WriteTags(ref writer, record.Tags, limits);
        AttemptFields.Write(ref writer, record.Attempts, limits.Attempts, limits.AttemptText);
        writer.NonZero(AlsoSeenBy, (byte)record.AlsoSeenBy);
        writer.NonZero(Doubt, (byte)record.Doubts);
        writer.NonZero(UpstreamDialect, (byte)record.UpstreamDialect);
        writer.Text(Dropped, DroppedNames.Join(record.Dropped, limits.Text), limits.Text);
    }

    public static void WriteTags(
        ref FieldWriter writer,
        ImmutableSortedDictionary<string, string> tags,
        RecordLimits limits
    )
    {
        var count = 0;
        foreach (var (name, value) in tags)
        {
            if (count++ == limits.Tags)
            {
                return;
            }

            var mark = writer.OpenField(Tag, limits.TagName + limits.TagValue + 4);
            writer.TextBody(name, limits.TagName);
            writer.TextTail(value, limits.TagValue);
            writer.CloseBytes(mark);
        }
    }

    /// <param name="source">The fields.</param>
    /// <param name="pool">Where texts that recur are kept; null for none.</param>
    /// <param name="record">The record.</param>
    public static bool TryRead(ReadOnlySpan<byte> source, TextPool? pool, out UsageRecord record)
    {
        var reader = new FieldReader(source);
        RecordId id = default;
        WorkspaceId workspace = default;
        long? startedAt = null;
        TimeSpan? duration = null;
        TimeSpan? firstToken = null;
        UsageSource sawIt = default;
        RequestStatus status = default;
        int? httpStatus = null;
        Dialect dialect = default;
        var streaming = false;
        var texts = default(Texts);
        TokenUsage usage = default;
        UsageQuality quality = default;
        int? webSearches = null;
        Billing billing = default;
        Money? cost = null;
        Money? requestedCost = null;
        var tags = ImmutableSortedDictionary<string, string>.Empty;
        ImmutableArray<Attempt>.Builder? attempts = null;
        UsageSources alsoSeenBy = default;
        Doubts doubts = default;
        Dialect upstreamDialect = default;
        ImmutableArray<string> dropped = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Id:
                    id = new RecordId(reader.Fixed());
                    break;
                case Workspace:
                    workspace = new WorkspaceId(reader.Int());
                    break;
                case StartedAt:
                    startedAt = reader.Fixed();
                    break;
                case Duration:
                    duration = reader.Microseconds();
                    break;
                case TimeToFirstToken:
                    firstToken = reader.Microseconds();
                    break;
                case Source:
                    sawIt = (UsageSource)reader.Byte();
                    break;
                case Status:
                    status = (RequestStatus)reader.Byte();
                    break;
                case HttpStatus:
                    httpStatus = reader.Int();
                    break;
                case Dialect:
                    dialect = (Dialect)reader.Byte();
                    break;
                case Streaming:
                    streaming = reader.Byte() != 0;
                    break;
                case Quality:
                    quality = (UsageQuality)reader.Byte();
                    break;
                case WebSearches:
                    webSearches = reader.Int();
                    break;
                case Billing:
                    billing = (Billing)reader.Byte();
                    break;
                case Cost:
                    cost = new Money(reader.Number());
                    break;
                case RequestedCost:
                    requestedCost = new Money(reader.Number());
                    break;
                case Tag:
                    tags = ReadTag(ref reader, tags);
                    break;
                case Attempt:
                    (attempts ??= ImmutableArray.CreateBuilder<Attempt>()).Add(AttemptFields.Read(ref reader));
                    break;
                case AlsoSeenBy:
                    alsoSeenBy = (UsageSources)reader.Byte();
                    break;
                case Doubt:
                    doubts = (Doubts)reader.Byte();
                    break;
                case UpstreamDialect:
                    upstreamDialect = (Dialect)reader.Byte();
                    break;
                case Dropped:
                    dropped = DroppedNames.Split(pool is null ? reader.Text() : pool.Get(reader.Bytes()));
                    break;
                case >= Usage and < Usage + UsageFields.Count:
                    usage = UsageFields.With(usage, reader.Field - Usage, reader.Number());
                    break;
                case UpstreamId or MessageId:
                    texts[reader.Field] = reader.Text(); // each comes once
                    break;
                case ErrorType or (>= Provider and <= PriceMode) or PriceVersion:
                    texts[reader.Field] = pool is null ? reader.Text() : pool.Get(reader.Bytes());
                    break;
            }
        }

        record = null!;
        if (reader.Failed || id.Value == 0 || startedAt is not { } started || !RecordCodec.IsTime(started))
        {
            return false;
        }

        record = new UsageRecord
        {
            Id = id,
            Workspace = workspace,
            StartedAt = RecordCodec.FromMicroseconds(started),
            Duration = duration,
            TimeToFirstToken = firstToken,
            Source = sawIt,
            Status = status,
            HttpStatus = httpStatus,
            ErrorType = texts[ErrorType],
            Dialect = dialect,
            Streaming = streaming,
            Provider = texts[Provider],
            Model = texts[Model],
            RequestedModel = texts[RequestedModel],
            Route = texts[Route],
            HandoffReason = texts[HandoffReason],
            Key = texts[Key],
            User = texts[User],
            Team = texts[Team],
            Project = texts[Project],
            Session = texts[Session],
            Agent = texts[Agent],
            ParentAgent = texts[ParentAgent],
            Client = texts[Client],
            UpstreamId = texts[UpstreamId],
            MessageId = texts[MessageId],
            PriceMode = texts[PriceMode],
            Usage = usage,
            Quality = quality,
            WebSearches = webSearches,
            Billing = billing,
            Cost = cost,
            RequestedCost = requestedCost,
            PriceVersion = texts[PriceVersion],
            Tags = tags,
            Attempts = attempts?.ToImmutable() ?? [],
            AlsoSeenBy = alsoSeenBy,
            Doubts = doubts,
            UpstreamDialect = upstreamDialect,
            Dropped = dropped,
        };
        return true;
    }

    /// <summary>Reads tags and attempts that stand alone.</summary>
    public static bool TryReadChildren(
        ReadOnlySpan<byte> source,
        out ImmutableSortedDictionary<string, string> tags,
        out ImmutableArray<Attempt> attempts
    )
    {
        var reader = new FieldReader(source);
        tags = ImmutableSortedDictionary<string, string>.Empty;
        var found = ImmutableArray.CreateBuilder<Attempt>();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Tag:
                    tags = ReadTag(ref reader, tags);
                    break;
                case Attempt:
                    found.Add(AttemptFields.Read(ref reader));
                    break;
            }
        }

        attempts = found.ToImmutable();
        return !reader.Failed;
    }

    private static ImmutableSortedDictionary<string, string> ReadTag(
        ref FieldReader reader,
        ImmutableSortedDictionary<string, string> tags
    )
    {
        if (reader.TrySplitText(out var name, out var value))
        {
            return tags.SetItem(name, value);
        }

        return tags;
    }

    /// <summary>One slot for each field number up to the last text.</summary>
    [InlineArray(PriceVersion + 1)]
    private struct Texts
    {
        private string? first;
    }
}
