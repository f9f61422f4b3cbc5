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
        "The model that served. Like every filter: repeat it or separate values by commas; empty is \"unknown\"."
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
    [Description("previous adds the period before, as long.")]
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
    [Description("csv, ndjson or json. Default csv.")]
    public string? Format { get; init; }
}
