using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Weir.Server.Doors;
using Weir.Testing;

namespace Weir.Server.Tests.Doors;

public sealed class RateTableTests
{
    private readonly FakeClock clock = new();

    [Fact]
    public void A_caller_has_its_minutes_worth_at_once_and_then_as_much_as_comes_in()
    {
        var table = new RateTable(clock);
        for (var i = 0; i < 100; i++)
        {
            var answer = table.Take("ada", 100);
            Assert.True(answer.IsAllowed);
            Assert.Equal((100, 99 - i), (answer.Limit, answer.Remaining));
        }

        var refused = table.Take("ada", 100);
        Assert.False(refused.IsAllowed);
        Assert.Equal((0, TimeSpan.FromMilliseconds(600)), (refused.Remaining, refused.RetryAfter));
        Assert.Equal(TimeSpan.FromMinutes(1), refused.Reset);
        Assert.True(table.Take("bob", 100).IsAllowed);

        clock.Advance(TimeSpan.FromMilliseconds(599));
        Assert.False(table.Take("ada", 100).IsAllowed);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(table.Look("ada", 100).IsAllowed);
        Assert.True(table.Take("ada", 100).IsAllowed);
        Assert.False(table.Take("ada", 100).IsAllowed);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(99, table.Take("ada", 100).Remaining);
    }

    [Fact]
    public void No_caller_has_more_than_its_share_whenever_it_comes() =>
        Prop.ForAll(
                Gen.ListOf(Gen.Choose(0, 2_000)).ToArbitrary(),
                Gen.Choose(1, 120).ToArbitrary(),
                (pauses, perMinute) =>
                {
                    var own = new FakeClock();
                    var table = new RateTable(own);
                    var (taken, passed) = (0, TimeSpan.Zero);
                    foreach (var pause in pauses)
                    {
                        own.Advance(TimeSpan.FromMilliseconds(pause));
                        passed += TimeSpan.FromMilliseconds(pause);
                        taken += table.Take("ada", perMinute).IsAllowed ? 1 : 0;
                    }

                    return taken <= perMinute + (passed.TotalMinutes * perMinute) + 1;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Memory_is_bounded_and_those_who_are_known_keep_their_own()
    {
        var table = new RateTable(clock, mostCallers: 100);
        table.Take("ada", 10);
        for (var i = 0; i < 100_000; i++)
        {
            table.Take(i.ToString(CultureInfo.InvariantCulture), 10);
        }

        Assert.InRange(table.Count, 100, 100 + 1024);
        Assert.Equal(8, table.Take("ada", 10).Remaining);

        // The full ones are forgotten when there is need of room, and newcomers have their own again.
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(9, table.Take("a newcomer", 10).Remaining);
        Assert.InRange(table.Count, 1, 100);
    }
}
