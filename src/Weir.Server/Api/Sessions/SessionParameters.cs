using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Weir.Server.Api.Sessions;

/// <summary>What sessions are listed by, for the API's description; read from the query string by hand.</summary>
internal sealed record SessionListParameters
{
    /// <summary>The request.</summary>
    public required HttpRequest Request { get; init; }

    /// <summary>From, inclusive.</summary>
    [FromQuery(Name = "from")]
    [Description(
        "From, inclusive: sessions that used something since, or began or ended. RFC 3339, a day, or relative (7d, 24h). Default 7d."
    )]
    public string? From { get; init; }

    /// <summary>To, exclusive.</summary>
    [FromQuery(Name = "to")]
    [Description("To, exclusive: RFC 3339, a day, or relative. Default now.")]
    public string? To { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "client")]
    [Description("The program. Repeat it or separate values by commas; empty is \"unknown\".")]
    public string? Client { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "project")]
    [Description("The project, likewise.")]
    public string? Project { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "user")]
    [Description("The person, likewise.")]
    public string? User { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "active")]
    [Description("true: only sessions that run, or wait for a permission.")]
    public string? Active { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "id")]
    [Description("Only sessions whose id begins so.")]
    public string? Id { get; init; }
}

/// <summary>What handoffs are listed by, for the API's description; read from the query string by hand.</summary>
internal sealed record HandoffParameters
{
    /// <summary>The request.</summary>
    public required HttpRequest Request { get; init; }

    /// <summary>From, inclusive.</summary>
    [FromQuery(Name = "from")]
    [Description("From, inclusive: RFC 3339, a day, or relative (7d, 24h). Default 7d.")]
    public string? From { get; init; }

    /// <summary>To, exclusive.</summary>
    [FromQuery(Name = "to")]
    [Description("To, exclusive: RFC 3339, a day, or relative. Default now.")]
    public string? To { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "kind")]
    [Description("model, subagent, session; several separated by commas. Default all.")]
    public string? Kind { get; init; }

    /// <summary>Filter.</summary>
    [FromQuery(Name = "session")]
    [Description("Of one session alone.")]
    public string? Session { get; init; }
}
