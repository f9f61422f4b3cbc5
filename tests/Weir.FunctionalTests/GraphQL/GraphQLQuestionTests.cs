using Weir.FunctionalTests.Exports;
using Weir.Identity;

namespace Weir.FunctionalTests.GraphQL;

/// <summary>Questions to <c>/graphql</c> mean what the same ones to REST mean, and lists ask no question for each of their items.</summary>
public sealed class GraphQLQuestionTests(ExportHouse house) : IClassFixture<ExportHouse>
{
    private const string Range = "from: \"2025-01-01\", to: \"2027-01-01\"";
    private const string Query = "from=2025-01-01&to=2027-01-01";

    [Theory]
    [InlineData(
        "top(by: \"project\", metric: \"requests\", limit: 3, {0})",
        "top?by=project&metric=requests&limit=3&{0}"
    )]
    [InlineData(
        "top(by: \"model\", metric: \"errorRate\", limit: 1, {0})",
        "top?by=model&metric=errorRate&limit=1&{0}"
    )]
    [InlineData(
        "top(by: \"user\", not: {{ project: [null] }}, prefix: {{ model: [\"claude-\", \"gpt-\"] }}, {0})",
        "top?by=user&project.not=&model.prefix=claude-,gpt-&{0}"
    )]
    [InlineData("distribution(groupBy: [\"model\"], buckets: 7, {0})", "distribution?groupBy=model&buckets=7&{0}")]
    [InlineData(
        "distribution(of: \"timeToFirstTokenMs\", scale: \"linear\", {0})",
        "distribution?of=timeToFirstTokenMs&scale=linear&{0}"
    )]
    [InlineData(
        "heatmap(metric: \"requests\", timezone: \"America/New_York\", weekStart: \"sunday\", {0})",
        "heatmap?metric=requests&timezone=America/New_York&weekStart=sunday&{0}"
    )]
    [InlineData("heatmap({0})", "heatmap?{0}")]
    [InlineData("compare(by: \"project\", values: [\"web\", null], {0})", "compare?by=project&values=web,&{0}")]
    [InlineData(
        "compare(compare: \"previous\", from: \"2026-11-05\", to: \"2026-11-07\", timezone: \"Asia/Kolkata\")",
        "compare?compare=previous&from=2026-11-05&to=2026-11-07&timezone=Asia/Kolkata"
    )]
    [InlineData(
        "compare(periods: [{{ from: \"2026-11-06\", to: \"2026-11-07\" }}, {{ from: \"2026-11-07\", to: \"2026-11-08\" }}])",
        "compare?from=2026-11-06&to=2026-11-07&from=2026-11-07&to=2026-11-08"
    )]
    [InlineData(
        "timeSeries(metric: \"requests\", compare: \"previous\", timezone: \"Europe/Berlin\", from: \"2026-11-07\", to: \"2026-11-08\", groupBy: [\"model\"])",
        "series?metric=requests&compare=previous&timezone=Europe/Berlin&from=2026-11-07&to=2026-11-08&groupBy=model"
    )]
    [InlineData(
        "timeSeries(interval: \"hour\", compare: \"year\", from: \"2026-11-06\", to: \"2026-11-08\")",
        "series?interval=hour&compare=year&from=2026-11-06&to=2026-11-08"
    )]
    public async Task What_REST_answers_is_answered(string field, string route)
    {
        var rest = await house.RestAsync("/api/v1/usage/" + string.Format(route, Query));

        var (answer, _) = await house.AskAsync(
            $"{{ told: {string.Format(field, Range)} {GraphQLHouse.Selection(rest)} }}"
        );

        Assert.Null(answer["errors"]);
        Assert.Equal(
            GraphQLHouse.Plain(rest)!.ToJsonString(),
            GraphQLHouse.Plain(answer["data"]!["told"])!.ToJsonString()
        );
        Assert.Matches("\"(value|count|requests)\":\"?[0-9.]*[1-9]", rest.ToJsonString());
    }

    [Fact]
    public async Task Periods_of_a_zone_begin_as_its_clock_says()
    {
        var (answer, _) = await house.AskAsync(
            $$"""
            { day: metrics(timezone: "Asia/Kolkata", {{Range}}) { timestamp requests }
              hour: metrics(groupBy: ["hour"], timezone: "Asia/Kolkata", from: "2026-11-01", to: "2026-11-20") { timestamp }
              week: metrics(groupBy: ["week"], timezone: "Europe/Berlin", weekStart: "sunday", {{Range}}) { timestamp }
              utc: metrics({{Range}}) { timestamp } }
            """
        );

        Assert.Null(answer["errors"]);
        AssertAll("day", "T00:00:00+05:30");
        AssertAll("hour", ":00:00+05:30");
        AssertAll("week", "T00:00:00+01:00");
        AssertAll("utc", "T00:00:00Z");
        Assert.All(
            answer["data"]!["week"]!.AsArray(),
            week => Assert.Equal(DayOfWeek.Sunday, DateTimeOffset.Parse((string)week!["timestamp"]!).DayOfWeek)
        );
        var rest = await house.RestAsync($"/api/v1/usage/summary?groupBy=day&timezone=Asia/Kolkata&{Query}");
        Assert.Equal(
            rest["rows"]!.AsArray().Select(row => ((string)row!["keys"]!["day"]!, (long)row["requests"]!)),
            answer["data"]!["day"]!
                .AsArray()
                .Select(row => (((string)row!["timestamp"]!)[..10], (long)row["requests"]!))
        );

        void AssertAll(string name, string end)
        {
            var rows = answer["data"]![name]!.AsArray();
            Assert.NotEmpty(rows);
            Assert.All(rows, row => Assert.EndsWith(end, (string?)row!["timestamp"], StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("top(by: \"colour\") { metric }", "by: unknown dimension")]
    [InlineData("heatmap(timezone: \"Mars/Olympus\") { metric }", "timezone: is no time zone")]
    [InlineData("timeSeries(compare: \"never\") { metric }", "compare: only")]
    [InlineData("compare(by: \"project\", values: [\"web\"]) { by }", "values: two to 10 sides")]
    [InlineData("distribution(buckets: 0) { of }", "buckets: must be a whole number")]
    [InlineData("requests(first: 0) { id }", "first: must be a whole number")]
    [InlineData("requests(after: \"x\") { id }", "after: is no cursor")]
    [InlineData("sessions(first: 5000) { id }", "first: must be a whole number")]
    [InlineData("usage(from: \"2026-01-02\", to: \"2026-01-01\") { cost }", "from: must be before to")]
    [InlineData(
        "usage(tags: [{ name: \"env\", values: [\"a\"] }, { name: \"env\", values: [\"b\"] }]) { cost }",
        "tags: \"env\" stands here twice"
    )]
    public async Task What_is_wrong_is_said_by_the_names_of_arguments(string field, string message)
    {
        var (answer, _) = await house.AskAsync($"{{ {field} }}");

        var error = Assert.Single(answer["errors"]!.AsArray())!;
        Assert.StartsWith(message, (string?)error["message"]!.AsValue(), StringComparison.Ordinal);
        Assert.Equal("BAD_USER_INPUT", (string?)error["extensions"]!["code"]);
    }

    [Fact]
    public async Task A_tag_whose_name_ends_as_a_filter_does_is_that_tag()
    {
        var (answer, _) = await house.AskAsync(
            $$"""
            { tag: total(tags: [{ name: "is.not", values: ["x"] }], {{Range}}) { requests }
              not: total(not: { tags: [{ name: "is.not", values: ["x"] }] }, {{Range}}) { requests }
              all: total({{Range}}) { requests } }
            """
        );

        Assert.Null(answer["errors"]);
        Assert.Equal(0, (long)answer["data"]!["tag"]!["requests"]!);
        Assert.Equal((long)answer["data"]!["all"]!["requests"]!, (long)answer["data"]!["not"]!["requests"]!);
    }

    [Theory]
    [InlineData(
        "sessions(first: {0}, {1}) {{ id latestRequests(first: 2) {{ id inSession {{ id cost }} byKey {{ name }} }} byModel {{ model cost }} parent {{ id }} }}",
        5
    )]
    [InlineData(
        "requests(first: {0}, not: {{ session: [null], key: [null] }}, {1}) {{ id inSession {{ id project parent {{ id }} }} byKey {{ name }} }}",
        3
    )]
    [InlineData("keys {{ name usage({1}) {{ requests cost }} again: usage({1}) {{ tokens }} }}", 2)]
    [InlineData("providerStats({1}) {{ provider health {{ models {{ model stands }} }} }}", 1)]
    public async Task A_list_asks_no_question_for_each_of_its_items(string field, int questions)
    {
        foreach (var many in new[] { 3, 9 })
        {
            var (answer, asked) = await house.AskAsync($"{{ {string.Format(field, many, Range)} }}");

            Assert.Null(answer["errors"]);
            Assert.NotEmpty(answer["data"]!.AsObject().First().Value!.AsArray());
            Assert.Equal(questions, asked);
        }
    }

    [Fact]
    public async Task What_sessions_lead_to_is_what_REST_tells_of_them()
    {
        var (answer, _) = await house.AskAsync(
            $"{{ sessions(first: 5, {Range}) {{ id cost latestRequests(first: 4) {{ id inSession {{ id cost firstAt lastAt }} }} byModel {{ model costUsd }} }} }}"
        );
        Assert.Null(answer["errors"]);

        foreach (var session in answer["data"]!["sessions"]!.AsArray())
        {
            var id = (string)session!["id"]!;
            var requests = await house.RestAsync($"/api/v1/usage/requests?session={id}&limit=4&{Query}");
            var models = await house.RestAsync($"/api/v1/usage/summary?groupBy=model&session={id}&{Query}");
            var listed = await house.RestAsync($"/api/v1/sessions?id={id}&{Query}");
            Assert.Equal(
                requests["items"]!.AsArray().Select(one => (string?)one!["id"]),
                session["latestRequests"]!.AsArray().Select(one => (string?)one!["id"])
            );
            Assert.Equal(
                models["rows"]!.AsArray().Select(row => ((string?)row!["keys"]!["model"], (string?)row["costUsd"])),
                session["byModel"]!.AsArray().Select(row => ((string?)row!["model"], (string?)row["costUsd"]))
            );
            var own = session["latestRequests"]![0]!["inSession"]!;
            var told = listed["items"]![0]!;
            foreach (
                var (name, theirs) in new[]
                {
                    ("id", "id"),
                    ("cost", "costUsd"),
                    ("firstAt", "firstAt"),
                    ("lastAt", "lastAt"),
                }
            )
            {
                Assert.Equal((string?)told[theirs], (string?)own[name]);
            }
        }
    }

    [Fact]
    public async Task A_session_whose_requests_do_not_fit_beside_those_of_others_is_asked_for_by_itself()
    {
        var (answer, asked) = await house.AskAsync(
            $"{{ sessions(first: 60, {Range}) {{ id latestRequests(first: 30) {{ id }} }} }}"
        );

        Assert.Null(answer["errors"]);
        Assert.True(asked > 2, $"{asked}: all fit into one page");
        foreach (var session in answer["data"]!["sessions"]!.AsArray().TakeLast(3))
        {
            var rest = await house.RestAsync($"/api/v1/usage/requests?session={session!["id"]}&limit=30&{Query}");
            Assert.Equal(
                rest["items"]!.AsArray().Select(one => (string?)one!["id"]),
                session["latestRequests"]!.AsArray().Select(one => (string?)one!["id"])
            );
        }
    }

    [Fact]
    public async Task A_link_asks_for_the_permission_of_what_it_leads_to()
    {
        var (answer, _) = await house.AskAsync(
            $"{{ providers {{ provider }} requests(first: 1, {Range}) {{ id byKey {{ name }} }} providerStats({Range}) {{ provider health {{ provider }} }} }}",
            PermissionSet.Of(Permission.AnalyticsView)
        );

        Assert.NotNull(answer["data"]!["requests"]![0]!["id"]);
        Assert.NotNull(answer["data"]!["providerStats"]![0]!["provider"]);
        Assert.All(
            answer["errors"]!.AsArray(),
            error => Assert.Equal("FORBIDDEN", (string?)error!["extensions"]!["code"])
        );
        Assert.Equal(
            ["byKey", "health", "providers"],
            answer["errors"]!.AsArray().Select(error => (string)error!["path"]!.AsArray()[^1]!).Distinct().Order()
        );
    }
}
