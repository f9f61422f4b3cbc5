using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Weir.Demo;
using Weir.Foundation;
using Weir.FunctionalTests.Access;

namespace Weir.FunctionalTests.Api;

/// <summary>
/// The usage routes at their edges, over HTTP: ten thousand groups, ranges that are too long, empty, over, or not yet, and clocks that
/// are set. Every answer is right, or says what is wrong.
/// </summary>
public sealed class UsageEdgeTests(UsageEdgeTests.Ledger ledger) : IClassFixture<UsageEdgeTests.Ledger>
{
    private const string All = "from=2026-01-01&to=2027-01-01";

    private static readonly string[] Routes =
    [
        "summary?groupBy=model",
        "series?interval=month",
        "top?by=model",
        "distribution?groupBy=model",
        "heatmap?metric=requests",
        "compare?by=model&values=a,b",
        "requests?limit=5",
    ];

    public static TheoryData<string> EveryRoute() => [.. Routes];

    [Fact]
    public async Task Ten_thousand_groups_are_summed_each()
    {
        var answer = await ledger.GetAsync($"summary?groupBy=session&{All}");

        var rows = answer["rows"]!.AsArray();
        Assert.Equal(Ledger.Sessions, rows.Count);
        Assert.Equal(Ledger.Requests, (int)answer["total"]!["requests"]!);
        Assert.Equal(Ledger.Requests, rows.Sum(row => (int)row!["requests"]!));
        Assert.Equal(
            (string?)answer["total"]!["costUsd"],
            rows.Sum(row => Usd(row!["costUsd"])).ToString("0.#########", CultureInfo.InvariantCulture)
        );
    }

    [Fact]
    public async Task Of_ten_thousand_the_largest_are_told_and_what_the_others_come_to()
    {
        var answer = await ledger.GetAsync($"top?by=session&metric=requests&limit=1000&{All}");

        Assert.Equal(1000, answer["rows"]!.AsArray().Count);
        Assert.Equal(Ledger.Sessions - 1000, (int)answer["other"]!["members"]!);
        Assert.Equal(
            Ledger.Requests,
            answer["rows"]!.AsArray().Sum(row => (int)row!["requests"]!) + (int)answer["other"]!["requests"]!
        );
    }

    [Theory]
    [InlineData("distribution?groupBy=session", "more than 1000 groups")]
    [InlineData("series?groupBy=session&interval=hour", "2000000")]
    public async Task More_groups_than_can_be_shown_are_refused_with_what_to_do(string route, string word)
    {
        var problem = await ledger.GetAsync($"{route}&{All}", HttpStatusCode.BadRequest);

        var said = (string)problem["errors"]!["groupBy"]!;
        Assert.Contains(word, said.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("ask /usage/top for the largest", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_of_all_groups_come_page_by_page()
    {
        var (ids, cursor, pages) = (new HashSet<string>(StringComparer.Ordinal), "", 0);
        do
        {
            var page = await ledger.GetAsync($"requests?limit=1000&{All}{cursor}");
            Assert.All(page["items"]!.AsArray(), item => Assert.True(ids.Add((string)item!["id"]!)));
            cursor = page["next"] is { } next ? $"&cursor={next}" : "";
            pages++;
        } while (cursor != "");

        Assert.Equal((Ledger.Requests, (Ledger.Requests + 999) / 1000), (ids.Count, pages));
    }

    [Theory]
    [MemberData(nameof(EveryRoute))]
    public async Task Ten_years_are_answered_and_more_are_refused(string route)
    {
        await ledger.GetAsync($"{route}&from=2017-01-03&to=2027-01-01");
        var problem = await ledger.GetAsync($"{route}&from=2016-01-01&to=2027-01-01", HttpStatusCode.BadRequest);

        Assert.Contains("longer than ten years", (string?)problem["errors"]!["from"], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EveryRoute))]
    public async Task A_range_that_ends_where_it_begins_or_before_is_refused(string route)
    {
        foreach (
            var range in new[] { "from=2026-05-01&to=2026-05-01", "from=2026-05-02&to=2026-05-01", "from=1h&to=2h" }
        )
        {
            var problem = await ledger.GetAsync($"{route}&{range}", HttpStatusCode.BadRequest);
            Assert.Equal("must be before to", (string?)problem["errors"]!["from"]);
        }
    }

    [Theory]
    [InlineData("2040-01-01", "2040-02-01")]
    [InlineData("2019-01-01", "2019-02-01")]
    public async Task What_is_not_yet_and_what_was_never_is_nothing(string from, string to)
    {
        var range = $"from={from}&to={to}";
        var (summary, series) = (
            await ledger.GetAsync($"summary?groupBy=model&{range}"),
            await ledger.GetAsync($"series?interval=day&{range}")
        );
        var (top, distribution) = (
            await ledger.GetAsync($"top?by=model&{range}"),
            await ledger.GetAsync($"distribution?groupBy=model&{range}")
        );
        var (heatmap, compare) = (
            await ledger.GetAsync($"heatmap?metric=requests&{range}"),
            await ledger.GetAsync($"compare?by=model&values=a,b&{range}")
        );

        Assert.Equal((0, 0), (summary["rows"]!.AsArray().Count, (int)summary["total"]!["requests"]!));
        var points = Assert.Single(series["series"]!.AsArray())!["points"]!.AsArray();
        Assert.Equal(31, points.Count);
        Assert.All(points, point => Assert.Equal("0", point!["value"]!.ToString()));
        Assert.Equal((0, null), (top["rows"]!.AsArray().Count, top["other"]));
        Assert.Empty(distribution["groups"]!.AsArray());
        Assert.Equal(
            31 * 24,
            heatmap["days"]!.AsArray().Sum(day => day!["hours"]!.AsArray().Sum(hour => (double)hour!["hours"]!))
        );
        Assert.All(compare["sides"]!.AsArray(), side => Assert.Equal(0, (int)side!["sums"]!["requests"]!));
        Assert.Empty((await ledger.GetAsync($"requests?{range}"))["items"]!.AsArray());
    }

    // Clocks of Berlin go back on 25 October and forward on 29 March; those of Lord Howe by half an hour on 4 October and 5 April.
    [Theory]
    [InlineData("Europe/Berlin", "2026-10-25", 25, 25.0)]
    [InlineData("Europe/Berlin", "2026-03-29", 23, 23.0)]
    [InlineData("Europe/Berlin", "2026-10-24", 24, 24.0)]
    [InlineData("America/New_York", "2026-11-01", 25, 25.0)]
    [InlineData("America/New_York", "2026-03-08", 23, 23.0)]
    [InlineData("Australia/Lord_Howe", "2026-10-04", 24, 23.5)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", 25, 24.5)]
    [InlineData("Asia/Kolkata", "2026-10-25", 24, 24.0)]
    public async Task A_day_on_which_clocks_are_set_has_its_own_hours_and_nothing_is_lost(
        string zone,
        string day,
        int points,
        double hours
    )
    {
        var next = DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(1);
        var range = $"from={day}&to={next:yyyy-MM-dd}&timezone={zone}";
        var series = await ledger.GetAsync($"series?interval=hour&metric=requests&{range}");
        var days = await ledger.GetAsync($"summary?groupBy=day&{range}");
        var heatmap = await ledger.GetAsync($"heatmap?metric=requests&{range}");
        var requests = await ledger.GetAsync($"requests?limit=1000&{range}");

        var line = Assert.Single(series["series"]!.AsArray())!["points"]!.AsArray();
        Assert.Equal(points, line.Count);
        Assert.Equal(points, line.Select(point => (string)point!["time"]!).Distinct().Count());
        var count = requests["items"]!.AsArray().Count;
        Assert.InRange(count, 20, 999);
        Assert.Equal(count, line.Sum(point => (int)point!["value"]!));
        var row = Assert.Single(days["rows"]!.AsArray())!;
        Assert.Equal((day, count), ((string)row["keys"]!["day"]!, (int)row["requests"]!));
        var cells = heatmap["days"]!.AsArray().SelectMany(one => one!["hours"]!.AsArray()).ToList();
        Assert.Equal(count, cells.Sum(cell => (int)cell!["value"]!));
        Assert.Equal(hours, cells.Sum(cell => (double)cell!["hours"]!), 6);
        var (start, end) = (DateTimeOffset.Parse((string)series["from"]!), DateTimeOffset.Parse((string)series["to"]!));
        Assert.Equal(hours, (end - start).TotalHours);
        Assert.All(
            requests["items"]!.AsArray(),
            item => Assert.InRange(DateTimeOffset.Parse((string)item!["startedAt"]!), start, end)
        );
    }

    [Fact]
    public async Task The_hour_that_comes_twice_is_two_points()
    {
        var series = await ledger.GetAsync(
            "series?interval=hour&metric=requests&from=2026-10-25&to=2026-10-26&timezone=Europe/Berlin"
        );

        Assert.Equal(
            ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"],
            series["series"]![0]!["points"]!.AsArray().Skip(2).Take(2).Select(point => (string?)point!["time"])
        );
    }

    [Theory]
    [InlineData("summary?groupBy=hour&from=2026-01-01&to=2026-12-31", "groupBy", "more than 750")]
    [InlineData("summary?groupBy=day&from=2017-01-03&to=2027-01-01", "groupBy", "more than 750")]
    [InlineData("series?interval=hour&from=2017-01-03&to=2027-01-01", "interval", "more than 50000 points")]
    [InlineData("series?interval=minute&from=2026-01-01&to=2026-01-03", "interval", "at most one day")]
    [InlineData("series?timezone=Europe/Atlantis", "timezone", "no time zone")]
    [InlineData("heatmap?from=9999-12-31T23:59:59Z&to=9999-12-31T23:59:59Z", "from", "must be RFC 3339")]
    [InlineData("summary?from=0001-01-01", "from", "must be RFC 3339")]
    [InlineData("summary?from=99999999d", "from", "must be RFC 3339")]
    public async Task What_cannot_be_answered_says_why(string route, string parameter, string word)
    {
        var problem = await ledger.GetAsync(route, HttpStatusCode.BadRequest);

        Assert.Contains(word, (string?)problem["errors"]![parameter], StringComparison.Ordinal);
    }

    private static decimal Usd(JsonNode? text) => decimal.Parse((string)text!, CultureInfo.InvariantCulture);

    /// <summary>A server with a request every twenty minutes of a year, in ten thousand sessions.</summary>
    public sealed class Ledger : IAsyncLifetime
    {
        internal const int Sessions = 10_000;
        internal const int Requests = 365 * 24 * 3;

        private readonly AccessHouse house = new();
        private string key = "";

        public async ValueTask InitializeAsync()
        {
            key = await house.PersonAsync(WorkspaceId.Default, "admin", "admin");
            await house.StartAsync();
            var start = new DateTimeOffset(2025, 12, 31, 12, 0, 0, TimeSpan.Zero);
            var like = new DemoYear(WorkspaceId.Default, start, house.Host.Modules.Prices.Current)
                .Day(300)
                .First(record => record.Cost is not null);
            var records = Enumerable
                .Range(0, Requests)
                .Select(i =>
                {
                    var at = start.AddHours(12).AddMinutes(20 * i).AddSeconds(7);
                    return like with
                    {
                        Id = new RecordId(
                            (at.ToUnixTimeMilliseconds() << 22) | ((long)DemoYear.Node << RecordId.NodeShift)
                        ),
                        StartedAt = at,
                        Session = $"session-{i % Sessions}",
                    };
                });
            foreach (var batch in records.Chunk(4000))
            {
                await house.Host.Modules.Ledger.ImportAsync(batch, CancellationToken.None);
            }
        }

        public ValueTask DisposeAsync() => house.DisposeAsync();

        internal async Task<JsonNode> GetAsync(string question, HttpStatusCode expected = HttpStatusCode.OK)
        {
            var (status, text) = await house.SendAsync("GET", $"/api/v1/usage/{question}", key);
            Assert.True(status == expected, $"{status}: {text}");
            return JsonNode.Parse(text)!;
        }
    }
}
