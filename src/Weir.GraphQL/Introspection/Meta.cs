using System.Collections.Immutable;

namespace Weir.GraphQL.Introspection;

/// <summary>The types by which a schema tells of itself. What they resolve are the schema's own objects.</summary>
internal static class Meta
{
    private static readonly ImmutableArray<Argument> WithDeprecated =
    [
        new("includeDeprecated", Scalars.Boolean, "false") { Description = "Whether deprecated ones are told too." },
    ];

    private static readonly EnumType Kinds = new(
        "__TypeKind",
        "What a type is.",
        new("SCALAR", "A value without parts."),
        new("OBJECT", "It has fields, and may implement interfaces."),
        new("INTERFACE", "Fields that several types have."),
        new("UNION", "One of several types."),
        new("ENUM", "One of several names."),
        new("INPUT_OBJECT", "Parts that a caller gives."),
        new("LIST", "A list of ofType."),
        new("NON_NULL", "ofType, never null.")
    );

    private static readonly EnumType Places = new(
        "__DirectiveLocation",
        "Where a directive may stand.",
        new("QUERY", "At a query."),
        new("MUTATION", "At a mutation."),
        new("SUBSCRIPTION", "At a subscription."),
        new("FIELD", "At a field."),
        new("FRAGMENT_DEFINITION", "At a fragment's definition."),
        new("FRAGMENT_SPREAD", "At a fragment's spread."),
        new("INLINE_FRAGMENT", "At a fragment in place."),
        new("VARIABLE_DEFINITION", "At a variable's definition."),
        new("SCHEMA", "At a schema."),
        new("SCALAR", "At a scalar."),
        new("OBJECT", "At an object type."),
        new("FIELD_DEFINITION", "At a field's definition."),
        new("ARGUMENT_DEFINITION", "At an argument's definition."),
        new("INTERFACE", "At an interface."),
        new("UNION", "At a union."),
        new("ENUM", "At an enum."),
        new("ENUM_VALUE", "At an enum's value."),
        new("INPUT_OBJECT", "At an input object."),
        new("INPUT_FIELD_DEFINITION", "At an input object's field.")
    );

    private static readonly ObjectType EnumValues = new(
        "__EnumValue",
        "One of an enum's names.",
        () =>
            [
                One<EnumValue>("name", Scalars.String.NonNull, value => value.Name),
                One<EnumValue>("description", Scalars.String, value => value.Description),
                .. Deprecation<EnumValue>(value => value.DeprecationReason),
            ]
    );

    private static readonly ObjectType InputValues = new(
        "__InputValue",
        "An argument, or an input object's field.",
        () =>
            [
                One<Argument>("name", Scalars.String.NonNull, value => value.Name),
                One<Argument>("description", Scalars.String, value => value.Description),
                One<Argument>("type", Type!.NonNull, value => value.Type),
                One<Argument>("defaultValue", Scalars.String, value => value.Default?.ToString()),
                .. Deprecation<Argument>(value => value.DeprecationReason),
            ]
    );

    private static readonly ObjectType Fields = new(
        "__Field",
        "A field of an object or an interface.",
        () =>
            [
                One<Field>("name", Scalars.String.NonNull, field => field.Name),
                One<Field>("description", Scalars.String, field => field.Description),
                Some<Field>("args", InputValues.Many, field => field.Arguments, item => item.DeprecationReason),
                One<Field>("type", Type!.NonNull, field => field.Type),
                .. Deprecation<Field>(field => field.DeprecationReason),
            ]
    );

    /// <summary>What a type is.</summary>
    private static readonly ObjectType Type = new(
        "__Type",
        "A type of the schema.",
        () =>
            [
                One<GraphType>("kind", Kinds.NonNull, KindOf),
                One<GraphType>("name", Scalars.String, type => (type as NamedType)?.Name),
                One<GraphType>("description", Scalars.String, type => (type as NamedType)?.Description),
                One<GraphType>("specifiedByURL", Scalars.String, type => (type as ScalarType)?.SpecifiedBy),
                Some<GraphType, Field>("fields", Fields.NonNull.List, FieldsOf, field => field.DeprecationReason),
                One<GraphType>("interfaces", Type!.NonNull.List, InterfacesOf),
                new Field("possibleTypes", Type!.NonNull.List)
                {
                    Resolve = context =>
                        ValueTask.FromResult<object?>(
                            context.Source is AbstractType type ? context.Schema.Possible(type) : null
                        ),
                },
                Some<GraphType, EnumValue>(
                    "enumValues",
                    EnumValues.NonNull.List,
                    type => (type as EnumType)?.Values,
                    value => value.DeprecationReason
                ),
                Some<GraphType, Argument>(
                    "inputFields",
                    InputValues.NonNull.List,
                    type => (type as InputObjectType)?.Fields,
                    field => field.DeprecationReason
                ),
                One<GraphType>("ofType", Type!, InnerOf),
                One<GraphType>("isOneOf", Scalars.Boolean, type => (type as InputObjectType)?.IsOneOf),
            ]
    );

    private static readonly ObjectType Directives = new(
        "__Directive",
        "What may stand behind an at sign.",
        () =>
            [
                One<DirectiveDefinition>("name", Scalars.String.NonNull, one => one.Name),
                One<DirectiveDefinition>("description", Scalars.String, one => one.Description),
                One<DirectiveDefinition>("isRepeatable", Scalars.Boolean.NonNull, one => one.IsRepeatable),
                One<DirectiveDefinition>("locations", Places.Many, one => one.Locations),
                Some<DirectiveDefinition>(
                    "args",
                    InputValues.Many,
                    one => one.Arguments,
                    item => item.DeprecationReason
                ),
            ]
    );

    /// <summary>The schema itself.</summary>
    public static ObjectType Schema { get; } =
        new(
            "__Schema",
            "What can be asked of this server.",
            () =>
                [
                    One<Schema>("description", Scalars.String, _ => null),
                    One<Schema>("types", Type.Many, schema => schema.Types),
                    One<Schema>("queryType", Type.NonNull, schema => schema.Query),
                    One<Schema>("mutationType", Type, schema => schema.Mutation),
                    One<Schema>("subscriptionType", Type, schema => schema.Subscription),
                    One<Schema>("directives", Directives.Many, schema => schema.Directives),
                ]
        );

    /// <summary><c>__schema</c>: dear, for one of them tells everything.</summary>
    public static Field SchemaField { get; } =
        new("__schema", Schema.NonNull)
        {
            Description = "The schema of this server.",
            Cost = 500,
            Resolve = context => ValueTask.FromResult<object?>(context.Schema),
        };

    /// <summary><c>__type(name:)</c>.</summary>
    public static Field TypeField { get; } =
        new("__type", Type)
        {
            Description = "A type of the schema, by name.",
            Cost = 50,
            Arguments = [new Argument("name", Scalars.String.NonNull)],
            Resolve = context => ValueTask.FromResult<object?>(context.Schema.Find(context.Arguments.Text("name")!)),
        };

    /// <summary><c>__typename</c>.</summary>
    public static Field TypeNameField { get; } =
        new("__typename", Scalars.String.NonNull)
        {
            Description = "The name of this object's type.",
            Resolve = context => ValueTask.FromResult<object?>(context.Parent.Name),
        };

    private static Field One<TSource>(string name, GraphType type, Func<TSource, object?> get) =>
        new(name, type) { Resolve = context => ValueTask.FromResult(get((TSource)context.Source!)) };

    private static Field Some<TSource>(
        string name,
        GraphType type,
        Func<TSource, ImmutableArray<Argument>?> get,
        Func<Argument, string?> deprecation
    ) => Some<TSource, Argument>(name, type, get, deprecation);

    private static Field Some<TSource, TItem>(
        string name,
        GraphType type,
        Func<TSource, ImmutableArray<TItem>?> get,
        Func<TItem, string?> deprecation
    ) =>
        new(name, type)
        {
            Arguments = WithDeprecated,
            Resolve = context =>
                ValueTask.FromResult<object?>(
                    get((TSource)context.Source!) is not { } all ? null
                    : context.Arguments.Flag("includeDeprecated") ? all
                    : all.Where(item => deprecation(item) is null).ToList()
                ),
        };

    private static Field[] Deprecation<TSource>(Func<TSource, string?> reason) =>
        [
            One<TSource>("isDeprecated", Scalars.Boolean.NonNull, source => reason(source) is not null),
            One<TSource>("deprecationReason", Scalars.String, reason),
        ];

    private static string KindOf(GraphType type) =>
        type switch
        {
            ScalarType => "SCALAR",
            ObjectType => "OBJECT",
            InterfaceType => "INTERFACE",
            UnionType => "UNION",
            EnumType => "ENUM",
            InputObjectType => "INPUT_OBJECT",
            ListType => "LIST",
            _ => "NON_NULL",
        };

    private static ImmutableArray<Field>? FieldsOf(GraphType type) =>
        type switch
        {
            ObjectType one => one.Fields,
            InterfaceType one => one.Fields,
            _ => null,
        };

    private static object? InterfacesOf(GraphType type) =>
        type switch
        {
            ObjectType one => one.Interfaces,
            InterfaceType one => one.Interfaces,
            _ => null,
        };

    private static GraphType? InnerOf(GraphType type) =>
        type switch
        {
            ListType list => list.Item,
            NonNullType nonNull => nonNull.Inner,
            _ => null,
        };
}
