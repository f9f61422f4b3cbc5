using System.Collections.Immutable;
using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>A field of an object or an interface.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">Its type, which is one of output.</param>
public sealed class Field(string name, GraphType type)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Its type.</summary>
    public GraphType Type => type;

    /// <summary>For people; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>In order.</summary>
    public ImmutableArray<Argument> Arguments { get; init; } = [];

    /// <summary>What to use instead; null while it is not deprecated.</summary>
    public string? DeprecationReason { get; init; }

    /// <summary>Gives its value: a <see cref="FieldFault"/> for an expected failure. Null on an interface's field.</summary>
    public Func<FieldContext, ValueTask<object?>>? Resolve { get; init; }

    /// <summary>Of a subscription's field: the stream of events, each of which is then resolved as its source.</summary>
    public Func<FieldContext, ValueTask<EventStream>>? Subscribe { get; init; }

    /// <summary>What asking for it costs.</summary>
    public int Cost { get; init; } = 1;

    /// <summary>What the schema's maker notes of it for himself; null for nothing. It is told to nobody.</summary>
    public object? Note { get; init; }

    /// <summary>Of a list: how many items to reckon with before it runs, by its arguments; null for one.</summary>
    public Func<Arguments, int>? Length { get; init; }

    internal Argument? Find(string argument)
    {
        foreach (var one in Arguments)
        {
            if (one.Name == argument)
            {
                return one;
            }
        }

        return null;
    }
}

/// <summary>An argument of a field or a directive, or a field of an input object.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">Its type, which is one of input.</param>
/// <param name="defaultValue">What holds when it is not given, as the language writes it; null for nothing.</param>
public sealed class Argument(string name, GraphType type, string? defaultValue = null)
{
    private readonly ValueNode? defaultNode = defaultValue is null ? null : Parser.Constant(defaultValue);

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Its type.</summary>
    public GraphType Type => type;

    /// <summary>For people; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>What to use instead; null while it is not deprecated.</summary>
    public string? DeprecationReason { get; init; }

    internal ValueNode? Default => defaultNode;

    internal bool IsRequired => type is NonNullType && defaultNode is null;
}
