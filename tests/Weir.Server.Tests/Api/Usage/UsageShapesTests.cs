using System.Collections.Immutable;
using System.Text.Json;
using Weir.Client;
using Weir.Client.Json;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Server.Api.Usage;

namespace Weir.Server.Tests.Api.Usage;

public sealed class UsageShapesTests
{
    private static readonly UsageQuery Query = new()
    {
        Workspace = WorkspaceId.Default,
        From = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero),
        To = new DateTimeOffset(2026, 7, 2, 0, 0, 0, TimeSpan.Zero),
        GroupBy = [new UsageDimension(UsageDimensionKind.Model), new UsageDimension(UsageDimensionKind.Project)],
    };

    [Fact]
    public void A_summary_has_the_contracts_names_and_exact_money()
    {
        var totals = new UsageTotals
        {
            Requests = 2,
            Tokens = new TokenUsage { Input = 5, Output = 7 },
            Cost = new Money(2_241_000),
            Billed = new Money(1),
            Latency = new Percentiles(1.23456, null, 3),
        };

        var json = JsonSerializer.Serialize(
            UsageShapes.Summary(Query, new UsageSummary([new UsageRow(["m", null], totals)], totals) { Sequence = 41 }),
            WeirJson.Written.UsageSummaryResult
        );

        const string figures =
            "\"requests\":2,\"errors\":0,\"unpricedRequests\":0,\"estimatedRequests\":0,\"inputTokens\":5,\"cacheReadTokens\":0,"
            + "\"cacheWrite5mTokens\":0,\"cacheWrite1hTokens\":0,\"outputTokens\":7,\"reasoningTokens\":0,\"costUsd\":\"0.002241\","
            + "\"billedUsd\":\"0.000000001\",\"savingsUsd\":\"0\",\"latencyMs\":{\"p50\":1.235,\"p95\":null,\"p99\":3},"
            + "\"timeToFirstTokenMs\":{\"p50\":null,\"p95\":null,\"p99\":null}";
        Assert.Equal(
            "{\"from\":\"2026-07-01T00:00:00Z\",\"to\":\"2026-07-02T00:00:00Z\",\"rows\":[{\"keys\":{\"model\":\"m\",\"project\":null},"
                + figures
                + "}],\"total\":{"
                + figures
                + "},\"asOf\":41}",
            json
        );
    }

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(0, 1, null)]
    [InlineData(5, 1, "0.000000005")]
    public void A_sum_of_nothing_but_unknown_prices_is_unknown(long nano, long unpriced, string? expected)
    {
        var totals = new UsageTotals
        {
            Requests = 1,
            Unpriced = unpriced,
            Cost = new Money(nano),
        };

        var total = UsageShapes.Summary(Query, new UsageSummary([], totals)).Total;

        Assert.Equal(expected, total.CostUsd?.ToString("0.#########"));
        Assert.Equal(unpriced, total.UnpricedRequests);
    }

    [Fact]
    public void A_request_keeps_what_is_unknown_apart_from_zero()
    {
        var item = UsageShapes.Request(new StoredRecord(Record with { Usage = new TokenUsage { Input = 0 } }, 3, 9));

        Assert.Equal((0L, null, null), (item.InputTokens, item.OutputTokens, item.CostUsd));
        Assert.Equal("caller_aborted", item.Status);
        Assert.Equal("gateway", item.Source);
        Assert.Equal("openai_chat", item.Dialect);
        Assert.Equal(3, item.Revision);
        Assert.Equal("req_0000000000001", item.Id);
    }

    [Fact]
    public void A_request_tells_what_it_was_translated_into_and_what_was_dropped()
    {
        var relayed = UsageShapes.Request(new StoredRecord(Record, 1, 1));
        Assert.Null(relayed.UpstreamDialect);
        Assert.Empty(relayed.Dropped);

        var item = UsageShapes.Request(
            new StoredRecord(
                Record with
                {
                    UpstreamDialect = Dialect.BedrockConverse,
                    Dropped = ["cache_control", "top_k"],
                },
                1,
                1
            )
        );

        Assert.Equal("bedrock_converse", item.UpstreamDialect);
        var json = JsonSerializer.Serialize(item, WeirJson.Written.RequestItem);
        Assert.Contains(
            "\"upstreamDialect\":\"bedrock_converse\",\"dropped\":[\"cache_control\",\"top_k\"]",
            json,
            StringComparison.Ordinal
        );
        var read = JsonSerializer.Deserialize(json, WeirJson.Default.RequestItem)!;
        Assert.Equal(item.Dropped, read.Dropped);
    }

    [Fact]
    public void A_request_that_reached_a_provider_has_an_attempt_and_one_that_did_not_has_none()
    {
        Assert.Empty(UsageShapes.Request(new StoredRecord(Record, 1, 1)).Attempts);
        var attempt = Assert.Single(
            UsageShapes.Request(new StoredRecord(Record with { Provider = "p" }, 1, 1)).Attempts
        );
        Assert.Equal(("p", "caller_aborted"), (attempt.Provider, attempt.Status));
    }

    [Fact]
    public void Counts_are_numbers_and_money_is_text_in_a_series()
    {
        var series = ImmutableArray.Create(new UsageSeries(["m", null], [new UsagePoint(Query.From, 1.5m)]));

        Assert.Contains("\"value\":1.5}", Json(UsageMetric.Requests), StringComparison.Ordinal);
        Assert.Contains("\"value\":\"1.5\"}", Json(UsageMetric.CostUsd), StringComparison.Ordinal);

        string Json(UsageMetric metric) =>
            JsonSerializer.Serialize(
                new UsageSeriesResult(
                    "x",
                    "day",
                    Query.From,
                    Query.To,
                    UsageShapes.Lines(Query.GroupBy, series, metric)
                ),
                WeirJson.Written.UsageSeriesResult
            );
    }

    private static UsageRecord Record { get; } =
        new()
        {
            Id = new RecordId(1),
            Workspace = WorkspaceId.Default,
            StartedAt = Query.From,
            Source = UsageSource.Gateway,
            Status = RequestStatus.CallerAborted,
            Dialect = Dialect.OpenAIChat,
        };
}
