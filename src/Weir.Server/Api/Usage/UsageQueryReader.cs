using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Ledger;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Usage;

/// <summary>
/// Reads a usage route's query string. Everything in it must be understood: a filter with a slip in its name would
/// otherwise answer with everything.
/// </summary>
internal sealed class UsageQueryReader
{
    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestRange = TimeSpan.FromDays(3660);
    private const int MaxValues = 200;

    private static readonly ImmutableArray<string> Common =
    [
        "from",
        "to",
        .. Enum.GetValues<UsageDimensionKind>()
            .Where(kind => kind != UsageDimensionKind.Tag)
            .Select(kind => new UsageDimension(kind).ToString()),
    ];

    private static readonly FrozenDictionary<string, UsageMetric> Metrics = Enum.GetValues<UsageMetric>()
        .ToFrozenDictionary(MetricName, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, UsageInterval> Intervals = Enum.GetValues<UsageInterval>()
        .ToFrozenDictionary(interval => interval.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, UsageFigure> Figures = UsageFigure.All.ToFrozenDictionary(
        figure => figure.Name,
        StringComparer.Ordinal
    );

    private static readonly FrozenDictionary<string, DayOfWeek> WeekStarts = new[]
    {
        DayOfWeek.Monday,
        DayOfWeek.Sunday,
        DayOfWeek.Saturday,
    }.ToFrozenDictionary(day => day.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private static readonly ImmutableArray<string> PeriodNames = ["hour", "day", "week", "month"];

    private readonly IQueryCollection query;
    private readonly Dictionary<string, string> errors = new(StringComparer.Ordinal);
    private readonly HashSet<string> known;
    private readonly bool groupsByPeriod;

    /// <summary>Reads a request's query string.</summary>
    /// <param name="request">The request.</param>
    /// <param name="groupsByPeriod">Whether <c>groupBy</c> may name hour, day, week or month.</param>
    /// <param name="own">The parameters of this route beside those of all.</param>
    public UsageQueryReader(HttpRequest request, bool groupsByPeriod, params ReadOnlySpan<string> own)
    {
        query = request.Query;
        this.groupsByPeriod = groupsByPeriod;
        known = new HashSet<string>(Common, StringComparer.Ordinal);
        foreach (var name in own)
        {
            known.Add(name);
        }

        foreach (var name in query.Keys)
        {
            if (
                !known.Contains(name)
                && !name.StartsWith("tag.", StringComparison.Ordinal)
                && !FilterName.TryParse(name, out _, out _)
            )
            {
                errors[name] = $"there is no such parameter ({Suggestion.For(name, known)})";
            }
        }
    }

    /// <summary>Notes as faults the filters that this route does not have.</summary>
    public void TakesOnly(params ReadOnlySpan<UsageDimensionKind> kinds)
    {
        var taken = kinds.ToArray();
        foreach (var name in query.Keys)
        {
            if (
                FilterName.TryParse(name, out var dimension, out var kind)
                && (kind != UsageFilterKind.In || !taken.Contains(dimension.Kind))
            )
            {
                errors[name] =
                    $"this route has no such filter ({string.Join(", ", taken.Select(kind => new UsageDimension(kind)))})";
            }
        }
    }

    /// <summary>The period that <c>groupBy</c> named; null when it named none. Known after <see cref="Read"/>.</summary>
    public UsageInterval? Period { get; private set; }

    /// <summary>What was wrong so far, by parameter.</summary>
    public IReadOnlyDictionary<string, string> Errors => errors;

    /// <summary>The API's names of all metrics.</summary>
    public static IEnumerable<string> MetricNames => Enum.GetValues<UsageMetric>().Select(MetricName);

    /// <summary>The API's name of a metric.</summary>
    public static string MetricName(UsageMetric metric)
    {
        var name = metric.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>Range, filters and groups.</summary>
    public UsageQuery Read(ApiCaller caller, TimeProvider clock) => ReadRange(caller, clock, One("from"), One("to"));

    /// <summary>
    /// The same for each of several ranges: <c>from</c> and <c>to</c> may stand more than once, the first of one with the
    /// first of the other.
    /// </summary>
    public ImmutableArray<UsageQuery> ReadRanges(ApiCaller caller, TimeProvider clock)
    {
        var (from, to) = (query["from"], query["to"]);
        if (from.Count <= 1 && to.Count <= 1)
        {
            return [Read(caller, clock)];
        }

        if (from.Count != to.Count)
        {
            errors["to"] = "must stand as often as from";
            return [];
        }

        return [.. from.Zip(to, (start, end) => ReadRange(caller, clock, start, end))];
    }

    /// <summary>The dimension that a parameter names, which must stand there.</summary>
    public UsageDimension? Dimension(string name)
    {
        if (One(name) is not { } text)
        {
            errors[name] = "must name a dimension";
        }
        else if (UsageDimension.TryParse(text, out var dimension))
        {
            return dimension;
        }
        else
        {
            errors[name] = $"unknown dimension \"{text}\" ({Suggestion.For(text, [.. Common.Skip(2), "tag.NAME"])})";
        }

        return null;
    }

    /// <summary>The values of a parameter, separated by commas; null is "unknown".</summary>
    public ImmutableArray<string?> Values(string name) => [.. Split(name).Distinct(StringComparer.Ordinal)];

    private UsageQuery ReadRange(ApiCaller caller, TimeProvider clock, string? start, string? end)
    {
        var now = clock.GetUtcNow();
        var calendar = Calendar();
        var to = Time("to", end, now, calendar) ?? now;
        var from = Time("from", start, now, calendar) ?? to - DefaultRange;
        if (errors.Count == 0 && from >= to)
        {
            errors["from"] = "must be before to";
        }
        else if (to - from > LongestRange)
        {
            errors["from"] = "the range is longer than ten years";
        }

        return new UsageQuery
        {
            Workspace = caller.Workspace,
            From = from,
            To = to,
            GroupBy = GroupBy(),
            Filters = caller.Scope?.Within(Filters()) ?? Filters(),
            Calendar = calendar,
        };
    }

    private UsageCalendar Calendar()
    {
        var zone = TimeZoneInfo.Utc;
        if (known.Contains("timezone") && One("timezone") is { } name)
        {
            if (UsageCalendar.FindZone(name) is { } found)
            {
                zone = found;
            }
            else
            {
                errors["timezone"] = "is no time zone that this server knows: an IANA name, as Europe/Berlin";
            }
        }

        var weekStart = known.Contains("weekStart")
            ? Word("weekStart", WeekStarts, DayOfWeek.Monday)
            : DayOfWeek.Monday;
        return new UsageCalendar(zone, weekStart);
    }

    /// <summary>The figure to order by, a metric or a rate; cost when none is named.</summary>
    public UsageFigure Figure() => Word("metric", Figures, UsageFigure.Named("costUsd")!);

    /// <summary>One of a parameter's words.</summary>
    public T Choice<T>(string name, IReadOnlyDictionary<string, T> words, T otherwise) =>
        Word(name, words.ToFrozenDictionary(StringComparer.Ordinal), otherwise);

    /// <summary>The metric; cost when none is named.</summary>
    public UsageMetric Metric() => Word("metric", Metrics, UsageMetric.CostUsd);

    /// <summary>The interval; a day when none is named.</summary>
    public UsageInterval Interval() => Word("interval", Intervals, UsageInterval.Day);

    /// <summary>What to compare with; null when nothing is named.</summary>
    public string? Compare()
    {
        var text = One("compare");
        if (text is not (null or "previous" or "year"))
        {
            errors["compare"] = "only \"previous\" and \"year\" are known";
        }

        return text;
    }

    /// <summary>The range to compare a query's with, of the same filters and groups.</summary>
    public static UsageQuery Compared(UsageQuery query, string with)
    {
        var (from, to) =
            with == "year"
                ? query.Calendar.YearBefore(query.From, query.To)
                : query.Calendar.Before(query.From, query.To);
        return query with { From = from, To = to };
    }

    /// <summary>True or false; false when it is not named.</summary>
    public bool Flag(string name)
    {
        var text = One(name);
        if (text is not (null or "true" or "false"))
        {
            errors[name] = "must be true or false";
        }

        return text == "true";
    }

    /// <summary>A whole number within bounds.</summary>
    public int Whole(string name, int least, int most, int otherwise)
    {
        if (One(name) is not { } text)
        {
            return otherwise;
        }

        if (
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= least
            && value <= most
        )
        {
            return value;
        }

        errors[name] = string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}");
        return otherwise;
    }

    /// <summary>The single value of a parameter; null when it is absent or empty.</summary>
    public string? One(string name)
    {
        var values = query[name];
        if (values.Count > 1)
        {
            errors[name] = "stands here more than once";
        }

        return values.Count > 0 && values[0] is { Length: > 0 } text ? text : null;
    }

    /// <summary>Notes a fault.</summary>
    public void Fault(string name, string message) => errors[name] = message;

    private DateTimeOffset? Time(string name, string? text, DateTimeOffset now, UsageCalendar calendar)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (TimeText.TryParse(text, now, calendar, out var time))
        {
            return time;
        }

        errors[name] = TimeText.Expected;
        return null;
    }

    private ImmutableArray<UsageDimension> GroupBy()
    {
        if (!known.Contains("groupBy"))
        {
            return [];
        }

        var dimensions = ImmutableArray.CreateBuilder<UsageDimension>();
        foreach (var name in Split("groupBy"))
        {
            if (name is null)
            {
                continue;
            }

            if (groupsByPeriod && Periods.Named(name) is { } period)
            {
                if (Period is not null)
                {
                    errors["groupBy"] = "one of hour, day, week and month is enough";
                }

                Period = period;
            }
            else if (!UsageDimension.TryParse(name, out var dimension))
            {
                errors["groupBy"] =
                    $"unknown dimension \"{name}\" ({Suggestion.For(name, [.. Common.Skip(2), "tag.NAME", .. PeriodNames])})";
            }
            else if (dimensions.Contains(dimension))
            {
                errors["groupBy"] = $"\"{name}\" stands here twice";
            }
            else
            {
                dimensions.Add(dimension);
            }
        }

        return dimensions.ToImmutable();
    }

    private ImmutableArray<UsageFilter> Filters()
    {
        var filters = ImmutableArray.CreateBuilder<UsageFilter>();
        foreach (var name in query.Keys)
        {
            if (!FilterName.TryParse(name, out var dimension, out var kind))
            {
                if (name.StartsWith("tag.", StringComparison.Ordinal))
                {
                    errors[name] = "is no tag's name";
                }

                continue;
            }

            var values = Split(name).Distinct(StringComparer.Ordinal).ToImmutableArray();
            if (values.Length > MaxValues)
            {
                errors[name] = $"has more than {MaxValues} values";
            }

            if (kind != UsageFilterKind.Prefix && Words.For(dimension.Kind) is { } words)
            {
                foreach (var value in values.Where(value => value is not null && !words.Contains(value)))
                {
                    errors[name] = $"unknown {name} \"{value}\" ({Suggestion.For(value!, words)})";
                }
            }

            filters.Add(new UsageFilter(dimension, values, kind));
        }

        return filters.ToImmutable();
    }

    // An empty value stands for "unknown".
    private IEnumerable<string?> Split(string name) =>
        query[name].SelectMany(value => (value ?? "").Split(',')).Select(value => value.Length == 0 ? null : value);

    private T Word<T>(string name, FrozenDictionary<string, T> words, T otherwise)
    {
        if (One(name) is not { } text)
        {
            return otherwise;
        }

        if (words.TryGetValue(text, out var value))
        {
            return value;
        }

        errors[name] = $"unknown {name} \"{text}\" ({Suggestion.For(text, words.Keys)})";
        return otherwise;
    }
}
