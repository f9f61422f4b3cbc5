using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Demo.Tests;

public sealed class DemoYearTests
{
    private static readonly DateTimeOffset End = new(2026, 11, 21, 9, 30, 0, TimeSpan.Zero);
    private static readonly Lazy<List<UsageRecord>> Whole = new(() =>
    {
        var year = Year();
        return [.. Enumerable.Range(0, DemoYear.Days).SelectMany(year.Day)];
    });

    [Fact]
    public void The_same_seed_and_end_give_the_same_year()
    {
        Assert.Equal(Year().Day(200), Year().Day(200));
        Assert.NotEqual(Year().Day(200), Year(seed: 13).Day(200));
    }

    [Fact]
    public void Ids_rise_carry_the_node_and_everything_is_marked_and_lies_in_the_year()
    {
        var records = Whole.Value;

        Assert.Equal(records.Count, records.Select(r => r.Id).Distinct().Count());
        Assert.Equal(records.Select(r => r.Id), records.Select(r => r.Id).Order());
        Assert.All(
            records,
            r =>
            {
                Assert.Equal(DemoYear.Node, r.Id.Node);
                Assert.Equal(Billing.Simulated, r.Billing);
                Assert.Equal(Money.Zero, r.Billed);
                Assert.InRange(r.StartedAt, End.AddDays(-DemoYear.Days), End.AddTicks(-1));
                Assert.NotNull(r.Cost);
            }
        );
    }

    // Anthropic's published figures: about $13 for a developer and active day, under $30 for nine in ten.
    [Fact]
    public void A_day_of_a_developer_costs_what_is_published()
    {
        var days = Whole
            .Value.Where(r => r.User is not null && r.StartedAt > End.AddDays(-120))
            .GroupBy(r => (r.User, r.StartedAt.UtcDateTime.Date))
            .Select(day => day.Sum(r => r.Cost!.Value.NanoUsd) / 1e9)
            .Order()
            .ToList();

        Assert.InRange(days.Average(), 7, 19);
        Assert.InRange(days[days.Count * 9 / 10], 10, 30);
    }

    // Field figures of coding agents: nearly all of a request is read from the cache, some hundred tokens come out.
    [Fact]
    public void An_agents_requests_are_mostly_read_from_the_cache()
    {
        var usages = Whole.Value.Where(r => r.Session is not null && r.Status == RequestStatus.Ok).Select(r => r.Usage);
        var (read, prompt, output, count) = usages.Aggregate(
            (Read: 0L, Prompt: 0L, Output: 0L, Count: 0),
            (sum, u) =>
                (sum.Read + u.CacheRead!.Value, sum.Prompt + u.Prompt, sum.Output + u.Output!.Value, sum.Count + 1)
        );

        Assert.InRange((double)read / prompt, 0.85, 0.97);
        Assert.InRange((double)output / count, 200, 1_000);
    }

    [Fact]
    public void The_team_works_on_weekdays_and_more_as_the_year_goes_on()
    {
        var byDay = Whole.Value.Where(r => r.User is not null).ToLookup(r => r.StartedAt.UtcDateTime.DayOfWeek);
        var weekend = byDay[DayOfWeek.Saturday].Count() + byDay[DayOfWeek.Sunday].Count();

        Assert.True(weekend * 5 < byDay[DayOfWeek.Tuesday].Count() * 2);
        Assert.True(
            Whole.Value.Count(r => r.StartedAt > End.AddDays(-90))
                > 2 * Whole.Value.Count(r => r.StartedAt < End.AddDays(-275))
        );
    }

    [Fact]
    public void A_model_is_not_used_before_it_came_out() =>
        Assert.DoesNotContain(
            Whole.Value,
            r => r.Model == "claude-sonnet-5" && r.StartedAt < new DateTimeOffset(2026, 6, 30, 0, 0, 0, TimeSpan.Zero)
        );

    [Fact]
    public void There_are_outages_and_a_runaway()
    {
        var hours = Whole.Value.GroupBy(r =>
            new DateTimeOffset(r.StartedAt.UtcDateTime.Date).AddHours(r.StartedAt.Hour)
        );
        Assert.Contains(hours, h => h.Count() > 20 && h.Count(r => r.Status != RequestStatus.Ok) * 3 > h.Count());

        var nights = Whole.Value.Where(r => r.Key == "nightly-eval").CountBy(r => r.StartedAt.UtcDateTime.Date);
        Assert.Single(nights, n => n.Value > 1_000);
    }

    private static DemoYear Year(ulong seed = 12) => new(new WorkspaceId(1), End, new PriceBook().Current, seed);
}
