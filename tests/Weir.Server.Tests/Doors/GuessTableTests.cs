using System.Globalization;
using Weir.Server.Doors;
using Weir.Testing;

namespace Weir.Server.Tests.Doors;

public sealed class GuessTableTests
{
    private readonly FakeClock clock = new();
    private int keys;

    [Fact]
    public void Who_tries_keys_is_shut_out_and_longer_each_time()
    {
        var table = new GuessTable(clock);
        foreach (var minutes in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            Try(table, "203.0.113.5", 10);
            Assert.Equal(TimeSpan.Zero, table.MustWait("203.0.113.5", "wk_next"));
            Try(table, "203.0.113.5", 1);

            Assert.Equal(TimeSpan.FromMinutes(minutes), table.MustWait("203.0.113.5", "wk_next"));
            Assert.Equal(TimeSpan.Zero, table.MustWait("203.0.113.6", "wk_next"));
            clock.Advance(TimeSpan.FromMinutes(minutes));
            Assert.Equal(TimeSpan.Zero, table.MustWait("203.0.113.5", "wk_next"));
        }

        clock.Advance(TimeSpan.FromHours(2));
        Try(table, "203.0.113.5", 11);
        Assert.Equal(TimeSpan.FromMinutes(1), table.MustWait("203.0.113.5", "wk_next"));
    }

    [Fact]
    public void One_stale_key_that_comes_again_and_again_is_no_guessing()
    {
        var table = new GuessTable(clock);
        for (var i = 0; i < 1000; i++)
        {
            table.Wrong("127.0.0.1", "wk_revoked", 10);
        }

        Assert.Equal(TimeSpan.Zero, table.MustWait("127.0.0.1", "wk_other"));
    }

    [Fact]
    public void Wrong_keys_of_another_minute_do_not_count()
    {
        var table = new GuessTable(clock);
        for (var i = 0; i < 20; i++)
        {
            Try(table, "127.0.0.1", 10);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(TimeSpan.Zero, table.MustWait("127.0.0.1", "wk_other"));
    }

    [Fact]
    public void A_key_that_was_right_is_let_in_until_it_is_wrong()
    {
        var table = new GuessTable(clock);
        table.Right("wk_ada");
        Try(table, "10.0.0.1", 11);

        Assert.Equal(TimeSpan.Zero, table.MustWait("10.0.0.1", "wk_ada"));
        Assert.Equal(TimeSpan.FromMinutes(1), table.MustWait("10.0.0.1", "wk_bob"));

        table.Wrong("10.0.0.1", "wk_ada", 10);
        Assert.Equal(TimeSpan.FromMinutes(1), table.MustWait("10.0.0.1", "wk_ada"));
    }

    [Fact]
    public void Memory_is_bounded_whoever_comes()
    {
        var table = new GuessTable(clock, mostAddresses: 50);
        for (var i = 0; i < 20_000; i++)
        {
            table.Wrong(i.ToString(CultureInfo.InvariantCulture), "wk_x", 10);
            table.Right(i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.InRange(table.Count, 50, 50 + 256);
        clock.Advance(TimeSpan.FromHours(3));
        table.Wrong("late", "wk_x", 10);
        Assert.Equal(1, table.Count);
    }

    private void Try(GuessTable table, string address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            table.Wrong(address, string.Create(CultureInfo.InvariantCulture, $"wk_{keys++}"), 10);
        }
    }
}
