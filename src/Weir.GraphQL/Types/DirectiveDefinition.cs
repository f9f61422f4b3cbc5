using System.Collections.Immutable;

namespace Weir.GraphQL;

/// <summary>A directive that documents, or the schema's text, may carry.</summary>
/// <param name="Name">Without the at sign.</param>
/// <param name="Description">For people; null for none.</param>
/// <param name="Locations">Where it may stand, as the language names the places.</param>
/// <param name="Arguments">In order.</param>
/// <param name="IsRepeatable">Whether it may stand in one place several times.</param>
internal sealed record DirectiveDefinition(
    string Name,
    string? Description,
    ImmutableArray<string> Locations,
    ImmutableArray<Argument> Arguments,
    bool IsRepeatable = false
)
{
    public static DirectiveDefinition Skip { get; } =
        new(
            "skip",
            "Leaves out what it stands at when its condition is true.",
            ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
            [new Argument("if", Scalars.Boolean.NonNull) { Description = "Left out when true." }]
        );

    public static DirectiveDefinition Include { get; } =
        new(
            "include",
            "Takes what it stands at only when its condition is true.",
            ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
            [new Argument("if", Scalars.Boolean.NonNull) { Description = "Taken when true." }]
        );

    public static DirectiveDefinition Deprecated { get; } =
        new(
            "deprecated",
            "Says that a part of the schema should no longer be used.",
            ["FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE"],
            [new Argument("reason", Scalars.String, "\"No longer supported\"") { Description = "What to use instead." }]
        );

    public static DirectiveDefinition SpecifiedBy { get; } =
        new(
            "specifiedBy",
            "Says where a scalar's form is described.",
            ["SCALAR"],
            [new Argument("url", Scalars.String.NonNull) { Description = "The description's address." }]
        );

    public static DirectiveDefinition OneOf { get; } =
        new("oneOf", "Says that exactly one part of an input object is given.", ["INPUT_OBJECT"], []);

    public static ImmutableArray<DirectiveDefinition> Standard { get; } =
    [Skip, Include, Deprecated, SpecifiedBy, OneOf];

    public Argument? Find(string argument) => Arguments.FirstOrDefault(one => one.Name == argument);
}
