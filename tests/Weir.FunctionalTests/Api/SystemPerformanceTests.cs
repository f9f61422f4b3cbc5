using System.Text.Json;

namespace Weir.FunctionalTests.Api;

/// <summary>What a server tells of its own process, asked of a real one.</summary>
public sealed class SystemPerformanceTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("", "1h", 10, false)]
    [InlineData("?range=1h", "1h", 10, false)]
    [InlineData("?range=24h", "24h", 300, true)]
    [InlineData("?range=7d", "7d", 1800, true)]
    public async Task Every_measure_has_a_value_for_every_step(string query, string range, int step, bool hasMaxima)
    {
        var told = (await server.GetAsync("/api/v1/system/performance" + query)).Json;

        Assert.Equal(range, told.GetProperty("range").GetString());
        Assert.Equal(step, told.GetProperty("stepSeconds").GetInt32());
        Assert.Equal(Environment.ProcessorCount, told.GetProperty("processors").GetInt32());
        var steps = told.GetProperty("times").GetArrayLength();
        Assert.True(steps > 0);
        var series = told.GetProperty("series").EnumerateArray().ToList();
        Assert.Equal(19, series.Count);
        foreach (var one in series)
        {
            Assert.Equal(steps, one.GetProperty("mean").GetArrayLength());
            Assert.Equal(hasMaxima, one.GetProperty("max").ValueKind == JsonValueKind.Array);
        }

        Assert.True(Latest(series, "workingSet") > 10_000_000);
        Assert.True(Latest(series, "diskFree") > 0);
        Assert.True(Latest(series, "databases") > 0);
    }

    [Fact]
    public async Task A_range_that_there_is_not_is_refused()
    {
        Assert.Contains(
            "range: must be one of 1h, 24h, 7d",
            (await server.GetAsync("/api/v1/system/performance?range=2h")).Problem(400),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Its_parts_tell_how_long_they_took()
    {
        await server.GetAsync("/api/v1/usage/summary?from=30d&groupBy=model&user=somebody-in-particular");

        string[] names =
        [
            "gateway lead",
            "journal append",
            "ledger batch",
            "queries summary",
            "api Usage",
            "api System",
        ];
        var components = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        JsonElement told = default;

        // What a route took is counted when its answer has gone.
        await server.Weir.UntilAsync(
            async () =>
            {
                told = (await server.GetAsync("/api/v1/system/performance")).Json;
                components = told.GetProperty("components")
                    .EnumerateArray()
                    .ToDictionary(one => $"{one.GetProperty("component")} {one.GetProperty("kind")}");
                return names.All(components.ContainsKey);
            },
            "measure its parts"
        );

        foreach (var name in names)
        {
            var one = components[name];
            Assert.True(one.GetProperty("count").GetInt64() > 0);
            var (p50, p95) = (one.GetProperty("p50Ms").GetDouble(), one.GetProperty("p95Ms").GetDouble());
            var (p99, max) = (one.GetProperty("p99Ms").GetDouble(), one.GetProperty("maxMs").GetDouble());
            Assert.True(p50 <= p95 && p95 <= p99 && p99 <= max, name);
        }

        var slow = told.GetProperty("slowQueries")
            .EnumerateArray()
            .Single(query => query.GetProperty("filters").EnumerateArray().Any(one => one.GetString() == "user"));
        Assert.Equal("summary", slow.GetProperty("kind").GetString());
        Assert.Equal("model", slow.GetProperty("groupBy")[0].GetString());
        Assert.Equal(30 * 86_400, slow.GetProperty("rangeSeconds").GetDouble(), 1.0);
        Assert.Equal(0, slow.GetProperty("rows").GetInt32());
        Assert.DoesNotContain("somebody-in-particular", told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caches_count_who_asked_them()
    {
        await server.GetAsync("/api/v1/limits");
        await server.GetAsync("/api/v1/statusline?session=one");
        await server.GetAsync("/api/v1/statusline?session=one");

        var caches = (await server.GetAsync("/api/v1/system/performance"))
            .Json.GetProperty("caches")
            .EnumerateArray()
            .ToDictionary(one => $"{one.GetProperty("component")} {one.GetProperty("kind")}");

        Assert.Equal(
            [
                "ledger archivedMonths",
                "ledger connections",
                "ledger statements",
                "limits estimates",
                "statusLine sessions",
            ],
            caches.Keys.Order(StringComparer.Ordinal)
        );
        var lines = caches["statusLine sessions"];
        Assert.True(lines.GetProperty("hits").GetInt64() >= 1);
        Assert.True(lines.GetProperty("misses").GetInt64() >= 1);
        Assert.Equal(600, lines.GetProperty("timeToLiveSeconds").GetDouble());
        Assert.InRange(lines.GetProperty("hitShare").GetDouble(), 0.001, 0.999);
        Assert.True(caches["ledger connections"].GetProperty("hits").GetInt64() > 0);
    }

    [Fact]
    public async Task What_failed_is_told_by_pattern_and_by_provider()
    {
        using var failed = await server.Weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"a very secret prompt"}]}""",
            headers: [("x-weir-sim", "status=500")]
        );
        await server.Weir.SettleAsync();

        var answer = await server.GetAsync("/api/v1/system/errors");

        Assert.DoesNotContain("secret", answer.Json.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, answer.Json.GetProperty("forgotten").GetInt64());
        Assert.Contains(
            answer.Json.GetProperty("requests").EnumerateArray(),
            one =>
                one.GetProperty("provider").GetString() == "simulator"
                && one.GetProperty("status").GetString() == "upstream_error"
                && one.GetProperty("count").GetInt64() > 0
        );
    }

    private static double Latest(List<JsonElement> series, string name) =>
        series.Single(one => one.GetProperty("name").GetString() == name).GetProperty("latest").GetDouble();
}
