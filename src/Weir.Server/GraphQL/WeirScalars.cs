using System.Globalization;
using Weir.Client.Json;
using Weir.GraphQL;

namespace Weir.Server.GraphQL;

/// <summary>The scalars that Weir has beside the language's own, written as its JSON writes them.</summary>
internal static class WeirScalars
{
    /// <summary>A whole number that may be beyond 32 bits.</summary>
    public static ScalarType Long { get; } =
        new(
            "Long",
            "A whole number of 64 bits.",
            input =>
                input.Kind == ScalarInputKind.Whole
                && long.TryParse(
                    input.Text,
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                    ? number
                    : null,
            value =>
                value switch
                {
                    long number => number,
                    int number => (long)number,
                    _ => null,
                }
        );

    /// <summary>An exact decimal number: US dollars, mostly.</summary>
    public static ScalarType Decimal { get; } =
        new(
            "Decimal",
            "An exact decimal number as a string: \"0.002241\". Amounts of money are US dollars.",
            input =>
                input.Kind is ScalarInputKind.Text or ScalarInputKind.Whole or ScalarInputKind.Number
                && decimal.TryParse(
                    input.Text,
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                    ? number
                    : null,
            value => value is decimal number ? number.ToString("0.############", CultureInfo.InvariantCulture) : null
        );

    /// <summary>A time. What is given is checked where the clock is known: it may reach back from now.</summary>
    public static ScalarType DateTime { get; } =
        new(
            "DateTime",
            "A time: RFC 3339, in UTC but where a zone was asked for. When given it may also be a day (2026-07-02), or reach "
                + "back from now (7d, 24h).",
            input => input.Kind == ScalarInputKind.Text ? input.Text : null,
            value => value is DateTimeOffset time ? LocalTimeConverter.ToText(time) : null
        )
        {
            SpecifiedBy = "https://datatracker.ietf.org/doc/html/rfc3339",
        };
}
