using Weir.Cli.Top;
using Weir.Client;
using static Weir.Cli.Tests.Top.TopExamples;

namespace Weir.Cli.Tests.Top;

/// <summary>What follows from what is read and heard.</summary>
public sealed class TopModelTests
{
    [Fact]
    public void What_the_feed_tells_is_added_once_to_what_was_read()
    {
        var state = Begin()
            .After(
                All(Summary(10, ("claude-opus-4-8", 2, 100))),
                Told(Created(10, Request("old"))), // in the sums already
                Told(Created(11, Request("a")), Created(12, Request("b", "gpt-5.5"))),
                Told(Created(12, Request("b", "gpt-5.5")))
            );

        Assert.Equal(3, state.Today!.Total.CostUsd);
        Assert.Equal(100 + 1100 + 1100, state.Today.Total.Tokens);
        Assert.Equal(["claude-opus-4-8", "gpt-5.5"], state.Today.Models.Select(model => model.Key));
        Assert.Equal(5, state.Today.ByModel["gpt-5.5"].Reasoning);
        Assert.Equal(50, state.Today.ByModel["gpt-5.5"].CacheWrite);
    }

    [Fact]
    public void Sums_that_were_on_their_way_are_mended_by_what_was_told_meanwhile()
    {
        var state = Begin().After(All(), Told(Created(11, Request("a")), Created(12, Request("b"))));

        // The second reading holds the first of the two changes.
        var later = state.After(All(Summary(11, ("claude-opus-4-8", 0.5m, 1100))));

        Assert.Equal(state.Today!.Total with { Requests = 2 }, Complete(later.Today!.Total));
        Assert.Equal(12, later.Today.AsOf);
        Assert.Empty(later.Recent);

        // The summary of the example tells its tokens as input.
        static Sums Complete(Sums sums) =>
            sums with
            {
                Input = 2000,
                CacheRead = 20,
                CacheWrite = 100,
                Output = 80,
                Reasoning = 10,
            };
    }

    [Fact]
    public void A_change_replaces_what_was_before_it()
    {
        var first = Request("a", model: null, cost: null);
        var state = Begin().After(All(), Told(Created(11, first)));
        Assert.Equal(1, state.Today!.Total.Unpriced);
        Assert.Null(state.Today.Total.KnownCost);

        var known = first with { Revision = 2, Model = "gpt-5.5", CostUsd = 0.25m };
        var after = state.After(Told(new LiveChange(12, "enriched", first, known)));

        Assert.Equal(["gpt-5.5"], after.Today!.ByModel.Keys);
        Assert.Equal(
            (1, 0, 0.25m),
            (after.Today.Total.Requests, after.Today.Total.Unpriced, after.Today.Total.CostUsd)
        );
    }

    [Fact]
    public void Requests_of_other_days_are_not_of_today()
    {
        var state = Begin().After(All(), Told(Created(11, Request("a", at: Now.AddDays(-1)))));

        Assert.Equal(0, state.Today!.Total.Requests);
        Assert.False(state.IsAllStale);
        Assert.True(state.After(new Ticked(Now.AddHours(12))).IsAllStale);
    }

    [Fact]
    public void News_make_the_lists_stale_and_the_open_session_when_it_is_meant()
    {
        var state = Begin().After(All(sessions: [Session("s1"), Session("s2")])).Type("⏎");
        state = state.After(new SessionFailed("s1", "busy")) with { AreListsStale = false };
        Assert.False(state.Open!.IsStale);

        Assert.True(state.After(new Told(new LiveSessions(1, ["s1"]))).Open!.IsStale);
        Assert.True(state.After(new Told(new LiveSessions(1, null))).Open!.IsStale);
        Assert.False(state.After(new Told(new LiveSessions(1, ["s2"]))).Open!.IsStale);
        Assert.True(state.After(new Told(new LiveSessions(1, ["s2"]))).AreListsStale);
        Assert.True(state.After(new Told(new LiveLimits(1, "told"))).AreListsStale);
        Assert.True(state.After(Told(Created(11, Request("a", session: "s1")))).Open!.IsStale);
        Assert.False(state.After(new Told(new LiveBeat(1, Now))).AreListsStale);
        Assert.True(state.After(new Linked(new Link.Live())).AreListsStale);
    }

    [Fact]
    public void A_gap_is_said_and_everything_is_read_again()
    {
        var state = Begin().After(All(), new Told(new LiveGap(4, 7000)), new Told(new LiveSnapshot(7004, [])));

        Assert.True(state.IsAllStale);
        Assert.Contains(Alerts.Of(state), alert => alert.Text.Contains("7,000 changes", StringComparison.Ordinal));
        Assert.Empty(Alerts.Of(state.After(new Ticked(Now.AddMinutes(11)))));
    }

    [Fact]
    public void A_reading_that_failed_is_said_and_tried_again_and_forgotten_when_one_succeeds()
    {
        var state = Begin().After(All(), new ReadFailed("connection refused", IsAll: false));

        Assert.True(state.AreListsStale);
        Assert.False(state.IsAllStale);
        Assert.Contains("connection refused", Alerts.Of(state)[0].Text, StringComparison.Ordinal);
        Assert.Empty(Alerts.Of(state.After(new ListsRead(Page([]), Blocks(null), new LimitList(Now, [], [])))));
        Assert.True(state.After(new ReadFailed("x", IsAll: true)).IsAllStale);
    }

    [Fact]
    public void Only_so_much_is_kept_of_what_was_told()
    {
        var state = Begin().After(All());
        for (var i = 0; i < 2500; i++)
        {
            state = state.After(Told(Created(11 + i, Request($"r{i}"))));
        }

        Assert.Equal(2000, state.Recent.Count());
        Assert.Equal(2500, state.Today!.Total.Requests);
    }

    [Fact]
    public void The_rate_is_that_of_the_last_ten_minutes()
    {
        var minute = new DateTimeOffset(2026, 7, 2, 12, 30, 0, TimeSpan.Zero);
        var state = Begin()
            .After(All(tokens: Series([(minute.AddMinutes(-20), 9_000_000), (minute.AddMinutes(-5), 8_000)])));

        // Nine whole minutes and twenty seconds.
        Assert.Equal(8_000 / (9 + (20 / 60.0)), state.Minutes.Rate(Now).TokensPerMinute, 3);
        var after = state.After(Told(Created(11, Request("a"))));
        Assert.Equal(9_100 / (9 + (20 / 60.0)), after.Minutes.Rate(Now).TokensPerMinute, 3);
        Assert.Equal(decimal.Round(0.5m / (9 + (20m / 60)) * 60, 4), after.Minutes.Rate(Now).UsdPerHour);
        Assert.Equal(0, after.Minutes.Rate(Now.AddHours(3)).TokensPerMinute);
        Assert.Equal(Minutes.Kept, after.Minutes.At(Now.AddMinutes(7)).Tokens.Length);
    }

    [Fact]
    public void Limits_that_are_met_or_near_or_ahead_are_alerts_the_bad_first()
    {
        var forecast = new LimitForecast
        {
            NotBeforeReset = 0.1,
            Earliest = Now.AddMinutes(20),
            Median = Now.AddMinutes(50),
            Latest = null,
        };
        var alerts = Alerts.Of(
            Begin()
                .After(
                    All(
                        limits:
                        [
                            Limit("five_hour", 95),
                            Limit("seven_day", 50, forecast: forecast),
                            Limit("seven_day_opus", 100),
                            Limit("quiet", 12),
                        ],
                        sources: Sources("no such folder"),
                        status: Status("the disk is full"),
                        sessions: [Session("s1", "waiting", "web")]
                    )
                )
        );

        Assert.Equal(
            [
                "the server refuses new work: the disk is full",
                "limit met: claude-code seven_day_opus",
                "agents' logs are not read: no such folder",
                "limit near: claude-code five_hour ~95 %",
                "limit ahead: claude-code seven_day will be met in 50m (from 20m) if work goes on so",
                "1 session waits for a permission: web",
            ],
            alerts.Select(alert => alert.Text.Split(", resets")[0])
        );
        Assert.Equal([true, true, true, false, false, false], alerts.Select(alert => alert.IsBad));
    }

    [Fact]
    public void A_notice_is_an_alert_until_work_may_go_on()
    {
        var notice = new LimitNoticeItem
        {
            At = Now.AddHours(-1),
            Client = "claude-code",
            Session = null,
            Kind = "reached",
            Scope = "five_hour",
            ModelClass = null,
            Pattern = "p",
            ResetsAt = Now.AddHours(1),
            UsedPercent = null,
        };
        var state = Begin().After(All(notices: [notice]));

        Assert.Contains("reached (five_hour)", Assert.Single(Alerts.Of(state)).Text, StringComparison.Ordinal);
        Assert.Empty(Alerts.Of(state.After(new Ticked(Now.AddHours(2)))));
    }
}
