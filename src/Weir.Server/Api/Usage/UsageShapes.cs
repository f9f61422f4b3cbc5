using System.Collections.Immutable;
using System.Text;
using Weir.Capture.Sessions;
using Weir.Client;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server.Api.Sessions;

namespace Weir.Server.Api.Usage;

/// <summary>From the ledger's own types to the public API's.</summary>
internal static class UsageShapes
{
    /// <summary>A summary.</summary>
    public static UsageSummaryResult Summary(UsageQuery query, UsageSummary summary) =>
        new(query.From, query.To, [.. summary.Rows.Select(row => Row(query.GroupBy, row))], Figures(summary.Total))
        {
            AsOf = summary.Sequence,
        };

    /// <summary>The lines of a series.</summary>
    public static ImmutableArray<SeriesLine> Lines(
        ImmutableArray<UsageDimension> groups,
        ImmutableArray<UsageSeries> series,
        UsageMetric metric
    )
    {
        var money = metric is UsageMetric.CostUsd or UsageMetric.BilledUsd or UsageMetric.SavingsUsd;
        return
        [
            .. series.Select(line => new SeriesLine(
                Keys(groups, line.Keys),
                [.. line.Points.Select(point => new SeriesPoint(point.Time, new SeriesValue(point.Value, money)))]
            )),
        ];
    }

    /// <summary>One request.</summary>
    public static RequestItem Request(StoredRecord stored)
    {
        var record = stored.Record;
        return new RequestItem
        {
            Id = record.Id.ToString(),
            Revision = stored.Revision,
            StartedAt = record.StartedAt,
            DurationMs = Milliseconds(record.Duration),
            TimeToFirstTokenMs = Milliseconds(record.TimeToFirstToken),
            Model = record.Model,
            RequestedModel = record.RequestedModel,
            Provider = record.Provider,
            Key = record.Key,
            User = record.User,
            Team = record.Team,
            Project = record.Project,
            Session = record.Session,
            Agent = record.Agent,
            ParentAgent = record.ParentAgent,
            Client = record.Client,
            Source = Words.Of(record.Source),
            Status = Words.Of(record.Status),
            HttpStatus = record.HttpStatus,
            ErrorType = record.ErrorType,
            Route = record.Route,
            HandoffReason = record.HandoffReason,
            Dialect = Words.Of(record.Dialect),
            UpstreamDialect = Words.Of(record.UpstreamDialect),
            Dropped = record.Dropped,
            Streaming = record.Streaming,
            PriceMode = record.PriceMode,
            InputTokens = record.Usage.Input,
            CacheReadTokens = record.Usage.CacheRead,
            CacheWrite5mTokens = record.Usage.CacheWrite5m,
            CacheWrite1hTokens = record.Usage.CacheWrite1h,
            OutputTokens = record.Usage.Output,
            ReasoningTokens = record.Usage.Reasoning,
            WebSearches = record.WebSearches,
            CostUsd = record.Cost?.ToUsd(),
            BilledUsd = record.Billed?.ToUsd(),
            SavingsUsd = record.Saving?.ToUsd(),
            Billing = Words.Of(record.Billing),
            PriceVersion = record.PriceVersion,
            Estimated = record.Quality == UsageQuality.Estimated,
            Quality = Words.Of(record.Quality),
            SeenBy = [Words.Of(record.Source), .. Words.Of(record.AlsoSeenBy)],
            Doubts = [.. Words.Of(record.Doubts)],
            UpstreamId = record.UpstreamId,
            MessageId = record.MessageId,
            Tags = record.Tags,
            Attempts = Attempts(record),
        };
    }

    /// <summary>What a request was before a change.</summary>
    public static EarlierRevision Earlier(EarlierRecord earlier)
    {
        var record = earlier.Record;
        return new EarlierRevision
        {
            Revision = earlier.Revision,
            ReplacedAt = earlier.ReplacedAt,
            ReplacedBy = Words.Of(earlier.ReplacedBy),
            InputTokens = record.Usage.Input,
            CacheReadTokens = record.Usage.CacheRead,
            CacheWrite5mTokens = record.Usage.CacheWrite5m,
            CacheWrite1hTokens = record.Usage.CacheWrite1h,
            OutputTokens = record.Usage.Output,
            ReasoningTokens = record.Usage.Reasoning,
            CostUsd = record.Cost?.ToUsd(),
            BilledUsd = record.Billed?.ToUsd(),
            PriceVersion = record.PriceVersion,
            Quality = Words.Of(record.Quality),
        };
    }

    /// <summary>What one of several witnesses said.</summary>
    public static RequestSighting Sighting(UsageRecord word) =>
        new()
        {
            Source = Words.Of(word.Source),
            StartedAt = word.StartedAt,
            Model = word.Model,
            Session = word.Session,
            Agent = word.Agent,
            InputTokens = word.Usage.Input,
            CacheReadTokens = word.Usage.CacheRead,
            CacheWrite5mTokens = word.Usage.CacheWrite5m,
            CacheWrite1hTokens = word.Usage.CacheWrite1h,
            OutputTokens = word.Usage.Output,
            CostUsd = word.Cost?.ToUsd(),
            Quality = Words.Of(word.Quality),
        };

    private static UsageSummaryRow Row(ImmutableArray<UsageDimension> groups, UsageRow row) =>
        new(Figures(row.Totals), Keys(groups, row.Keys));

    /// <summary>Sums, with quantiles.</summary>
    public static UsageFigures Figures(UsageTotals totals) =>
        new(
            SessionShapesOf.Figures(SessionSums.Of(totals)),
            Quantiles(totals.Latency),
            Quantiles(totals.TimeToFirstToken)
        );

    private static LatencyFigures Quantiles(Percentiles quantiles) =>
        new(Rounded(quantiles.P50), Rounded(quantiles.P95), Rounded(quantiles.P99));

    /// <summary>To three decimals.</summary>
    public static double? Rounded(double? milliseconds) =>
        milliseconds is { } value ? Math.Round(value, 3, MidpointRounding.ToEven) : null;

    private static double? Milliseconds(TimeSpan? span) => Rounded(span?.TotalMilliseconds);

    /// <summary>A group's values by their dimensions' names.</summary>
    public static ImmutableSortedDictionary<string, string?> Keys(
        ImmutableArray<UsageDimension> groups,
        ImmutableArray<string?> values
    )
    {
        var keys = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < groups.Length; i++)
        {
            keys[groups[i].ToString()] = values[i];
        }

        return keys.ToImmutable();
    }

    // A record without attempts describes its one attempt itself.
    private static ImmutableArray<RequestAttempt> Attempts(UsageRecord record)
    {
        if (!record.Attempts.IsEmpty)
        {
            return [.. record.Attempts.Select(Attempt)];
        }

        return record.Provider is null
            ? []
            :
            [
                Attempt(
                    new Attempt
                    {
                        Provider = record.Provider,
                        Model = record.Model,
                        Duration = record.Duration,
                        Status = record.Status,
                        HttpStatus = record.HttpStatus,
                        ErrorType = record.ErrorType,
                        UpstreamId = record.UpstreamId,
                        Usage = record.Usage,
                        Quality = record.Quality,
                        Cost = record.Cost,
                    }
                ),
            ];
    }

    private static RequestAttempt Attempt(Attempt attempt) =>
        new()
        {
            Provider = attempt.Provider,
            Model = attempt.Model,
            OffsetMs = Milliseconds(attempt.Offset) ?? 0,
            DurationMs = Milliseconds(attempt.Duration),
            Status = Words.Of(attempt.Status),
            HttpStatus = attempt.HttpStatus,
            ErrorType = attempt.ErrorType,
            UpstreamId = attempt.UpstreamId,
            InputTokens = attempt.Usage.Input,
            CacheReadTokens = attempt.Usage.CacheRead,
            CacheWrite5mTokens = attempt.Usage.CacheWrite5m,
            CacheWrite1hTokens = attempt.Usage.CacheWrite1h,
            OutputTokens = attempt.Usage.Output,
            ReasoningTokens = attempt.Usage.Reasoning,
            CostUsd = attempt.Cost?.ToUsd(),
            Estimated = attempt.Quality == UsageQuality.Estimated,
        };
}

/// <summary>The vocabulary's enumerations as the API writes them: <c>caller_aborted</c>, <c>openai_chat</c>.</summary>
internal static class Words
{
    /// <summary>A status.</summary>
    public static string Of(RequestStatus status) => Snake(status.ToString());

    /// <summary>A source.</summary>
    public static string Of(UsageSource source) => Snake(source.ToString());

    /// <summary>The sources of a set, in the order of their numbers.</summary>
    public static IEnumerable<string> Of(UsageSources sources) =>
        Enum.GetValues<UsageSource>().Where(source => sources.HasFlag((UsageSources)(1 << (int)source))).Select(Of);

    /// <summary>What is in doubt.</summary>
    public static IEnumerable<string> Of(Doubts doubts) =>
        Enum.GetValues<Doubts>()
            .Where(doubt => doubt != Doubts.None && doubts.HasFlag(doubt))
            .Select(d => Snake(d.ToString()));

    /// <summary>A quality.</summary>
    public static string Of(UsageQuality quality) => Snake(quality.ToString());

    /// <summary>What a change of the ledger did.</summary>
    public static string Of(EntryKind kind) => Snake(kind.ToString());

    /// <summary>What a node of a session's tree is.</summary>
    public static string Of(SessionNodeKind kind) => Snake(kind.ToString());

    /// <summary>A way of billing.</summary>
    public static string Of(Billing billing) => Snake(billing.ToString());

    /// <summary>A dialect; null when it is not known.</summary>
    public static string? Of(Dialect dialect) =>
        dialect switch
        {
            Dialect.None => null,
            Dialect.OpenAIChat => "openai_chat",
            Dialect.OpenAIResponses => "openai_responses",
            Dialect.OpenAIEmbeddings => "openai_embeddings",
            _ => Snake(dialect.ToString()),
        };

    /// <summary>All values that a dimension may have; null where anything may be one.</summary>
    public static ImmutableArray<string>? For(UsageDimensionKind kind) =>
        kind switch
        {
            UsageDimensionKind.Status => [.. Enum.GetValues<RequestStatus>().Select(Of)],
            UsageDimensionKind.Source => [.. Enum.GetValues<UsageSource>().Select(Of)],
            _ => null,
        };

    private static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
