using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Weir.GraphQL;
using Weir.Ledger;
using Weir.Server.Api.Usage;

namespace Weir.Server.GraphQL;

/// <summary>
/// Arguments of a field as a question to the ledger: a query string of REST's, under the same names, so that it is read by the same
/// reader and means the same.
/// </summary>
internal sealed class UsageQuestion
{
    private static readonly ImmutableArray<UsageDimensionKind> Dimensions =
    [
        .. Enum.GetValues<UsageDimensionKind>().Where(kind => kind != UsageDimensionKind.Tag),
    ];

    private static readonly InputObjectType TagFilter = new(
        "TagFilter",
        "A tag, and values of it; null among them is \"without it\".",
        () => [new Argument("name", Scalars.String.NonNull), new Argument("values", Scalars.String.List.NonNull)]
    );

    private static readonly InputObjectType Filter = new(
        "UsageFilter",
        "Values by dimension; null among them is \"unknown\".",
        () => Values
    );

    /// <summary>The dimensions by which can be filtered and grouped, tags aside.</summary>
    public static ImmutableArray<string> Names { get; } =
    [.. Dimensions.Select(kind => new UsageDimension(kind).ToString())];

    private static ImmutableArray<Argument> Values { get; } =
    [.. Names.Select(name => new Argument(name, Scalars.String.List)), new("tags", TagFilter.NonNull.List)];

    /// <summary>A range of time: by default the last seven days.</summary>
    public static ImmutableArray<Argument> Range { get; } =
    [
        new("from", WeirScalars.DateTime) { Description = "From when on. Default: seven days before the end." },
        new("to", WeirScalars.DateTime) { Description = "Before when. Default: now." },
        new("startDate", WeirScalars.DateTime) { Description = "The same as from." },
        new("endDate", WeirScalars.DateTime) { Description = "The same as to, but for a day: that day is in it." },
    ];

    /// <summary>In which zone days begin, and days and times without offset are meant.</summary>
    public static Argument Zone { get; } =
        new("timezone", Scalars.String) { Description = "An IANA name, as Europe/Berlin. Default: UTC." };

    /// <summary>A zone, and on which day its weeks begin.</summary>
    public static ImmutableArray<Argument> Calendar { get; } =
    [Zone, new("weekStart", Scalars.String) { Description = "monday, sunday or saturday. Default: monday." }];

    /// <summary>The period to compare with.</summary>
    public static Argument Compare { get; } =
        new("compare", Scalars.String)
        {
            Description = "previous: the period before. year: the same dates a year earlier.",
        };

    /// <summary>Filters: all must hold; null among the values is "unknown".</summary>
    public static ImmutableArray<Argument> Filters { get; } =
    [
        .. Values,
        new("not", Filter) { Description = "Holds where a dimension has none of the values." },
        new("prefix", Filter) { Description = "Holds where a dimension begins with one of the values." },
    ];

    private readonly Dictionary<string, StringValues> values = new(StringComparer.Ordinal);
    private readonly List<string> twice = [];
    private bool isPaged;

    /// <summary>Reads the arguments that are common to all questions.</summary>
    public UsageQuestion(Arguments arguments)
    {
        Set("from", arguments.Text("from") ?? arguments.Text("startDate"));
        Set("to", arguments.Text("to") ?? EndOf(arguments.Text("endDate")));
        Set("timezone", arguments.Text("timezone"));
        Set("weekStart", arguments.Text("weekStart"));
        Read(arguments, "", ".in");
        Read(arguments["not"] as Arguments, ".not", ".not");
        Read(arguments["prefix"] as Arguments, ".prefix", ".prefix");
    }

    /// <summary>A parameter of its own; nothing for null.</summary>
    public void Set(string name, string? value)
    {
        if (value is not null)
        {
            values[name] = value;
        }
    }

    /// <summary>A whole number; nothing for null.</summary>
    public void Set(string name, int? value) => Set(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>A parameter with several values; nothing for null.</summary>
    public void Set(string name, IReadOnlyList<string?>? several)
    {
        if (several is not null)
        {
            values[name] = new StringValues([.. several.Select(value => value ?? "")]);
        }
    }

    /// <summary>Reads <c>first</c> and <c>after</c>, which the routes call limit and cursor.</summary>
    public void Page(Arguments arguments)
    {
        isPaged = true;
        Set("limit", arguments.Whole("first"));
        Set("cursor", arguments.Text("after"));
    }

    /// <summary>It as a request to one of REST's routes.</summary>
    public HttpRequest ToRequest()
    {
        var request = new DefaultHttpContext().Request;
        request.Query = new QueryCollection(values);
        return request;
    }

    /// <summary>A reader of it.</summary>
    public UsageQueryReader Reader(params ReadOnlySpan<string> own) => new(ToRequest(), groupsByPeriod: false, own);

    /// <summary>What is wrong with it; null when nothing is.</summary>
    /// <param name="errors">What its reader found, by parameter.</param>
    public FieldFault? Fault(IReadOnlyDictionary<string, string> errors)
    {
        string[] faults =
        [
            .. errors.Select(error => $"{Named(error.Key)}: {error.Value}"),
            .. twice.Select(name => $"tags: \"{name}\" stands here twice; give all its values in one"),
        ];
        return faults.Length == 0 ? null : new FieldFault(string.Join("; ", faults), "BAD_USER_INPUT");
    }

    /// <summary>The same text for the same question.</summary>
    public override string ToString() =>
        string.Join('&', values.Select(value => $"{value.Key}={string.Join('\0', value.Value.ToArray())}"));

    // A tag's own name may end as a filter's does: what is meant is always said behind it.
    private void Read(Arguments? given, string suffix, string tagSuffix)
    {
        if (given is null)
        {
            return;
        }

        foreach (var name in Names)
        {
            Set(name + suffix, given.Texts(name));
        }

        foreach (var tag in given["tags"] as IEnumerable<object?> ?? [])
        {
            var name = ((Arguments)tag!).Text("name")!;
            if (values.ContainsKey($"tag.{name}{tagSuffix}"))
            {
                twice.Add(name);
            }

            Set($"tag.{name}{tagSuffix}", ((Arguments)tag).Texts("values"));
        }
    }

    private string Named(string parameter) =>
        (isPaged, parameter) switch
        {
            (true, "limit") => "first",
            (true, "cursor") => "after",
            _ => parameter,
        };

    // A day ends with its last moment: people who write "to the 31st" mean that day too.
    private static string? EndOf(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) && day < DateOnly.MaxValue
            ? day.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : text;
}
