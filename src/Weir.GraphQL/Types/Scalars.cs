using System.Globalization;
using System.Numerics;

namespace Weir.GraphQL;

/// <summary>The scalars of the language itself.</summary>
public static class Scalars
{
    /// <summary>A whole number of 32 bits.</summary>
    public static ScalarType Int { get; } =
        new(
            "Int",
            "A whole number between -2147483648 and 2147483647.",
            input =>
                input.Kind == ScalarInputKind.Whole
                && int.TryParse(input.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : null,
            value =>
                value switch
                {
                    int number => number,
                    long number and >= int.MinValue and <= int.MaxValue => (int)number,
                    _ => null,
                }
        );

    /// <summary>A number of 64 bits, binary.</summary>
    public static ScalarType Float { get; } =
        new(
            "Float",
            "A number as IEEE 754 has it in 64 bits.",
            input =>
                input.Kind is ScalarInputKind.Whole or ScalarInputKind.Number
                && double.TryParse(input.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number)
                    ? number
                    : null,
            value =>
                value switch
                {
                    double number when double.IsFinite(number) => number,
                    int number => number,
                    long number => number,
                    _ => null,
                }
        );

    /// <summary>Text.</summary>
    public static ScalarType String { get; } =
        new(
            "String",
            "Text, in Unicode.",
            input => input.Kind == ScalarInputKind.Text ? input.Text : null,
            value => value as string
        );

    /// <summary>True or false.</summary>
    public static ScalarType Boolean { get; } =
        new(
            "Boolean",
            "true or false.",
            input => input.Kind == ScalarInputKind.Flag ? input.Text == "true" : null,
            value => value is bool flag ? flag : null
        );

    /// <summary>What tells one thing from others: given as text or a whole number, always written as text.</summary>
    public static ScalarType Id { get; } =
        new(
            "ID",
            "What tells one thing from all others of its kind; written as a string.",
            input => input.Kind is ScalarInputKind.Text or ScalarInputKind.Whole ? input.Text : null,
            value =>
                value switch
                {
                    string text => text,
                    int or long or BigInteger => Convert.ToString(value, CultureInfo.InvariantCulture),
                    _ => null,
                }
        );

    internal static bool IsStandard(NamedType type) =>
        type == Int || type == Float || type == String || type == Boolean || type == Id;
}
