using System.Collections.Immutable;

namespace Weir.GraphQL;

/// <summary>A type with fields.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">For people; null for none.</param>
/// <param name="fields">Its fields; asked for once, after the types they name have been made.</param>
/// <param name="interfaces">What it implements.</param>
public sealed class ObjectType(
    string name,
    string? description,
    Func<IEnumerable<Field>> fields,
    params ImmutableArray<InterfaceType> interfaces
) : NamedType(name, description)
{
    private readonly Lazy<Members<Field>> members = new(() => new Members<Field>(fields(), field => field.Name));

    /// <summary>In order.</summary>
    public ImmutableArray<Field> Fields => members.Value.All;

    /// <summary>What it implements.</summary>
    public ImmutableArray<InterfaceType> Interfaces => interfaces.IsDefault ? [] : interfaces;

    internal Field? Find(string field) => members.Value.Find(field);
}

/// <summary>Fields that several object types have in common.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">For people; null for none.</param>
/// <param name="fields">Its fields; asked for once.</param>
/// <param name="resolve">Of which object type a value is: its name.</param>
/// <param name="interfaces">What it implements itself.</param>
public sealed class InterfaceType(
    string name,
    string? description,
    Func<IEnumerable<Field>> fields,
    Func<object, string> resolve,
    params ImmutableArray<InterfaceType> interfaces
) : AbstractType(name, description, resolve)
{
    private readonly Lazy<Members<Field>> members = new(() => new Members<Field>(fields(), field => field.Name));

    /// <summary>In order.</summary>
    public ImmutableArray<Field> Fields => members.Value.All;

    /// <summary>What it implements.</summary>
    public ImmutableArray<InterfaceType> Interfaces => interfaces.IsDefault ? [] : interfaces;

    internal Field? Find(string field) => members.Value.Find(field);
}

/// <summary>One of several object types that need have nothing in common.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">For people; null for none.</param>
/// <param name="types">Which.</param>
/// <param name="resolve">Of which of them a value is: its name.</param>
public sealed class UnionType(
    string name,
    string? description,
    ImmutableArray<ObjectType> types,
    Func<object, string> resolve
) : AbstractType(name, description, resolve)
{
    /// <summary>In order.</summary>
    public ImmutableArray<ObjectType> Types => types;
}

/// <summary>Members by name, in order.</summary>
internal sealed class Members<T>
    where T : class
{
    private readonly Dictionary<string, T> byName;

    public Members(IEnumerable<T> all, Func<T, string> name)
    {
        All = [.. all];
        byName = All.ToDictionary(name, StringComparer.Ordinal);
    }

    public ImmutableArray<T> All { get; }

    public T? Find(string name) => byName.GetValueOrDefault(name);
}
