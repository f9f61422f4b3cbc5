using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Budgets;

/// <summary>Faults of a document as faults of what one caller wrote.</summary>
internal static partial class RuleFaults
{
    /// <summary>What is wrong, by the JSON pointer of the field (RFC 6901); empty where all faults are elsewhere.</summary>
    /// <param name="faults">The document's.</param>
    /// <param name="key">The rule's list.</param>
    /// <param name="index">Its place in it, from 0.</param>
    public static SortedDictionary<string, string> Of(ImmutableArray<ConfigFault> faults, string key, int index)
    {
        var own = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var place = string.Create(CultureInfo.InvariantCulture, $"{key}[{index}]");
        foreach (var fault in faults)
        {
            // There may be one too many of them: this one.
            var field =
                fault.Key == key ? ""
                : fault.Key.StartsWith(place, StringComparison.Ordinal) ? Pointer(fault.Key[place.Length..])
                : null;
            if (field is not null)
            {
                var message = fault.Hint is null ? fault.Message : $"{fault.Message} ({fault.Hint})";
                own[field] = own.TryGetValue(field, out var other) ? $"{other}; {message}" : message;
            }
        }

        return own;
    }

    // The keys of a scope have points of their own.
    private static string Pointer(string path) =>
        path.StartsWith(".scope.", StringComparison.Ordinal)
            ? $"/scope/{path[".scope.".Length..].Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}"
            : Step().Replace(path, "/${step}");

    [GeneratedRegex(
        @"\.(?<step>[^.\[]+)|\[(?<step>[0-9]+)\]",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Step();
}
