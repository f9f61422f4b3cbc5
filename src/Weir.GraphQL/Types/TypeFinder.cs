using System.Collections.Immutable;

namespace Weir.GraphQL;

/// <summary>Finds the types that a type leads to.</summary>
internal sealed class TypeFinder
{
    private readonly Dictionary<string, NamedType> found = new(StringComparer.Ordinal);
    private readonly List<NamedType> ordered = [];

    /// <summary>In the order in which they were found.</summary>
    public ImmutableArray<NamedType> Types => [.. ordered];

    /// <summary>A type with all that it leads to.</summary>
    /// <exception cref="ArgumentException">Another has its name.</exception>
    public void Add(NamedType? type)
    {
        if (type is null)
        {
            return;
        }

        if (!found.TryAdd(type.Name, type))
        {
            if (found[type.Name] != type)
            {
                throw new ArgumentException($"Two types are called {type.Name}.", nameof(type));
            }

            return;
        }

        ordered.Add(type);
        foreach (var other in LeadsTo(type))
        {
            Add(other);
        }
    }

    private static IEnumerable<NamedType> LeadsTo(NamedType type) =>
        type switch
        {
            ObjectType one => [.. one.Interfaces, .. one.Fields.SelectMany(Of)],
            InterfaceType one => [.. one.Interfaces, .. one.Fields.SelectMany(Of)],
            UnionType one => one.Types,
            InputObjectType one => one.Fields.Select(field => field.Type.Named),
            _ => [],
        };

    private static IEnumerable<NamedType> Of(Field field) =>
        field.Arguments.Select(argument => argument.Type.Named).Prepend(field.Type.Named);
}
