using System.Collections.Immutable;

namespace Weir.GraphQL;

/// <summary>A type whose values have no parts.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">For people; null for none.</param>
/// <param name="parse">Reads what a caller gave; null for what it does not take.</param>
/// <param name="write">
/// Makes of a resolver's value what is written: a string, a <see cref="bool"/>, a number. Null for what it cannot say.
/// </param>
public sealed class ScalarType(
    string name,
    string? description,
    Func<ScalarInput, object?> parse,
    Func<object, object?> write
) : NamedType(name, description)
{
    /// <summary>Where its form is described; null for nowhere.</summary>
    public string? SpecifiedBy { get; init; }

    internal object? Parse(ScalarInput input) => parse(input);

    internal object? Write(object value) => write(value);
}

/// <summary>What a caller gave for a scalar.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A string's content, a number as written, <c>true</c> or <c>false</c>; else empty.</param>
public readonly record struct ScalarInput(ScalarInputKind Kind, string Text);

/// <summary>What a caller can give for a scalar.</summary>
public enum ScalarInputKind
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>A whole number, of any size.</summary>
    Whole,

    /// <summary>Another number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A list, an object, or a bare word.</summary>
    Other,
}

/// <summary>One of several names.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">For people; null for none.</param>
/// <param name="values">In order.</param>
public sealed class EnumType(string name, string? description, params ImmutableArray<EnumValue> values)
    : NamedType(name, description)
{
    private readonly Members<EnumValue> members = new(values, value => value.Name);

    /// <summary>In order.</summary>
    public ImmutableArray<EnumValue> Values => members.All;

    internal EnumValue? Find(string value) => members.Find(value);
}

/// <summary>A name of an enum. Resolvers give it, and are given it, as a string.</summary>
/// <param name="Name">The name.</param>
/// <param name="Description">For people; null for none.</param>
/// <param name="DeprecationReason">What to use instead; null while it is not deprecated.</param>
public sealed record EnumValue(string Name, string? Description = null, string? DeprecationReason = null);

/// <summary>A value with named parts, that a caller gives.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">For people; null for none.</param>
/// <param name="fields">Its parts; asked for once.</param>
public sealed class InputObjectType(string name, string? description, Func<IEnumerable<Argument>> fields)
    : NamedType(name, description)
{
    private readonly Lazy<Members<Argument>> members = new(() => new Members<Argument>(fields(), field => field.Name));

    /// <summary>In order.</summary>
    public ImmutableArray<Argument> Fields => members.Value.All;

    /// <summary>Whether exactly one part is given, and is not null.</summary>
    public bool IsOneOf { get; init; }

    internal Argument? Find(string field) => members.Value.Find(field);
}
