using System.Globalization;
using System.Net;
using Weir.Identity.SignOn;
using Weir.Testing;

namespace Weir.Identity.Tests.SignOn;

public class SignInThrottleTests
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.7");

    private readonly FakeClock clock = new();
    private readonly SignInThrottle throttle;

    public SignInThrottleTests() => throttle = new SignInThrottle(clock);

    [Fact]
    public void Five_failures_are_free_and_then_each_doubles_the_wait_to_a_quarter_of_an_hour()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(TimeSpan.Zero, Fail("ada"));
        }

        foreach (var expected in new[] { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900 })
        {
            Assert.Equal(TimeSpan.Zero, Fail("ada"));
            Assert.Equal(TimeSpan.FromSeconds(expected), Fail("ada"));
            clock.Advance(TimeSpan.FromSeconds(expected));
        }
    }

    [Fact]
    public void An_attempt_while_waiting_does_not_lengthen_the_wait()
    {
        FailTimes(6, "ada");

        Assert.Equal(TimeSpan.FromSeconds(1), Fail("ada"));
        Assert.Equal(TimeSpan.FromSeconds(1), Fail("ada"));
        clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(TimeSpan.FromMilliseconds(600), Fail("ada"));
    }

    [Fact]
    public void Attempts_side_by_side_have_no_more_chances_than_in_a_row()
    {
        var begun = Enumerable.Range(0, 100).Select(_ => throttle.Begin("default", "ada", Home).Attempt).ToArray();

        Assert.Equal(6, begun.Count(attempt => attempt is not null));
    }

    [Fact]
    public void Who_signs_in_starts_anew()
    {
        FailTimes(5, "ada");
        throttle.Begin("default", "ada", Home).Attempt!.Succeeded();

        FailTimes(5, "ada");
        Assert.Equal(TimeSpan.Zero, Fail("ada"));
    }

    [Fact]
    public void What_was_not_looked_at_is_not_counted()
    {
        for (var i = 0; i < 50; i++)
        {
            throttle.Begin("default", "ada", Home).Attempt!.Withdraw();
        }

        Assert.Equal(TimeSpan.Zero, Fail("ada"));
    }

    [Fact]
    public void Somebody_elses_failures_do_not_keep_a_person_out()
    {
        FailTimes(6, "ada", "198.51.100.1");

        Assert.NotEqual(TimeSpan.Zero, Fail("ada", "198.51.100.1"));
        Assert.Equal(TimeSpan.Zero, Fail("ada"));
        Assert.Equal(TimeSpan.Zero, Fail("bob", "198.51.100.1"));
    }

    [Fact]
    public void Many_addresses_guessing_at_one_name_are_slowed()
    {
        for (var i = 1; i <= 31; i++)
        {
            Assert.Equal(TimeSpan.Zero, Fail("ada", string.Create(CultureInfo.InvariantCulture, $"198.51.100.{i}")));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), Fail("ada", "203.0.113.9"));
    }

    [Fact]
    public void One_address_guessing_at_many_names_is_slowed()
    {
        for (var i = 1; i <= 31; i++)
        {
            Assert.Equal(TimeSpan.Zero, Fail(string.Create(CultureInfo.InvariantCulture, $"name-{i}")));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), Fail("another"));
        Assert.Equal(TimeSpan.Zero, Fail("another", "203.0.113.9"));
    }

    [Fact]
    public void A_subscriber_of_ipv6_is_one_address()
    {
        for (var i = 1; i <= 6; i++)
        {
            Assert.Equal(
                TimeSpan.Zero,
                Fail("ada", string.Create(CultureInfo.InvariantCulture, $"2001:db8:0:1:{i}::{i}"))
            );
        }

        Assert.NotEqual(TimeSpan.Zero, Fail("ada", "2001:db8:0:1:ffff::"));
        Assert.Equal(TimeSpan.Zero, Fail("ada", "2001:db8:0:2::1"));
    }

    [Theory]
    [InlineData("ADA")]
    [InlineData(" ada ")]
    public void A_name_is_the_same_however_it_is_written(string name)
    {
        FailTimes(6, "ada");

        Assert.NotEqual(TimeSpan.Zero, Fail(name));
    }

    [Fact]
    public void The_same_name_in_another_workspace_is_another()
    {
        FailTimes(6, "ada");

        Assert.Equal(TimeSpan.Zero, throttle.Begin("other", "ada", Home).Wait);
    }

    [Fact]
    public void A_day_without_failures_forgets_them()
    {
        FailTimes(6, "ada");
        clock.Advance(TimeSpan.FromDays(1));

        FailTimes(5, "ada");
        Assert.Equal(TimeSpan.Zero, Fail("ada"));
    }

    [Fact]
    public void What_was_stored_counts_after_a_restart()
    {
        var attempt = throttle.Begin("default", "ada", Home).Attempt!;
        var again = new SignInThrottle(clock);
        again.Restore(attempt.NameHash!, attempt.NameCount with { Failures = 33 });

        Assert.Equal(TimeSpan.FromSeconds(4), again.Begin("default", "ada", Home).Wait);
    }

    [Fact]
    public void A_flood_of_names_takes_no_more_than_its_room_and_pushes_out_nobody_who_failed_more()
    {
        var counter = new FailureCounter(1, TimeSpan.FromMinutes(15), most: 1000);
        for (var i = 0; i < 5; i++)
        {
            counter.Count("ada", i);
        }

        for (var i = 0; i < 20_000; i++)
        {
            counter.Count(string.Create(CultureInfo.InvariantCulture, $"{i}"), 10 + i);
            Assert.InRange(counter.Kept, 1, 1000);
        }

        Assert.True(counter.Wait("ada", 10) > 0);
    }

    private TimeSpan Fail(string name, string? address = null) =>
        throttle.Begin("default", name, address is null ? Home : IPAddress.Parse(address)).Wait;

    private void FailTimes(int times, string name, string? address = null)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(TimeSpan.Zero, Fail(name, address));
        }
    }
}
