using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>What a status line shows of use and limits; also <c>&lt;data&gt;/statusline.json</c>.</summary>
public sealed record StatusLineResult
{
    /// <summary>When it was found out.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When the server's day began, in its own zone.</summary>
    public required DateTimeOffset DayStart { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset DayEnd { get; init; }

    /// <summary>List cost of what coding agents used today.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal TodayUsd { get; init; }

    /// <summary>Requests of today without a known price: they are not in the cost.</summary>
    public required long TodayUnpriced { get; init; }

    /// <summary>List cost of the session that was asked for; null when none was, or nothing is known of it.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? SessionUsd { get; init; }

    /// <summary>The running block of five hours; null when none runs.</summary>
    public required StatusLineBlock? Block { get; init; }

    /// <summary>The windows of the plan that run, the shortest first; those of which nothing is known are left out.</summary>
    public required IReadOnlyList<StatusLineLimit> Limits { get; init; }
}

/// <summary>The running block of a status line.</summary>
public sealed record StatusLineBlock
{
    /// <summary>Its beginning.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Its end.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>List cost so far.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal CostUsd { get; init; }

    /// <summary>Tokens so far, of all classes.</summary>
    public required long TotalTokens { get; init; }
}

/// <summary>How far a window of the plan is used.</summary>
public sealed record StatusLineLimit
{
    /// <summary>The program whose plan it is.</summary>
    public required string Client { get; init; }

    /// <summary>What it holds: <c>five_hour</c>, <c>seven_day</c> …</summary>
    public required string Scope { get; init; }

    /// <summary>How much of it is used, in percent.</summary>
    public required double UsedPercent { get; init; }

    /// <summary>Whether that is Weir's estimate; else the provider's word.</summary>
    public required bool Estimated { get; init; }

    /// <summary>When it begins anew; null when not known.</summary>
    public required DateTimeOffset? ResetsAt { get; init; }
}
