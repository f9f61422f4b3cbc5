using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Activities;
using static Weir.FunctionalTests.Activities.ActivityHouse;

namespace Weir.FunctionalTests.Activities;

/// <summary><c>GET /api/v1/activity</c>.</summary>
public sealed class ActivityApiTests(ActivityHouse house) : IClassFixture<ActivityHouse>
{
    [Fact]
    public async Task Pages_go_back_from_the_newest_and_on_from_a_cursor()
    {
        var start = (await house.GetAsync()).GetProperty("cursor").GetInt64();
        for (var i = 1; i <= 25; i++)
        {
            house.Publish(WorkspaceId.Default, "paged", i);
            house.Publish(house.Other, "paged", -i);
        }

        var back = new List<long>();
        var query = "?kind=target.returned&limit=10";
        for (string? next = ""; next is not null; )
        {
            var page = await house.GetAsync($"{query}{next}");
            back.AddRange(Numbers(page.GetProperty("items"), "paged"));
            next =
                page.GetProperty("next") is { ValueKind: JsonValueKind.Number } number && back.Count < 25
                    ? $"&before={number}"
                    : null;
        }

        var on = new List<long>();
        var after = start;
        while (on.Count < 25)
        {
            var page = await house.GetAsync($"{query}&after={after}");
            Assert.False(page.GetProperty("missed").GetBoolean());
            on.AddRange(Numbers(page.GetProperty("items"), "paged"));
            after = page.GetProperty("cursor").GetInt64();
        }

        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i), on);
        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i).Reverse(), back);
        Assert.Equal(after, (await house.GetAsync()).GetProperty("cursor").GetInt64());
    }

    [Fact]
    public async Task An_event_says_what_it_is_about_and_leaves_out_what_it_is_not()
    {
        house.Feed.Publish(
            WorkspaceId.Default,
            new ActivitySubject { Budget = "team", Key = "ci" },
            new BudgetExhaustedDetails(3, 0, new Money(5_000_000_000), new Money(4_999_999_999), Money.Zero)
        );

        var item = (await house.GetAsync("?kind=budget.exhausted&limit=1")).GetProperty("items")[0];

        Assert.Equal("error", item.GetProperty("severity").GetString());
        Assert.False(item.GetProperty("instance").GetBoolean());
        Assert.Equal("""{"budget":"team","key":"ci"}""", item.GetProperty("subject").GetRawText());
        Assert.Equal(
            """{"count":3,"overMs":0,"boundUsd":"5","spentUsd":"4.999999999","reservedUsd":"0"}""",
            item.GetProperty("details").GetRawText()
        );
        Assert.Equal(
            "budget team (key ci): 3 requests were refused; 4.999999999 of 5 USD is spent",
            item.GetProperty("text").GetString()
        );
    }

    [Fact]
    public async Task Each_kind_is_seen_by_who_may_see_it()
    {
        house.Feed.Publish(null, ActivitySubject.None, new LedgerCaughtUpDetails(1));
        house.Feed.Publish(WorkspaceId.Default, ActivitySubject.None, new ConfigAppliedDetails(2, "api"));
        house.Feed.Publish(WorkspaceId.Default, new ActivitySubject { Budget = "b" }, new StageLeftDetails(80, 0));
        house.Feed.Publish(WorkspaceId.Default, ActivitySubject.None, new BreakerClosedDetails(1));
        house.Feed.Publish(house.Other, ActivitySubject.None, new ConfigAppliedDetails(1, "file"));

        var all = Kinds(await house.GetAsync("?limit=1000"));
        Assert.All(
            ["ledger.caught_up", "config.applied", "budget.stage_left", "breaker.closed"],
            kind => Assert.Contains(kind, all)
        );
        var seen = Kinds(await house.GetAsync("?limit=1000", house.Viewer));
        Assert.Contains("breaker.closed", seen);
        Assert.DoesNotContain(seen, kind => kind.Split('.')[0] is "ledger" or "journal" or "config" or "budget");
        Assert.Empty(Kinds(await house.GetAsync("?kind=ledger.caught_up,config", house.Viewer)));
        // An admin of another workspace: his own document, and nothing of the instance.
        Assert.Contains("config.applied", Kinds(await house.GetAsync("?limit=1000", house.Foreign)));
        Assert.DoesNotContain("ledger.caught_up", Kinds(await house.GetAsync("?limit=1000", house.Foreign)));
    }

    [Theory]
    [InlineData("?after=x", "after")]
    [InlineData("?before=-1", "before")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1001", "limit")]
    [InlineData("?kind=breakers", "kind")]
    [InlineData("?kind=budget,%27%20OR%201=1", "kind")]
    [InlineData("?kind=break", "kind")]
    [InlineData("?from=yesterdayish", "from")]
    public async Task What_is_not_understood_is_refused(string query, string parameter) =>
        Assert.True((await house.GetAsync(query, status: 400)).GetProperty("errors").TryGetProperty(parameter, out _));

    [Fact]
    public async Task A_time_bounds_it()
    {
        house.Publish(WorkspaceId.Default, "timed", 1);

        Assert.Contains(1L, Numbers((await house.GetAsync("?from=1h&limit=1000")).GetProperty("items"), "timed"));
        Assert.Empty((await house.GetAsync("?from=2999-01-01")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_person_is_exported_and_erased_in_events_too()
    {
        const string Name = "ada.lovelace@example.org";
        house.Feed.Publish(
            WorkspaceId.Default,
            new ActivitySubject { Budget = "people", User = Name },
            new StageReachedDetails(80, "warn")
        );
        house.Feed.Publish(
            house.Other,
            new ActivitySubject { Budget = "people", User = Name },
            new StageReachedDetails(80, "warn")
        );
        // She is known by a key that stands for her.
        var (made, answer) = await house.House.SendAsync(
            "POST",
            "/api/v1/keys",
            house.Admin,
            $$"""{"name":"hers","user":"{{Name}}"}"""
        );
        Assert.True((int)made == 201, answer);

        var (status, export) = await house.House.SendAsync("GET", $"/api/v1/privacy/export?user={Name}", house.Admin);
        Assert.True((int)status == 200, export);
        Assert.Contains("\"kind\":\"activity\"", export, StringComparison.Ordinal);
        Assert.Contains("80 % is taken", export, StringComparison.Ordinal);

        (status, answer) = await house.House.SendAsync(
            "POST",
            "/api/v1/privacy/erasures",
            house.Admin,
            $$"""{"user":"{{Name}}"}"""
        );
        Assert.True((int)status == 200, answer);

        var left = (await house.GetAsync("?limit=1000")).GetRawText();
        Assert.DoesNotContain("lovelace", left, StringComparison.Ordinal);
        Assert.Contains("erased-", left, StringComparison.Ordinal);
        Assert.Contains(Name, (await house.GetAsync("", house.Foreign)).GetRawText(), StringComparison.Ordinal);
    }
}
