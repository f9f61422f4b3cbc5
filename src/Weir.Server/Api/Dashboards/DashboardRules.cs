using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Client;
using Weir.Client.Json;
using Weir.Ledger;
using Weir.Server.Api.Usage;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Dashboards;

/// <summary>What a dashboard must be like. Stateless.</summary>
internal static partial class DashboardRules
{
    private const int MostWidgets = 50;
    private const int MostBytes = 64 * 1024;
    private const int MostFilters = 20;
    private const int LongestFilter = 2_000;
    private const int LongestText = 4_000;
    private const int Columns = 12;
    private const int LastRow = 999;
    private const int Highest = 24;

    private static readonly ImmutableArray<string> Sums = [.. UsageQueryReader.MetricNames];
    private static readonly ImmutableArray<string> Spreads = ["durationMs", "timeToFirstTokenMs"];
    private static readonly ImmutableArray<string> None = [];

    // What each kind shows, and of how many dimensions.
    private static readonly FrozenDictionary<string, (ImmutableArray<string> Metrics, int Least, int Most)> Kinds =
        new Dictionary<string, (ImmutableArray<string>, int, int)>
        {
            ["line"] = (Sums, 0, 2),
            ["area"] = (Sums, 0, 2),
            ["stacked"] = (Sums, 0, 2),
            ["bar"] = (Sums, 0, 2),
            ["heatmap"] = (Sums, 0, 0),
            ["pie"] = (Sums, 1, 2),
            ["treemap"] = (Sums, 1, 2),
            ["funnel"] = (Sums, 1, 2),
            ["scatter"] = (Sums, 1, 2),
            ["histogram"] = (Spreads, 0, 2),
            ["number"] = (Sums, 0, 0),
            ["gauge"] = (Sums, 0, 0),
            ["table"] = ([.. Sums, .. Spreads], 0, 2),
            ["sessions"] = (None, 0, 0),
            ["text"] = (None, 0, 0),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is wrong, by JSON pointer; empty for nothing.</summary>
    public static SortedDictionary<string, string> Faults(DashboardText text)
    {
        var faults = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (text.Title is not { Length: >= 1 and <= 128 } title || title.Any(char.IsControl))
        {
            faults["/title"] = "is 1 to 128 characters without control characters";
        }

        if (text.Visibility is not (null or "private" or "shared"))
        {
            faults["/visibility"] = "is private or shared";
        }

        var widgets = text.Widgets ?? [];
        if (widgets.Count > MostWidgets)
        {
            faults["/widgets"] = $"are at most {MostWidgets}";
            return faults;
        }

        if (Write(widgets).Length > MostBytes)
        {
            faults["/widgets"] = "are at most 64 KB of JSON";
        }

        for (var i = 0; i < widgets.Count; i++)
        {
            Look(widgets, i, (field, fault) => faults[$"/widgets/{i}/{field}"] = fault);
        }

        return faults;
    }

    /// <summary>The JSON that is kept.</summary>
    public static string Write(IReadOnlyList<DashboardWidget> widgets) =>
        JsonSerializer.Serialize(widgets, WeirJson.Written.IReadOnlyListDashboardWidget);

    /// <summary>What was kept.</summary>
    public static IReadOnlyList<DashboardWidget> Read(string body) =>
        JsonSerializer.Deserialize(body, WeirJson.Default.IReadOnlyListDashboardWidget)!;

    private static void Look(IReadOnlyList<DashboardWidget> widgets, int at, Action<string, string> fault)
    {
        var widget = widgets[at];
        if (!Id().IsMatch(widget.Id))
        {
            fault("id", "is 1 to 32 letters, digits, '-' and '_'");
        }
        else if (widgets.Take(at).Any(other => other.Id == widget.Id))
        {
            fault("id", "is another widget's");
        }

        Place(widgets, at, fault);
        if (widget.Title is { } title && (title.Length > 128 || title.Any(char.IsControl)))
        {
            fault("title", "is at most 128 characters without control characters");
        }

        if (!Kinds.TryGetValue(widget.Kind, out var kind))
        {
            fault("kind", $"there is no such kind ({Suggestion.For(widget.Kind, Kinds.Keys)})");
            return;
        }

        Asked(widget, kind, fault);
        if (widget.Kind == "text" ? widget.Text is not { Length: >= 1 and <= LongestText } : widget.Text is not null)
        {
            fault("text", $"is 1 to {LongestText} characters of a text, and of nothing else");
        }
    }

    private static void Asked(
        DashboardWidget widget,
        (ImmutableArray<string> Metrics, int Least, int Most) kind,
        Action<string, string> fault
    )
    {
        if (widget.Metric is null ? !kind.Metrics.IsEmpty : !kind.Metrics.Contains(widget.Metric))
        {
            fault(
                "metric",
                kind.Metrics.IsEmpty
                    ? $"a widget of kind {widget.Kind} has none"
                    : $"a widget of kind {widget.Kind} shows one of {string.Join(", ", kind.Metrics)}"
            );
        }

        var by = widget.By ?? [];
        if (by.Count < kind.Least || by.Count > kind.Most || by.Distinct(StringComparer.Ordinal).Count() != by.Count)
        {
            fault(
                "by",
                kind.Most == 0
                    ? $"a widget of kind {widget.Kind} has none"
                    : $"are {kind.Least} to {kind.Most} dimensions of a widget of kind {widget.Kind}, none twice"
            );
        }

        if (by.FirstOrDefault(name => !UsageDimension.TryParse(name, out _)) is { } unknown)
        {
            fault("by", $"there is no dimension \"{unknown}\" ({Suggestion.For(unknown, UsageDimension.AllNames)})");
        }

        var filters = widget.Filters ?? ImmutableDictionary<string, string>.Empty;
        if (filters.Count > MostFilters || filters.Any(one => one.Key.Length + one.Value.Length > LongestFilter))
        {
            fault("filters", $"are at most {MostFilters}, each of at most {LongestFilter} characters");
        }

        if (filters.Keys.FirstOrDefault(name => !FilterName.TryParse(name, out _, out _)) is { } strange)
        {
            fault("filters", $"there is no filter \"{strange}\"");
        }

        if (widget.Compare is not (null or "previous" or "year"))
        {
            fault("compare", "is previous or year");
        }

        if (widget.Threshold is { } threshold ? !Number().IsMatch(threshold) : widget.Kind == "gauge")
        {
            fault("threshold", "is digits, at most nine of them behind a point; a gauge needs one");
        }

        if (widget.Colour is < 1 or > 8)
        {
            fault("colour", "is 1 to 8");
        }
    }

    private static void Place(IReadOnlyList<DashboardWidget> widgets, int at, Action<string, string> fault)
    {
        var own = widgets[at];
        if (own is not { X: >= 0, W: >= 1 } || own.X + (long)own.W > Columns)
        {
            fault("x", string.Create(CultureInfo.InvariantCulture, $"x and w lie within {Columns} columns"));
        }
        else if (own is not { Y: >= 0 and <= LastRow, H: >= 1 and <= Highest })
        {
            fault("y", $"y is at most {LastRow}, and h 1 to {Highest}");
        }
        else if (
            widgets
                .Take(at)
                .FirstOrDefault(other =>
                    own.X < (long)other.X + other.W
                    && other.X < own.X + own.W
                    && own.Y < (long)other.Y + other.H
                    && other.Y < own.Y + own.H
                ) is
            { } other
        )
        {
            fault("x", $"it lies over the widget {other.Id}");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,32}$", RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    [GeneratedRegex(@"^[0-9]{1,15}(\.[0-9]{1,9})?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
