using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>The dashboards that the caller sees.</summary>
/// <param name="Dashboards">By title: the workspace's shared ones, and the caller's own.</param>
public sealed record DashboardList(IReadOnlyList<DashboardInfo> Dashboards);

/// <summary>A dashboard without what is on it.</summary>
public record DashboardInfo
{
    /// <summary><c>dsh_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What it is called; not unique.</summary>
    public required string Title { get; init; }

    /// <summary><c>private</c> (its owner sees it) or <c>shared</c> (everybody who sees the workspace's figures does).</summary>
    public required string Visibility { get; init; }

    /// <summary>What the person is called whose it is; null for nobody's.</summary>
    public required string? Owner { get; init; }

    /// <summary>Whether it is the caller's own: he alone may make it private.</summary>
    public required bool Own { get; init; }

    /// <summary>Rises by one with each change; the <c>ETag</c> is this in quotes.</summary>
    public required long Version { get; init; }

    /// <summary>How many widgets are on it.</summary>
    public required int Count { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A dashboard.</summary>
public sealed record DashboardItem : DashboardInfo
{
    /// <summary>What is on it, in reading order.</summary>
    public required IReadOnlyList<DashboardWidget> Widgets { get; init; }
}

/// <summary>A dashboard as it is to be; also what is exported and imported.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DashboardText
{
    /// <summary>1 to 128 characters.</summary>
    public string? Title { get; init; }

    /// <summary><c>private</c> or <c>shared</c>; private without it, and shared for a key that is nobody's.</summary>
    public string? Visibility { get; init; }

    /// <summary>At most 50.</summary>
    public IReadOnlyList<DashboardWidget>? Widgets { get; init; }
}

/// <summary>
/// A part of a dashboard. What it asks is said as <c>/usage</c> takes it; range and zone, and filters over all, are the reader's.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DashboardWidget
{
    /// <summary>Tells it from the others: 1 to 32 letters, digits, <c>-</c> and <c>_</c>.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// <c>line</c>, <c>area</c>, <c>stacked</c>, <c>bar</c>, <c>heatmap</c>, <c>pie</c>, <c>treemap</c>, <c>funnel</c>, <c>scatter</c>,
    /// <c>histogram</c>, <c>number</c>, <c>gauge</c>, <c>table</c>, <c>sessions</c> or <c>text</c>.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>What stands over it; null for what it shows in a few words.</summary>
    public string? Title { get; init; }

    /// <summary>The column that it begins in, of twelve, from 0.</summary>
    public required int X { get; init; }

    /// <summary>The row that it begins in, from 0.</summary>
    public required int Y { get; init; }

    /// <summary>How many columns it takes.</summary>
    public required int W { get; init; }

    /// <summary>How many rows it takes.</summary>
    public required int H { get; init; }

    /// <summary>A metric of <c>/usage/series</c>; for <c>histogram</c>, and for a <c>table</c> too, one of <c>/usage/distribution</c>.</summary>
    public string? Metric { get; init; }

    /// <summary>At most two dimensions.</summary>
    public IReadOnlyList<string>? By { get; init; }

    /// <summary>Filters by the names that <c>/usage</c> has for them, several values with commas.</summary>
    public IReadOnlyDictionary<string, string>? Filters { get; init; }

    /// <summary><c>previous</c> or <c>year</c>; null for what the reader compares with.</summary>
    public string? Compare { get; init; }

    /// <summary>A bound to show, in the metric's unit: digits, and at most nine behind a point.</summary>
    public string? Threshold { get; init; }

    /// <summary>Which of the eight colours comes first; null for the first.</summary>
    public int? Colour { get; init; }

    /// <summary>The words of a text.</summary>
    public string? Text { get; init; }
}
