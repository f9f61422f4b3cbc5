namespace Weir.GraphQL;

/// <summary>A type of a schema: a named one, a list, or one that is never null. Its text is its name as the language has it.</summary>
public abstract class GraphType
{
    /// <summary>The same, never null.</summary>
    public NonNullType NonNull => field ??= new NonNullType(this);

    /// <summary>A list of it.</summary>
    public ListType List => field ??= new ListType(this);

    /// <summary>A list, never null, of what is never null.</summary>
    public GraphType Many => NonNull.List.NonNull;

    /// <summary>Without lists and "never null".</summary>
    internal NamedType Named =>
        this switch
        {
            ListType list => list.Item.Named,
            NonNullType nonNull => nonNull.Inner.Named,
            _ => (NamedType)this,
        };

    /// <summary>Without "never null".</summary>
    internal GraphType Nullable => this is NonNullType nonNull ? nonNull.Inner : this;

    internal bool IsInput => Named is ScalarType or EnumType or InputObjectType;

    internal bool IsOutput => Named is not InputObjectType;
}

/// <summary>A list of a type.</summary>
public sealed class ListType : GraphType
{
    internal ListType(GraphType item) => Item = item;

    /// <summary>What stands in it.</summary>
    public GraphType Item { get; }

    /// <inheritdoc />
    public override string ToString() => $"[{Item}]";
}

/// <summary>A type whose values are never null.</summary>
public sealed class NonNullType : GraphType
{
    internal NonNullType(GraphType inner) =>
        Inner = inner is NonNullType ? throw new ArgumentException("It is never null already.", nameof(inner)) : inner;

    /// <summary>The type without that.</summary>
    public GraphType Inner { get; }

    /// <inheritdoc />
    public override string ToString() => $"{Inner}!";
}

/// <summary>A type with a name of its own.</summary>
/// <param name="name">As the language has names.</param>
/// <param name="description">For people; null for none.</param>
public abstract class NamedType(string name, string? description) : GraphType
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>For people; null for none.</summary>
    public string? Description => description;

    /// <inheritdoc />
    public override string ToString() => name;
}

/// <summary>One of several object types: an interface or a union.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">For people; null for none.</param>
/// <param name="resolve">Of which object type a value is: its name.</param>
public abstract class AbstractType(string name, string? description, Func<object, string> resolve)
    : NamedType(name, description)
{
    internal string TypeOf(object value) => resolve(value);
}
