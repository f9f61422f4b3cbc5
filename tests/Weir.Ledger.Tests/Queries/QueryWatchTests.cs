using Weir.Foundation;
using Weir.Testing;

namespace Weir.Ledger.Tests.Queries;

public sealed class QueryWatchTests
{
    private readonly FakeClock clock = new();
    private readonly QueryWatch watch;

    public QueryWatchTests() => watch = new QueryWatch(clock);

    [Fact]
    public void A_query_is_told_by_names_and_never_by_a_value()
    {
        Ask(TimeSpan.FromMilliseconds(40));

        var slow = Assert.Single(watch.Slowest);

        Assert.Equal((QueryKind.Summary, TimeSpan.FromMilliseconds(40), 7), (slow.Kind, slow.Took, slow.Rows));
        Assert.Equal(TimeSpan.FromDays(2), slow.Range);
        Assert.Equal(["model", "tag.team"], slow.GroupBy);
        Assert.Equal(["user"], slow.Filters);
        var took = Assert.Single(watch.Durations);
        Assert.Equal((QueryKind.Summary, 1), (took.Kind, took.Took.Count));
    }

    [Fact]
    public void The_fifty_slowest_of_the_last_hour_are_known()
    {
        Ask(TimeSpan.FromSeconds(30));
        clock.Advance(TimeSpan.FromMinutes(10));
        for (var i = 1; i <= 120; i++)
        {
            Ask(TimeSpan.FromMilliseconds(i));
        }

        Assert.Equal(QueryWatch.MostSlow, watch.Slowest.Length);
        Assert.Equal(TimeSpan.FromSeconds(30), watch.Slowest[0].Took);
        Assert.Equal(TimeSpan.FromMilliseconds(72), watch.Slowest[^1].Took);

        clock.Advance(TimeSpan.FromMinutes(52));

        Assert.Equal(TimeSpan.FromMilliseconds(120), watch.Slowest[0].Took);
        Assert.Equal(TimeSpan.FromMilliseconds(71), watch.Slowest[^1].Took);

        clock.Advance(TimeSpan.FromHours(1));

        Assert.Empty(watch.Slowest);
    }

    [Fact]
    public void What_broke_off_has_no_rows()
    {
        Assert.Throws<OperationCanceledException>(() =>
            watch.Measure<int>(QueryKind.Series, Query(), () => throw new OperationCanceledException(), _ => 1)
        );

        Assert.Null(Assert.Single(watch.Slowest).Rows);
    }

    private void Ask(TimeSpan takes) =>
        watch.Measure(
            QueryKind.Summary,
            Query(),
            () =>
            {
                clock.Advance(takes);
                return 7;
            },
            rows => rows
        );

    private UsageQuery Query() =>
        new()
        {
            Workspace = WorkspaceId.Default,
            From = clock.GetUtcNow().AddDays(-2),
            To = clock.GetUtcNow(),
            GroupBy = [new(UsageDimensionKind.Model), new(UsageDimensionKind.Tag, "team")],
            Filters =
            [
                new UsageFilter(new(UsageDimensionKind.User), ["a secret"]),
                new UsageFilter(new(UsageDimensionKind.User), ["another"]),
            ],
        };
}
