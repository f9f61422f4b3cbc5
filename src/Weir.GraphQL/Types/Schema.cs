using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.GraphQL.Introspection;
using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>What can be asked. Immutable and thread-safe.</summary>
public sealed class Schema
{
    private readonly FrozenDictionary<string, NamedType> byName;
    private readonly FrozenDictionary<string, ImmutableArray<ObjectType>> possible;
    private readonly FrozenDictionary<string, DirectiveDefinition> directives;

    /// <summary>Puts a schema together, and finds every type that its roots lead to.</summary>
    /// <param name="query">Where queries begin.</param>
    /// <param name="mutation">Where changes begin; null for no changes.</param>
    /// <param name="subscription">Where subscriptions begin; null for none.</param>
    /// <param name="more">Object types that only an interface leads to.</param>
    /// <exception cref="ArgumentException">Two types have one name.</exception>
    public Schema(
        ObjectType query,
        ObjectType? mutation = null,
        ObjectType? subscription = null,
        params ImmutableArray<NamedType> more
    )
        : this(query, mutation, subscription, more, []) { }

    internal Schema(
        ObjectType query,
        ObjectType? mutation,
        ObjectType? subscription,
        ImmutableArray<NamedType> more,
        ImmutableArray<DirectiveDefinition> ownDirectives
    )
    {
        (Query, Mutation, Subscription) = (query, mutation, subscription);
        Directives = [.. ownDirectives, .. DirectiveDefinition.Standard];
        directives = Directives.ToFrozenDictionary(one => one.Name, StringComparer.Ordinal);
        var found = new TypeFinder();
        foreach (var root in new NamedType?[] { query, mutation, subscription }.Concat(more.IsDefault ? [] : more))
        {
            found.Add(root);
        }

        foreach (var argument in Directives.SelectMany(one => one.Arguments))
        {
            found.Add(argument.Type.Named);
        }

        found.Add(Meta.Schema);
        Types = found.Types;
        byName = Types.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);
        possible = Types
            .OfType<AbstractType>()
            .ToFrozenDictionary(type => type.Name, PossibleOf, StringComparer.Ordinal);
    }

    /// <summary>Where queries begin.</summary>
    public ObjectType Query { get; }

    /// <summary>Where changes begin; null for no changes.</summary>
    public ObjectType? Mutation { get; }

    /// <summary>Where subscriptions begin; null for none.</summary>
    public ObjectType? Subscription { get; }

    /// <summary>The schema in the language's own words, as <c>buildSchema</c> of others reads it.</summary>
    public string ToText() => SchemaText.Of(this);

    /// <summary>All types that its roots lead to, in the order in which they were found.</summary>
    public ImmutableArray<NamedType> Types { get; }

    internal ImmutableArray<DirectiveDefinition> Directives { get; }

    internal NamedType? Find(string name) => byName.GetValueOrDefault(name);

    internal DirectiveDefinition? FindDirective(string name) => directives.GetValueOrDefault(name);

    internal ObjectType? Root(OperationKind kind) =>
        kind switch
        {
            OperationKind.Query => Query,
            OperationKind.Mutation => Mutation,
            _ => Subscription,
        };

    /// <summary>The object types that a value of a type can be of.</summary>
    internal ImmutableArray<ObjectType> Possible(NamedType type) =>
        type is ObjectType one ? [one] : possible.GetValueOrDefault(type.Name, []);

    /// <summary>The type that a document names; null when there is none.</summary>
    internal GraphType? Find(TypeNode node) =>
        node switch
        {
            NamedTypeNode named => Find(named.Name),
            ListTypeNode list => Find(list.Item)?.List,
            NonNullTypeNode nonNull => Find(nonNull.Inner)?.NonNull,
            _ => null,
        };

    /// <summary>A field of a type, those of introspection with it; null when it has none of that name.</summary>
    internal Field? Find(NamedType parent, string field) =>
        field switch
        {
            "__schema" when parent == Query => Meta.SchemaField,
            "__type" when parent == Query => Meta.TypeField,
            "__typename" when parent is ObjectType or AbstractType => Meta.TypeNameField,
            _ => parent switch
            {
                ObjectType one => one.Find(field),
                InterfaceType one => one.Find(field),
                _ => null,
            },
        };

    /// <summary>Whether what is of one type may stand where the other is expected.</summary>
    internal bool IsSubtype(GraphType type, GraphType expected) =>
        (type, expected) switch
        {
            _ when type == expected => true,
            (NonNullType one, NonNullType other) => IsSubtype(one.Inner, other.Inner),
            (_, NonNullType) => false,
            (NonNullType one, _) => IsSubtype(one.Inner, expected),
            (ListType one, ListType other) => IsSubtype(one.Item, other.Item),
            (ListType, _) or (_, ListType) => false,
            (ObjectType one, AbstractType other) => Possible(other).Contains(one),
            (InterfaceType one, InterfaceType other) => one.Interfaces.Contains(other),
            _ => false,
        };

    /// <summary>Whether a value can be of both.</summary>
    internal bool Overlap(NamedType one, NamedType other) =>
        one == other || Possible(one).Any(type => Possible(other).Contains(type));

    private ImmutableArray<ObjectType> PossibleOf(AbstractType type) =>
        type is UnionType union
            ? union.Types
            : [.. Types.OfType<ObjectType>().Where(one => one.Interfaces.Contains(type))];
}
