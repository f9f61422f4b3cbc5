using System.Globalization;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>
/// The token metrics of one export, put together: what input, output and cache add up to for one sender, session, model and time.
/// </summary>
internal sealed class MetricSums(WorkspaceId workspace, MetricSeries series)
{
    private const int Most = 10_000;

    private readonly Dictionary<Key, Sums> sums = [];

    /// <summary>Takes a point of a token metric.</summary>
    /// <returns>Why it was passed over; null when it was taken.</returns>
    public string? Add(Reading reading, Origin origin, PointItem point)
    {
        var say = point.Attributes;
        var isClaudeCode = point.Metric == "claude_code.token.usage";
        var figure = isClaudeCode ? say[Known.Type].Text() : Figure(point, say);
        if (figure is null)
        {
            return "other metric";
        }

        if (point.Temporality == Temporality.None)
        {
            return "metric that does not add up";
        }

        var added = point.Value;
        if (!(added >= 0) || added > Wire.JsonCursor.MaxCount)
        {
            return "impossible numbers";
        }

        if (point.Temporality == Temporality.Cumulative)
        {
            added = series.Advance(
                new SeriesKey(workspace, point.Metric, origin.Scope, origin.Series, point.Series),
                point.Start,
                point.Time,
                added
            );
        }

        var key = new Key(
            origin.Series,
            isClaudeCode ? ClaudeCodeTelemetry.Client : GenAiTelemetry.Service(origin),
            say.Either(Known.SessionId, Known.GenAiConversation).Text(),
            isClaudeCode ? "anthropic" : GenAiTelemetry.Provider(say),
            (isClaudeCode ? say[Known.Model] : say.Either(Known.GenAiResponseModel, Known.GenAiRequestModel)).Text(),
            isClaudeCode ? ClaudeCodeTelemetry.User(say) : null,
            point.Time
        );
        if (!sums.TryGetValue(key, out var sum))
        {
            if (sums.Count >= Most)
            {
                return "too many series";
            }

            sums[key] = sum = new Sums();
        }

        var from = reading.Moments.Of(point.Start);
        sum.From = sum.From is null || from < sum.From ? from : sum.From;
        sum.IsInclusive = !isClaudeCode;
        var isNewer = point.Metric.StartsWith("gen_ai.client.inference.", StringComparison.Ordinal);
        return sum.Add(isNewer, figure, (long)added) ? null : "other metric";
    }

    /// <summary>Writes what was put together.</summary>
    public void WriteTo(Reading reading)
    {
        foreach (var (key, sum) in sums)
        {
            var usage = sum.Usage;
            if (usage.Total == 0)
            {
                continue;
            }

            reading.Caught.Aggregates.Add(
                new UsageAggregate
                {
                    Client = key.Client,
                    From = sum.From,
                    To = reading.Moments.Of(key.Time) ?? reading.Moments.ReceivedAt,
                    Id = Fingerprint.Of(
                        key.Resource.ToString(CultureInfo.InvariantCulture),
                        key.Client,
                        key.Session,
                        key.Provider,
                        key.Model,
                        key.User,
                        key.Time.ToString(CultureInfo.InvariantCulture)
                    ),
                    Session = key.Session,
                    Provider = key.Provider,
                    Model = key.Model,
                    User = key.User,
                    Usage = usage,
                }
            );
        }
    }

    private static string? Figure(PointItem point, AttributeSet say) =>
        point.Metric switch
        {
            "gen_ai.client.token.usage" => say[Known.GenAiTokenType].Text() switch
            {
                "input" or "prompt" => "input",
                // "completion" is how older instrumentations say it.
                "output" or "completion" => "output",
                _ => null,
            },
            "gen_ai.client.inference.usage.input_tokens" => "input",
            "gen_ai.client.inference.usage.output_tokens" => "output",
            "gen_ai.client.inference.usage.cache_read.input_tokens" => "cacheRead",
            "gen_ai.client.inference.usage.cache_write.input_tokens" => "cacheCreation",
            "gen_ai.client.inference.usage.reasoning.output_tokens" => "reasoning",
            _ => null,
        };

    private sealed record Key(
        ulong Resource,
        string Client,
        string? Session,
        string? Provider,
        string? Model,
        string? User,
        ulong Time
    );

    /// <summary>The figures of one key. Who sends the older and the newer metrics tells everything twice: the newer count.</summary>
    private sealed class Sums
    {
        private readonly Dictionary<string, long> older = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> newer = new(StringComparer.Ordinal);

        public DateTimeOffset? From { get; set; }

        public bool IsInclusive { get; set; }

        public TokenUsage Usage
        {
            get
            {
                var figures = newer.Count > 0 ? newer : older;
                return IsInclusive
                    ? InclusiveUsage.Split(
                        Get(figures, "input"),
                        Get(figures, "cacheRead"),
                        Get(figures, "cacheCreation"),
                        Get(figures, "output"),
                        Get(figures, "reasoning")
                    )
                    : new TokenUsage
                    {
                        Input = Get(figures, "input"),
                        CacheRead = Get(figures, "cacheRead"),
                        CacheWrite5m = Get(figures, "cacheCreation"),
                        Output = Get(figures, "output"),
                    };
            }
        }

        public bool Add(bool isNewer, string figure, long tokens)
        {
            if (figure is not ("input" or "output" or "cacheRead" or "cacheCreation" or "reasoning"))
            {
                return false;
            }

            var figures = isNewer ? newer : older;
            figures[figure] = Math.Min(figures.GetValueOrDefault(figure) + tokens, Wire.JsonCursor.MaxCount);
            return true;
        }

        private static long? Get(Dictionary<string, long> figures, string name) =>
            figures.TryGetValue(name, out var value) ? value : null;
    }
}
