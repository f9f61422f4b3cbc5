using System.Text.Json;

namespace Weir.FunctionalTests.Api;

/// <summary>The usage routes as the contract has them.</summary>
public sealed class UsageApiTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static readonly string[] Figures =
    [
        "requests",
        "errors",
        "unpricedRequests",
        "estimatedRequests",
        "inputTokens",
        "cacheReadTokens",
        "cacheWrite5mTokens",
        "cacheWrite1hTokens",
        "outputTokens",
        "reasoningTokens",
        "costUsd",
        "billedUsd",
        "savingsUsd",
        "latencyMs",
        "timeToFirstTokenMs",
    ];

    [Fact]
    public async Task A_summary_has_rows_by_group_and_their_total()
    {
        var summary = (await server.GetAsync("/api/v1/usage/summary?groupBy=model,session,project")).Json;

        var row = Assert.Single(summary.GetProperty("rows").EnumerateArray());
        Assert.Equal("sim-small", row.GetProperty("keys").GetProperty("model").GetString());
        Assert.Equal("session-1", row.GetProperty("keys").GetProperty("session").GetString());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("keys").GetProperty("project").ValueKind);
        Assert.Equal(["keys", .. Figures], row.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Figures, summary.GetProperty("total").EnumerateObject().Select(p => p.Name));
        Assert.Matches(@"^\d+(\.\d{1,9})?$", row.GetProperty("costUsd").GetString());
        Assert.Equal("0", row.GetProperty("billedUsd").GetString());
        Assert.True(row.GetProperty("outputTokens").GetInt64() > 0);
        Assert.EndsWith("Z", summary.GetProperty("to").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model=sim-small", 1)]
    [InlineData("model=other,sim-small", 1)]
    [InlineData("model=other&model=sim-small", 1)]
    [InlineData("model=other", 0)]
    [InlineData("model.not=other", 1)]
    [InlineData("model.not=sim-small", 0)]
    [InlineData("model.prefix=sim-", 1)]
    [InlineData("model.prefix=im-,sim-l", 0)]
    [InlineData("project.prefix=", 1)]
    [InlineData("project.not=", 0)]
    [InlineData("model.in=sim-small&tag.team.not=core&status.prefix=o", 1)]
    [InlineData("project=", 1)]
    [InlineData("session=session-1&status=ok&provider=simulator&source=gateway", 1)]
    [InlineData("tag.team=core", 0)]
    [InlineData("from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z", 0)]
    public async Task Filters_narrow_every_route_alike(string filter, int requests)
    {
        var summary = (await server.GetAsync($"/api/v1/usage/summary?{filter}")).Json;
        var page = (await server.GetAsync($"/api/v1/usage/requests?{filter}")).Json;
        var export = await server.GetAsync($"/api/v1/usage/export?format=ndjson&{filter}");

        Assert.Equal(requests, summary.GetProperty("total").GetProperty("requests").GetInt32());
        Assert.Equal(requests, page.GetProperty("items").GetArrayLength());
        Assert.Equal(requests, export.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_summary_by_day_sums_up_to_its_total()
    {
        var summary = (await server.GetAsync("/api/v1/usage/summary?groupBy=day,model&from=3d")).Json;

        var row = Assert.Single(summary.GetProperty("rows").EnumerateArray());
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", row.GetProperty("keys").GetProperty("day").GetString());
        Assert.Equal(
            summary.GetProperty("total").GetProperty("costUsd").GetString(),
            row.GetProperty("costUsd").GetString()
        );
    }

    [Fact]
    public async Task A_series_has_a_point_for_every_interval_and_the_period_before()
    {
        var series = (
            await server.GetAsync(
                "/api/v1/usage/series?metric=requests&interval=hour&from=2026-07-01T00:00:00Z&to=2026-07-02T00:00:00Z&compare=previous"
            )
        ).Json;

        Assert.Equal("hour", series.GetProperty("interval").GetString());
        Assert.All(
            series.GetProperty("series").EnumerateArray(),
            line => Assert.Equal(24, line.GetProperty("points").GetArrayLength())
        );
        Assert.Equal("2026-06-30T00:00:00Z", series.GetProperty("previous").GetProperty("from").GetString());
    }

    [Fact]
    public async Task A_series_of_a_zone_has_the_days_of_its_calendar()
    {
        var series = (
            await server.GetAsync(
                "/api/v1/usage/series?interval=day&from=2026-03-28&to=2026-04-01&timezone=Europe/Berlin&compare=year"
            )
        ).Json;

        Assert.Equal("Europe/Berlin", series.GetProperty("timezone").GetString());
        Assert.Equal("2026-03-27T23:00:00Z", series.GetProperty("from").GetString());
        Assert.Equal("2025-03-27T23:00:00Z", series.GetProperty("previous").GetProperty("from").GetString());
        Assert.Equal(
            [
                "2026-03-28T00:00:00+01:00",
                "2026-03-29T00:00:00+01:00",
                "2026-03-30T00:00:00+02:00",
                "2026-03-31T00:00:00+02:00",
            ],
            series
                .GetProperty("series")[0]
                .GetProperty("points")
                .EnumerateArray()
                .Select(point => point.GetProperty("time").GetString())
        );
    }

    [Fact]
    public async Task The_largest_are_told_with_the_rest_and_the_total()
    {
        var top = (await server.GetAsync("/api/v1/usage/top?by=model&metric=errorRate&limit=1")).Json;

        var row = Assert.Single(top.GetProperty("rows").EnumerateArray());
        Assert.Equal("sim-small", row.GetProperty("key").GetString());
        Assert.Equal(0, row.GetProperty("value").GetInt32());
        Assert.Equal(1, row.GetProperty("requests").GetInt32());
        Assert.Equal(JsonValueKind.Null, top.GetProperty("other").ValueKind);
        Assert.Equal(1, top.GetProperty("total").GetProperty("requests").GetInt32());
    }

    [Fact]
    public async Task A_distribution_a_heatmap_and_a_comparison_count_the_same_request()
    {
        var found = (await server.GetAsync("/api/v1/usage/distribution?groupBy=model&buckets=5")).Json;
        var group = Assert.Single(found.GetProperty("groups").EnumerateArray());
        Assert.Equal(1, group.GetProperty("bars").EnumerateArray().Sum(bar => bar.GetInt32()));

        var map = (
            await server.GetAsync("/api/v1/usage/heatmap?metric=requests&weekStart=sunday&timezone=Asia/Kathmandu")
        ).Json;
        var days = map.GetProperty("days").EnumerateArray().ToArray();
        Assert.Equal("sunday", days[0].GetProperty("weekday").GetString());
        Assert.Equal(
            1,
            days.Sum(day => day.GetProperty("hours").EnumerateArray().Sum(hour => hour.GetProperty("value").GetInt32()))
        );

        var sides = (await server.GetAsync("/api/v1/usage/compare?by=model&values=sim-small,other")).Json;
        Assert.Equal("model", sides.GetProperty("by").GetString());
        var requests = sides
            .GetProperty("figures")
            .EnumerateArray()
            .Single(figure => figure.GetProperty("metric").GetString() == "requests")
            .GetProperty("sides");
        Assert.Equal(0, requests[1].GetProperty("value").GetInt32());
        Assert.Equal(-1, requests[1].GetProperty("change").GetInt32());
        Assert.Equal(-100, requests[1].GetProperty("changePercent").GetDecimal());

        var periods = (await server.GetAsync("/api/v1/usage/compare?from=1d&compare=previous")).Json;
        Assert.Equal(0, periods.GetProperty("sides")[0].GetProperty("sums").GetProperty("requests").GetInt32());
        Assert.Equal(1, periods.GetProperty("sides")[1].GetProperty("sums").GetProperty("requests").GetInt32());
    }

    [Fact]
    public async Task A_request_is_found_by_the_id_that_its_caller_saw()
    {
        var item = (await server.GetAsync($"/api/v1/usage/requests/{server.RequestId}")).Json;

        Assert.Equal(server.RequestId, item.GetProperty("id").GetString());
        foreach (
            var name in new[]
            {
                "upstreamId",
                "estimated",
                "billing",
                "seenBy",
                "attempts",
                "requestedModel",
                "provider",
                "key",
                "user",
                "team",
                "agent",
                "client",
                "route",
                "tags",
            }
        )
        {
            Assert.True(item.TryGetProperty(name, out _), name);
        }

        Assert.Equal("simulated", item.GetProperty("billing").GetString());
        Assert.Equal("admin", item.GetProperty("key").GetString());
        Assert.Equal("gateway", Assert.Single(item.GetProperty("seenBy").EnumerateArray()).GetString());
        Assert.Equal(
            "simulator",
            Assert.Single(item.GetProperty("attempts").EnumerateArray()).GetProperty("provider").GetString()
        );
        (await server.GetAsync("/api/v1/usage/requests/req_0000000000001")).Problem(404);
        (await server.GetAsync("/api/v1/usage/requests/nonsense")).Problem(404);
    }

    [Fact]
    public async Task An_export_says_the_same_in_every_format()
    {
        var csv = await server.GetAsync("/api/v1/usage/export");
        var json = await server.GetAsync("/api/v1/usage/export?format=json");

        Assert.Equal("text/csv", csv.Type);
        var lines = csv.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("id,startedAt,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(server.RequestId + ",", Assert.Single(lines[1..]), StringComparison.Ordinal);
        Assert.Equal(server.RequestId, Assert.Single(json.Json.EnumerateArray()).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("/api/v1/usage/summary?groupBy=modle", "did you mean \"model\"?")]
    [InlineData("/api/v1/usage/summary?modle=x", "did you mean \"model\"?")]
    [InlineData("/api/v1/usage/summary?status=rate_limted", "did you mean \"rate_limited\"?")]
    [InlineData("/api/v1/usage/requests?source=proxy", "unknown source")]
    [InlineData("/api/v1/usage/summary?from=soon", "from: must be RFC 3339")]
    [InlineData("/api/v1/usage/series?metric=money", "unknown metric")]
    [InlineData("/api/v1/usage/series?interval=minute", "at most one day")]
    [InlineData("/api/v1/usage/series?interval=hour&from=2017-01-01", "points")]
    [InlineData("/api/v1/usage/series?compare=next", "only \"previous\"")]
    [InlineData("/api/v1/usage/series?timezone=Europe/Nowhere", "no time zone")]
    [InlineData("/api/v1/usage/series?timezone=../../etc/passwd", "no time zone")]
    [InlineData("/api/v1/usage/heatmap?weekStart=friday", "unknown weekStart")]
    [InlineData("/api/v1/usage/top", "must name a dimension")]
    [InlineData("/api/v1/usage/top?by=colour", "unknown dimension")]
    [InlineData("/api/v1/usage/top?by=model&metric=money", "unknown metric")]
    [InlineData("/api/v1/usage/top?by=model&status.not=sad", "unknown status.not")]
    [InlineData("/api/v1/usage/top?by=model&modle.not=a", "no such parameter")]
    [InlineData("/api/v1/usage/distribution?of=costUsd", "unknown of")]
    [InlineData("/api/v1/usage/distribution?buckets=0", "from 1 to 200")]
    [InlineData("/api/v1/usage/compare", "two to 10 sides")]
    [InlineData("/api/v1/usage/compare?by=model&values=a", "two to 10 sides")]
    [InlineData("/api/v1/usage/compare?from=2d&from=1d&to=1d", "as often as from")]
    [InlineData("/api/v1/usage/requests?limit=1001", "from 1 to 1000")]
    [InlineData("/api/v1/usage/requests?cursor=zzz", "is no cursor")]
    [InlineData("/api/v1/usage/export?format=exe", "csv, ndjson, json, xlsx, focus, parquet or pdf")]
    [InlineData("/api/v1/usage/export?format=xlsx&groupBy=model", "only a pdf shows sums")]
    [InlineData("/api/v1/system/audit?model=x", "no filters")]
    public async Task What_is_not_understood_is_a_problem_that_says_what(string path, string words)
    {
        Assert.Contains(words, (await server.GetAsync(path)).Problem(400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_follow_one_another_to_the_end()
    {
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (
                await server.GetAsync($"/api/v1/usage/requests?limit=1{(cursor is null ? "" : $"&cursor={cursor}")}")
            ).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            cursor = page.GetProperty("next").GetString();
        } while (cursor is not null);

        Assert.Equal([server.RequestId], seen);
    }

    [Fact]
    public async Task History_is_priced_again_only_when_told_to()
    {
        var dry = await server.SendAsync(HttpMethod.Post, "/api/v1/prices/reprice", """{"from":"7d","dryRun":true}""");

        Assert.Equal(1, dry.Json.GetProperty("examined").GetInt32());
        Assert.Equal(0, dry.Json.GetProperty("changed").GetInt32());
        (await server.SendAsync(HttpMethod.Post, "/api/v1/prices/reprice", "{}")).Problem(400);
        var audit = (await server.GetAsync("/api/v1/system/audit")).Json;
        Assert.Equal(0, audit.GetProperty("differences").GetInt32());
        Assert.Equal(1, audit.GetProperty("records").GetInt32());
    }
}
