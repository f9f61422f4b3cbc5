using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Weir.Server.Api.Usage;

/// <summary>
/// The parameters that every usage route takes, as the API's description lists them. They are read from the query string
/// itself by <see cref="UsageQueryReader"/>, for values may be repeated and <c>tag.NAME</c> has any name.
/// </summary>
internal sealed record UsageParameters
{
    /// <summary>The request.</summary>
    public required HttpRequest Request { get; init; }

    /// <summary>From, inclusive.</summary>
    [FromQuery(Name = "from")]
    [Description("From, inclusive, on the request's start: RFC 3339, a day, or relative (7d, 24h). Default 7d.")]
    public string? From { get; init; }

    /// <summary>To, exclusive.</summary>
    [FromQuery(Name = "to")]
    [Description("To, exclusive: RFC 3339, a day, or relative. Default now.")]
    public string? To { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "model")]
    [Description(
        "The model that served. Like every filter: repeat it or separate values by commas; empty is \"unknown\"; model.not keeps values out, model.prefix takes what begins so."
    )]
    public string? Model { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "requestedModel")]
    [Description("The model that was asked for.")]
    public string? RequestedModel { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "provider")]
    [Description("The provider that served.")]
    public string? Provider { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "key")]
    [Description("The name of the Weir key.")]
    public string? Key { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "user")]
    [Description("The person.")]
    public string? User { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "team")]
    [Description("The team.")]
    public string? Team { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "project")]
    [Description("The project.")]
    public string? Project { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "session")]
    [Description("The coding agent's session.")]
    public string? Session { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "agent")]
    [Description("The (sub)agent.")]
    public string? Agent { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "client")]
    [Description("The calling program.")]
    public string? Client { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "source")]
    [Description("Who saw it: gateway, transcript, otlp, hook, import.")]
    public string? Source { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "status")]
    [Description("How it ended: ok, caller_aborted, rate_limited …")]
    public string? Status { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "route")]
    [Description("The route. Tags are filtered by tag.NAME=value.")]
    public string? Route { get; init; }
}

/// <summary>A range, for the API's description; read from the query string as the others are.</summary>
internal sealed record RangeParameters
{
    /// <summary>The request.</summary>
    public required HttpRequest Request { get; init; }

    /// <summary>From, inclusive.</summary>
    [FromQuery(Name = "from")]
    [Description("From, inclusive, on the request's start: RFC 3339, a day, or relative (7d, 24h). Default 7d.")]
    public string? From { get; init; }

    /// <summary>To, exclusive.</summary>
    [FromQuery(Name = "to")]
    [Description("To, exclusive: RFC 3339, a day, or relative. Default now.")]
    public string? To { get; init; }
}

/// <summary>What a summary and a series group by, for the API's description.</summary>
internal sealed record GroupParameters
{
    /// <summary>Dimensions.</summary>
    [FromQuery(Name = "groupBy")]
    [Description(
        "Dimensions, separated by commas: the filters' names, tag.NAME; in a summary also hour, day, week or month."
    )]
    public string? GroupBy { get; init; }
}

/// <summary>What a series needs beside, for the API's description.</summary>
internal sealed record SeriesParameters
{
    /// <summary>What to show.</summary>
    [FromQuery(Name = "metric")]
    [Description("requests, errors, inputTokens … totalTokens, costUsd, billedUsd, savingsUsd. Default costUsd.")]
    public string? Metric { get; init; }

    /// <summary>How wide a point is.</summary>
    [FromQuery(Name = "interval")]
    [Description("minute, hour, day, week or month. Default day.")]
    public string? Interval { get; init; }

    /// <summary>What to compare with.</summary>
    [FromQuery(Name = "compare")]
    [Description("previous adds the period before, year the same a year earlier.")]
    public string? Compare { get; init; }
}

/// <summary>What a page needs beside, for the API's description.</summary>
internal sealed record PageParameters
{
    /// <summary>Where to go on.</summary>
    [FromQuery(Name = "cursor")]
    [Description("The next of the page before.")]
    public string? Cursor { get; init; }

    /// <summary>How many.</summary>
    [FromQuery(Name = "limit")]
    [Description("From 1 to 1000. Default 100.")]
    public string? Limit { get; init; }
}

/// <summary>What an export needs beside, for the API's description.</summary>
internal sealed record ExportParameters
{
    /// <summary>The format.</summary>
    [FromQuery(Name = "format")]
    [Description("csv, ndjson, json, xlsx, focus, parquet or pdf. Default csv.")]
    public string? Format { get; init; }

    /// <summary>Dimensions of a report.</summary>
    [FromQuery(Name = "groupBy")]
    [Description("What the table of a pdf is by. Default model.")]
    public string? GroupBy { get; init; }
}

/// <summary>The zone that a range is read in, for the API's description.</summary>
internal sealed record ZoneParameters
{
    /// <summary>The zone.</summary>
    [FromQuery(Name = "timezone")]
    [Description("An IANA name, as Europe/Berlin: days of from and to are days there. Default UTC.")]
    public string? Timezone { get; init; }
}

/// <summary>Where days and weeks begin, for the API's description.</summary>
internal sealed record CalendarParameters
{
    /// <summary>The zone.</summary>
    [FromQuery(Name = "timezone")]
    [Description("An IANA name, as Europe/Berlin: hours, days, weeks and months are those of its clock. Default UTC.")]
    public string? Timezone { get; init; }

    /// <summary>The first day of a week.</summary>
    [FromQuery(Name = "weekStart")]
    [Description("monday, sunday or saturday. Default monday.")]
    public string? WeekStart { get; init; }
}

/// <summary>What the largest members are asked by, for the API's description.</summary>
internal sealed record TopParameters
{
    /// <summary>Whose members.</summary>
    [FromQuery(Name = "by")]
    [Description("A dimension: a filter's name or tag.NAME.")]
    public string? By { get; init; }

    /// <summary>What they are ordered by.</summary>
    [FromQuery(Name = "metric")]
    [Description("A series' metric, or errorRate, cacheHitRate, costPerRequest. Default costUsd.")]
    public string? Metric { get; init; }

    /// <summary>How many.</summary>
    [FromQuery(Name = "limit")]
    [Description("From 1 to 1000. Default 10.")]
    public string? Limit { get; init; }
}

/// <summary>What a distribution groups by, for the API's description.</summary>
internal sealed record DistributionGroupParameters
{
    /// <summary>Dimensions.</summary>
    [FromQuery(Name = "groupBy")]
    [Description("Dimensions, separated by commas: the filters' names, tag.NAME. At most 1,000 groups.")]
    public string? GroupBy { get; init; }
}

/// <summary>What a distribution needs beside, for the API's description.</summary>
internal sealed record DistributionParameters
{
    /// <summary>What is measured.</summary>
    [FromQuery(Name = "of")]
    [Description("durationMs or timeToFirstTokenMs. Default durationMs.")]
    public string? Of { get; init; }

    /// <summary>How the edges lie.</summary>
    [FromQuery(Name = "scale")]
    [Description("log or linear. Default log.")]
    public string? Scale { get; init; }

    /// <summary>How many bars.</summary>
    [FromQuery(Name = "buckets")]
    [Description("From 1 to 200. Default 20; fewer where the values lie close together.")]
    public string? Buckets { get; init; }
}

/// <summary>What a heatmap shows, for the API's description.</summary>
internal sealed record HeatmapParameters
{
    /// <summary>What to show.</summary>
    [FromQuery(Name = "metric")]
    [Description("requests, errors, inputTokens … totalTokens, costUsd, billedUsd, savingsUsd. Default costUsd.")]
    public string? Metric { get; init; }
}

/// <summary>What is put side by side, for the API's description.</summary>
internal sealed record CompareParameters
{
    /// <summary>The dimension.</summary>
    [FromQuery(Name = "by")]
    [Description("A dimension whose values are compared; without it periods are: from and to stand once for each.")]
    public string? By { get; init; }

    /// <summary>Its values.</summary>
    [FromQuery(Name = "values")]
    [Description("Two to ten values of it, separated by commas; empty is \"unknown\".")]
    public string? Values { get; init; }

    /// <summary>The other period.</summary>
    [FromQuery(Name = "compare")]
    [Description("With one period: previous for the one before, year for the same a year earlier.")]
    public string? Compare { get; init; }
}
