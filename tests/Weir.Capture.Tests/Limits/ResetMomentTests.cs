using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Limits;
using Weir.Wire.Limits;

namespace Weir.Capture.Tests.Limits;

public class ResetMomentTests
{
    private static readonly string[] Zones =
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Auckland",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
    ];

    private static string? Find(string text, string at, string zone = "UTC", string way = "any") =>
        ResetMoment
            .Find(
                text,
                way,
                DateTimeOffset.Parse(at, CultureInfo.InvariantCulture),
                TimeZoneInfo.FindSystemTimeZoneById(zone)
            )
            ?.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);

    [Theory]
    // The machine's zone, and the message's own.
    [InlineData("resets 2am", "2026-11-21T20:00Z", "Europe/Berlin", "2026-11-22T01:00:00.000")]
    [InlineData("resets 1pm (Europe/Berlin)", "2026-11-21T11:00Z", "America/New_York", "2026-11-21T12:00:00.000")]
    [InlineData("resets 1pm (Europe/Berlin)", "2026-11-21T12:00Z", "UTC", "2026-11-22T12:00:00.000")]
    [InlineData("resets Nov 23 at 5pm", "2026-11-21T12:00Z", "UTC", "2026-11-23T17:00:00.000")]
    [InlineData("resets 12am", "2026-11-21T12:00Z", "UTC", "2026-11-22T00:00:00.000")]
    [InlineData("resets 12pm", "2026-11-21T12:00Z", "UTC", "2026-11-22T12:00:00.000")]
    [InlineData("resets 12:30am", "2026-11-21T12:00Z", "UTC", "2026-11-22T00:30:00.000")]
    [InlineData("resets at 17:30", "2026-11-21T12:00Z", "UTC", "2026-11-21T17:30:00.000")]
    // A week-day is the next one, a week ahead when it is today and past.
    [InlineData("resets Sat 11am", "2026-11-21T12:00Z", "UTC", "2026-11-28T11:00:00.000")]
    [InlineData("resets Sat 1pm", "2026-11-21T12:00Z", "UTC", "2026-11-21T13:00:00.000")]
    [InlineData("resets Monday, 9am", "2026-11-21T12:00Z", "UTC", "2026-11-23T09:00:00.000")]
    // New Year between the message and the day; a day that only leap years have.
    [InlineData("resets Jan 2, 8am", "2026-12-31T12:00Z", "UTC", "2027-01-02T08:00:00.000")]
    [InlineData("try again at Jan 2nd, 2027 8:05 PM.", "2026-12-31T12:00Z", "UTC", "2027-01-02T20:05:00.000")]
    [InlineData(
        "regain access on 2026-12-01 at 00:00 UTC.",
        "2026-11-21T12:00Z",
        "Europe/Berlin",
        "2026-12-01T00:00:00.000"
    )]
    // The night in which the clocks go forward has no half past two; it is an hour later then.
    [InlineData("resets 2:30am", "2026-03-28T22:00Z", "Europe/Berlin", "2026-03-29T01:30:00.000")]
    [InlineData("resets 2:30am", "2026-03-08T04:00Z", "America/New_York", "2026-03-08T07:30:00.000")]
    // The night in which they go back has it twice: the first that is still to come.
    [InlineData("resets 2:30am", "2026-10-24T22:00Z", "Europe/Berlin", "2026-10-25T00:30:00.000")]
    [InlineData("resets 2:30am", "2026-10-25T00:45Z", "Europe/Berlin", "2026-10-25T01:30:00.000")]
    [InlineData("resets 2:30am", "2026-10-25T01:45Z", "Europe/Berlin", "2026-10-26T01:30:00.000")]
    // Across the change a clock stays a clock.
    [InlineData("resets Oct 26, 9am (Europe/Berlin)", "2026-10-20T12:00Z", "UTC", "2026-10-26T08:00:00.000")]
    [InlineData("|1760004000", "2025-10-03T12:00Z", "UTC", "2025-10-09T10:00:00.000")]
    [InlineData("try again in 5 days 20 hours 9 minutes.", "2026-11-21T12:00Z", "UTC", "2026-11-27T08:09:00.000")]
    [InlineData("retry after 20s", "2026-11-21T12:00Z", "UTC", "2026-11-21T12:00:20.000")]
    [InlineData("Please try again in 6m0s.", "2026-11-21T12:00Z", "UTC", "2026-11-21T12:06:00.000")]
    [InlineData("try again in 1 hour and 2 mins", "2026-11-21T12:00Z", "UTC", "2026-11-21T13:02:00.000")]
    [InlineData("Please try again in 644ms.", "2026-11-21T12:00Z", "UTC", "2026-11-21T12:00:00.644")]
    [InlineData("retry after soon, resets 3pm", "2026-11-21T12:00Z", "UTC", "2026-11-21T15:00:00.000")]
    public void AMomentIsFound(string text, string at, string zone, string moment) =>
        Assert.Equal(moment, Find(text, at, zone));

    [Theory]
    [InlineData("resets 25:00")]
    [InlineData("resets 13pm")]
    [InlineData("resets 0am")]
    [InlineData("resets 9")]
    [InlineData("resets soon")]
    [InlineData("resets Feb 30, 2027 at 9am")]
    [InlineData("resets 3pm (Middle/Earth)")]
    [InlineData("resets 9:75am")]
    [InlineData("try again in 99999 days")]
    [InlineData("try again in a while")]
    [InlineData("resets Jan 2, 9999, 3pm")]
    [InlineData("|17600")]
    // Digits of other scripts are digits to a pattern, and none to a number's reader.
    [InlineData("|1٧٦٠٠٠٤٠٠٠")]
    [InlineData("resets ٩am")]
    [InlineData("resets Nov ٢٣ at 5pm")]
    [InlineData("resets ٢٠٢٦-12-01 at 00:00 UTC")]
    public void WhatIsNoMomentIsNone(string text) => Assert.Null(Find(text, "2026-11-21T12:00Z"));

    [Theory]
    [InlineData("9999-12-31T20:00Z")]
    [InlineData("0001-01-01T00:00Z")]
    public void AtTheEndsOfTimeNothingIsFound(string at)
    {
        Assert.Null(Find("resets 3am", at, "Europe/Berlin"));
        Assert.Null(Find("resets 11pm", at, "America/New_York"));
        Assert.Null(Find("try again in 300 days", at));
    }

    [Fact]
    public void ALeapDayIsInTheNextYearThatHasOneUnlessThatIsAbsurd()
    {
        Assert.Equal("2028-02-29T09:00:00.000", Find("resets Feb 29, 9am", "2027-12-01T12:00Z"));
        Assert.Null(Find("resets Feb 29, 9am", "2026-11-21T12:00Z"));
    }

    [Fact]
    public void AWayThatIsNotAskedForIsNotTaken()
    {
        Assert.Null(Find("resets 3pm", "2026-11-21T12:00Z", way: "in"));
        Assert.Null(Find("try again in 3 hours", "2026-11-21T12:00Z", way: "clock"));
        Assert.Null(Find("resets 3pm", "2026-11-21T12:00Z", way: "epoch"));
    }

    /// <summary>Whatever the zone and the day: it is to come, within a day and an hour, and the zone's clock shows it then.</summary>
    [Fact]
    public void AClockIsItsNextMoment() =>
        Prop.ForAll(
                Gen.Choose(0, Zones.Length - 1).ToArbitrary(),
                Gen.Choose(0, 3 * 365 * 24 * 60).ToArbitrary(),
                Gen.Choose(0, (24 * 60) - 1).ToArbitrary(),
                (zoneAt, minutes, clock) =>
                {
                    var zone = TimeZoneInfo.FindSystemTimeZoneById(Zones[zoneAt]);
                    var at = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes);
                    var (hour, minute) = (clock / 60, clock % 60);
                    var half = hour < 12 ? "am" : "pm";
                    var text = $"resets {(hour + 11) % 12 + 1}:{minute:00}{half} ({zone.Id})";
                    var moment = ResetMoment.Find(text, "clock", at, TimeZoneInfo.Utc);
                    var local = TimeZoneInfo.ConvertTime(moment!.Value, zone).DateTime;
                    var asked = local.Date.AddHours(hour).AddMinutes(minute);
                    Assert.True(
                        moment > at && moment - at <= TimeSpan.FromHours(25.5),
                        $"{text} at {at:o}: {moment:o}"
                    );
                    Assert.True(local == asked || zone.IsInvalidTime(asked), $"{text} at {at:o}: {moment:o}");
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("6m0s", 360)]
    [InlineData("1h2m3.5s", 3723.5)]
    [InlineData("12ms", 0.012)]
    [InlineData("2 days", 172800)]
    public void ASpanIsReadWhole(string text, double seconds) =>
        Assert.Equal(seconds, SpokenSpan.Read(text, whole: true)!.Value.TotalSeconds, 6);

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("5")]
    [InlineData("5 lightyears")]
    [InlineData("5s!")]
    [InlineData("-5s")]
    [InlineData("1.2.3s")]
    public void WhatIsNoSpanIsNone(string text) => Assert.Null(SpokenSpan.Read(text, whole: true));
}
