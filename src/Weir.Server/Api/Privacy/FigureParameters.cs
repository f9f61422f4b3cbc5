using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Weir.Server.Api.Privacy;

/// <summary>What anonymous figures take, for the API's description.</summary>
internal sealed record FigureParameters
{
    /// <summary>The request.</summary>
    public required HttpRequest Request { get; init; }

    /// <summary>From, inclusive.</summary>
    [FromQuery(Name = "from")]
    [Description("From, inclusive, the whole day (UTC): RFC 3339, a day, or relative (7d). Default 7d.")]
    public string? From { get; init; }

    /// <summary>To, exclusive.</summary>
    [FromQuery(Name = "to")]
    [Description("To, the whole day that it lies in (UTC). Default today.")]
    public string? To { get; init; }

    /// <summary>Dimensions.</summary>
    [FromQuery(Name = "groupBy")]
    [Description(
        "Dimensions, separated by commas: model, requestedModel, provider, team, project, client, source, status, route; one of day, week, month."
    )]
    public string? GroupBy { get; init; }

    /// <summary>k.</summary>
    [FromQuery(Name = "atLeast")]
    [Description("Of how many people every row is at least, 3 to 1000. Default 5.")]
    public int? AtLeast { get; init; }
}
