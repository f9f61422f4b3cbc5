using System.Collections.Immutable;

namespace Weir.Demo;

/// <summary>An outage of a vendor.</summary>
internal readonly record struct Outage(string Provider, DateTimeOffset From, DateTimeOffset To);

/// <summary>When the team works and what goes wrong, for a year that ends on a day.</summary>
internal sealed class Calendar
{
    /// <summary>How many days it has.</summary>
    public const int Days = 365;

    private readonly ulong seed;
    private readonly ImmutableArray<Outage> outages;

    public Calendar(ulong seed, DateOnly lastDay)
    {
        this.seed = seed;
        FirstDay = lastDay.AddDays(1 - Days);
        var chance = Chance.For(seed, 1);
        outages =
        [
            .. Enumerable
                .Range(0, 7)
                .Select(i =>
                {
                    var from = new DateTimeOffset(FirstDay, TimeOnly.MinValue, TimeSpan.Zero)
                        .AddDays((i * Days / 7) + chance.Whole(3, 40))
                        .AddHours(chance.Between(7, 19));
                    var provider = chance.Happens(0.65) ? "anthropic" : "openai";
                    return new Outage(provider, from, from.AddHours(chance.Skewed(1.6, 0.6)));
                }),
        ];
    }

    /// <summary>The first day.</summary>
    public DateOnly FirstDay { get; }

    /// <summary>A day by its number from 0.</summary>
    public DateOnly Day(int number) => FirstDay.AddDays(number);

    /// <summary>Whether somebody works on a day: seldom at weekends, not at the year's end, not on leave.</summary>
    public bool Works(int person, int number)
    {
        if (number < Team.People[person].Joined * Days)
        {
            return false;
        }

        var day = Day(number);
        var chance = Chance.For(seed, 2, person, number);
        if (day is { Month: 12, Day: >= 24 } or { Month: 1, Day: 1 } || OnLeave(person, number))
        {
            return chance.Happens(0.03);
        }

        return chance.Happens(day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.09 : 0.93);
    }

    /// <summary>How much is asked for on a day compared with the year's mean: it grows, and no two days are alike.</summary>
    public double Load(int number) =>
        (0.55 + (0.9 * number / Days)) * Math.Clamp(Chance.For(seed, 3, number).Skewed(1, 0.18), 0.6, 1.7);

    /// <summary>How likely a request fails for the vendor's sake.</summary>
    public double FailureRate(string provider, DateTimeOffset at)
    {
        foreach (var outage in outages)
        {
            if (outage.Provider == provider && at >= outage.From && at < outage.To)
            {
                return 0.55;
            }
        }

        return 0.006;
    }

    // Three weeks for everybody, at a time of their own.
    private bool OnLeave(int person, int number)
    {
        var chance = Chance.For(seed, 4, person);
        var summer = chance.Whole(20, Days - 40);
        var other = chance.Whole(10, Days - 20);
        return (number >= summer && number < summer + 14) || (number >= other && number < other + 6);
    }
}
