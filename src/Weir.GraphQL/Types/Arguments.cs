namespace Weir.GraphQL;

/// <summary>
/// What a caller gave, by name: text as <see cref="string"/>, names of enums too; <see cref="int"/>, <see cref="double"/>,
/// <see cref="bool"/>; lists as <see cref="IReadOnlyList{T}"/> of such; input objects as <see cref="Arguments"/>; what a scalar
/// of the schema reads as it reads it.
/// </summary>
public sealed class Arguments
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    /// <summary>The names that were given, or have a default, in order.</summary>
    public IEnumerable<string> Names => values.Keys;

    /// <summary>A value; null for null, and for what was not given.</summary>
    public object? this[string name] => values.GetValueOrDefault(name);

    /// <summary>Whether it was given, were it as null, or has a default.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>Text; null when there is none.</summary>
    public string? Text(string name) => this[name] as string;

    /// <summary>A whole number; null when there is none.</summary>
    public int? Whole(string name) => this[name] as int?;

    /// <summary>True or false; false when there is neither.</summary>
    public bool Flag(string name) => this[name] is true;

    /// <summary>Texts; null when there is no list. One that is null stays null.</summary>
    public IReadOnlyList<string?>? Texts(string name) =>
        this[name] is IReadOnlyList<object?> list ? [.. list.Select(item => item as string)] : null;

    internal void Set(string name, object? value) => values[name] = value;
}
