using System.CommandLine;
using Weir.Client;

namespace Weir.Cli.Commands;

/// <summary>Which usage is meant, and by whose clock.</summary>
internal static class UsageFilterOptions
{
    private static readonly Option<string[]> Where = new("--where")
    {
        Description =
            "Only where a dimension has a value, as project=web or tag.team=a,b; empty is unknown (repeatable)",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<string[]> Not = new("--not")
    {
        Description = "Only where it has none of these, as model=a,b (repeatable)",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<string[]> Prefix = new("--prefix")
    {
        Description = "Only where it begins so, as model=claude- (repeatable)",
        HelpName = "NAME=TEXT",
    };

    private static readonly Option<string?> Timezone = new("--timezone")
    {
        Description = "Whose days and hours, as Europe/Berlin; default this machine's",
        HelpName = "ZONE",
    };

    private static readonly Option<string?> FirstDay = new("--week-start")
    {
        Description = "monday, sunday or saturday",
        HelpName = "DAY",
    };

    /// <summary>Adds the options.</summary>
    public static void AddTo(Command command)
    {
        command.Options.Add(Where);
        command.Options.Add(Not);
        command.Options.Add(Prefix);
        command.Options.Add(Timezone);
        command.Options.Add(FirstDay);
    }

    /// <summary>Adds the filters that were named; what was wrong with one, or null.</summary>
    public static string? AddTo(UsageQueryString query, ParseResult parsed)
    {
        foreach (var (option, suffix) in new[] { (Where, ""), (Not, ".not"), (Prefix, ".prefix") })
        {
            foreach (var filter in parsed.GetValue(option) ?? [])
            {
                var split = filter.IndexOf('=', StringComparison.Ordinal);
                if (split < 1)
                {
                    return $"{option.Name} takes {option.HelpName}, not \"{filter}\"";
                }

                query.With(filter[..split] + suffix, filter[(split + 1)..]);
            }
        }

        return null;
    }

    /// <summary>Adds the zone: this machine's where none was named and it has a name that others know.</summary>
    public static UsageQueryString Zone(UsageQueryString query, ParseResult parsed) =>
        query.With("timezone", parsed.GetValue(Timezone) ?? Here());

    /// <summary>Adds the first day of the week, where one was named.</summary>
    public static UsageQueryString WeekStart(UsageQueryString query, ParseResult parsed) =>
        query.With("weekStart", parsed.GetValue(FirstDay));

    private static string? Here()
    {
        var here = TimeZoneInfo.Local;
        return here.HasIanaId ? here.Id
            : TimeZoneInfo.TryConvertWindowsIdToIanaId(here.Id, out var name) ? name
            : null;
    }
}
