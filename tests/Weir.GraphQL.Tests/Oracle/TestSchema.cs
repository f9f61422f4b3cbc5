using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Weir.GraphQL.Tests.Oracle;

/// <summary>
/// A schema with something of everything. Its fields resolve by their type and name alone, as those of
/// <c>tests/programs/graphql-judge.mjs</c> do.
/// </summary>
internal static class TestSchema
{
    public static Schema Make() => Made.Value;

    private static readonly Lazy<Schema> Made = new(() => new Maker().Make());

    internal sealed record Thing(string TypeName);

    private sealed class Maker
    {
        private readonly EnumType kind = new(
            "Kind",
            "Kinds.",
            new("DOG"),
            new("CAT", "A cat."),
            new("EMU", null, "gone")
        );
        private readonly ScalarType stamp = new(
            "Stamp",
            "A year.",
            input =>
                input.Kind == ScalarInputKind.Text && input.Text.Length == 4 && input.Text.All(char.IsAsciiDigit)
                    ? input.Text
                    : null,
            value => value as string
        )
        {
            SpecifiedBy = "https://example.com/stamp",
        };

        private readonly InputObjectType complex;
        private readonly InputObjectType oneOf;
        private readonly InterfaceType node;
        private readonly InterfaceType named;
        private readonly InterfaceType pet;
        private readonly ObjectType dog;
        private readonly ObjectType cat;
        private readonly ObjectType human;
        private readonly UnionType found;

        public Maker()
        {
            complex = new InputObjectType(
                "Complex",
                "Parts in parts.",
                () =>
                    [
                        new Argument("need", Scalars.Int.NonNull),
                        new Argument("text", Scalars.String, "\"a \\\"b\\\"\\n\""),
                        new Argument("kind", kind, "CAT"),
                        new Argument("inner", complex!),
                        new Argument("list", Scalars.Int.NonNull.List, "[1, 2]"),
                        new Argument("sure", Scalars.Boolean.NonNull, "false"),
                        new Argument("old", Scalars.Float, "1.5") { DeprecationReason = "too old" },
                    ]
            );
            oneOf = new InputObjectType(
                "Choice",
                null,
                () =>
                    [
                        new Argument("text", Scalars.String),
                        new Argument("number", Scalars.Int),
                        new Argument("some", complex),
                    ]
            )
            {
                IsOneOf = true,
            };
            node = new InterfaceType("Node", "Has an id.", () => [F("id", Scalars.Id.NonNull)], TypeOf);
            named = new InterfaceType(
                "Named",
                null,
                () => [F("id", Scalars.Id.NonNull), F("name", Scalars.String, new Argument("upper", Scalars.Boolean))],
                TypeOf,
                node
            );
            pet = new InterfaceType(
                "Pet",
                "Dog or cat.",
                () => [F("nickname", Scalars.String), F("kind", kind.NonNull)],
                TypeOf
            );
            dog = new ObjectType(
                "Dog",
                "Barks.",
                () =>
                    [
                        F("id", Scalars.Id.NonNull),
                        F("name", Scalars.String, new Argument("upper", Scalars.Boolean)),
                        F("nickname", Scalars.String),
                        F("kind", kind.NonNull),
                        F("barks", Scalars.Int),
                        F("age", Scalars.Int),
                        F("owner", human!),
                        F("failsHard", Scalars.String.NonNull),
                        F("weight", Scalars.Float),
                    ],
                named,
                pet,
                node
            );
            cat = new ObjectType(
                "Cat",
                null,
                () =>
                    [
                        F("nickname", Scalars.String),
                        F("kind", kind.NonNull),
                        F("age", Scalars.String),
                        F("meows", Scalars.Boolean),
                        F("barks", Scalars.Int.NonNull),
                        F("owner", human!),
                        F("lives", Scalars.Int.List),
                    ],
                pet
            );
            human = new ObjectType(
                "Human",
                "A person.",
                () =>
                    [
                        F("id", Scalars.Id.NonNull),
                        F("name", Scalars.String, new Argument("upper", Scalars.Boolean)),
                        F("pets", pet.List),
                        F(
                            "friends",
                            human!.Many,
                            new Argument("first", Scalars.Int, "10"),
                            new Argument("after", Scalars.String)
                        ),
                        F("best", human!.NonNull),
                        F("failsSoft", Scalars.String),
                        F("failsHard", human!.NonNull),
                        F("nothing", Scalars.String),
                        F("nothingHard", Scalars.String.NonNull),
                        F("holed", human!.NonNull.List),
                        F("holedSoft", Scalars.String.List),
                        F("born", stamp),
                        new Field("old", Scalars.String) { DeprecationReason = "gone", Resolve = Resolve },
                    ],
                named,
                node
            );
            found = new UnionType("Found", "Anything.", [human, dog, cat], TypeOf);
        }

        public Schema Make() =>
            new(
                new ObjectType(
                    "Query",
                    null,
                    () =>
                        [
                            F("human", human, new Argument("id", Scalars.Id, "\"a\""), new Argument("filter", complex)),
                            F(
                                "humans",
                                human.Many,
                                new Argument("first", Scalars.Int, "10"),
                                new Argument("tags", Scalars.String.NonNull.List)
                            ),
                            F("node", node, new Argument("id", Scalars.Id.NonNull)),
                            F("named", named),
                            F("pet", pet),
                            F("dog", dog),
                            F("cat", cat),
                            F(
                                "search",
                                found.List,
                                new Argument("text", Scalars.String.NonNull),
                                new Argument("kinds", kind.NonNull.List, "[DOG, CAT]")
                            ),
                            F(
                                "echo",
                                Scalars.String,
                                new Argument("int", Scalars.Int),
                                new Argument("float", Scalars.Float),
                                new Argument("text", Scalars.String),
                                new Argument("flag", Scalars.Boolean),
                                new Argument("id", Scalars.Id),
                                new Argument("kind", kind),
                                new Argument("stamp", stamp),
                                new Argument("list", Scalars.Int.List),
                                new Argument("matrix", Scalars.Int.NonNull.List.List),
                                new Argument("input", complex),
                                new Argument("inputs", complex.NonNull.List),
                                new Argument("choice", oneOf),
                                new Argument("required", Scalars.Int.NonNull, "5")
                            ),
                            F(
                                "needs",
                                Scalars.Int,
                                new Argument("a", Scalars.Int.NonNull),
                                new Argument("b", Scalars.String.NonNull)
                            ),
                            F("failsSoft", Scalars.String),
                            F("failsHard", Scalars.String.NonNull),
                            F("nothing", human),
                        ]
                ),
                new ObjectType(
                    "Mutation",
                    null,
                    () =>
                        [
                            F("rename", human, new Argument("name", Scalars.String.NonNull)),
                            F("failsSoft", Scalars.Int),
                            F("store", Scalars.Int.NonNull, new Argument("input", complex.NonNull)),
                        ]
                ),
                new ObjectType(
                    "Subscription",
                    null,
                    () => [F("heard", human, new Argument("of", Scalars.String)), F("seen", dog)]
                ),
                [],
                [
                    new DirectiveDefinition(
                        "tagged",
                        "May be repeated.",
                        ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
                        [new Argument("as", Scalars.String, "\"x\"")],
                        IsRepeatable: true
                    ),
                    new DirectiveDefinition(
                        "at",
                        null,
                        ["QUERY", "VARIABLE_DEFINITION", "FRAGMENT_DEFINITION", "SUBSCRIPTION"],
                        [new Argument("n", Scalars.Int.NonNull)]
                    ),
                ]
            );
    }

    private static Field F(string name, GraphType type, params ImmutableArray<Argument> arguments) =>
        new(name, type) { Arguments = arguments, Resolve = Resolve };

    private static string TypeOf(object value) => ((Thing)value).TypeName;

    private static ValueTask<object?> Resolve(FieldContext context) => ValueTask.FromResult(Value(context));

    private static object? Value(FieldContext context)
    {
        var name = context.FieldName;
        return name.StartsWith("fails", StringComparison.Ordinal) ? new FieldFault("as asked", "ASKED")
            : name.StartsWith("nothing", StringComparison.Ordinal) ? null
            : ValueOf(
                context.Schema,
                context.Schema.Find(context.Parent, name)!.Type,
                context.Parent.Name,
                name,
                context.Arguments
            );
    }

    private static object? ValueOf(Schema schema, GraphType type, string parent, string field, Arguments arguments)
    {
        switch (type)
        {
            case NonNullType nonNull:
                return ValueOf(schema, nonNull.Inner, parent, field, arguments);
            case ListType list:
                var item = ValueOf(schema, list.Item, parent, field, arguments);
                return field.StartsWith("holed", StringComparison.Ordinal) ? new[] { item, null, item } : [item, item];
            case ObjectType one:
                return new Thing(one.Name);
            case AbstractType one:
                return new Thing(
                    schema.Possible(one).Select(possible => possible.Name).Order(StringComparer.Ordinal).First()
                );
            case EnumType one:
                return one.Values[0].Name;
            default:
                return ((NamedType)type).Name switch
                {
                    "String" => $"{parent}.{field}{Canonical(arguments)}",
                    "ID" => $"id-{field}",
                    "Int" => 7,
                    "Float" => 1.5,
                    "Boolean" => true,
                    _ => "2026",
                };
        }
    }

    private static string Canonical(object? value) =>
        value switch
        {
            null => "null",
            Arguments map =>
                $"{{{string.Join(',', map.Names.Order(StringComparer.Ordinal).Select(name => $"{name}:{Canonical(map[name])}"))}}}",
            IReadOnlyList<object?> list => $"[{string.Join(',', list.Select(Canonical))}]",
            string text => Quoted(text),
            bool flag => flag ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    // As JSON.stringify has it.
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var one in text)
        {
            quoted.Append(
                one switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    '\b' => "\\b",
                    '\f' => "\\f",
                    < ' ' => $"\\u{(int)one:x4}",
                    _ => one.ToString(),
                }
            );
        }

        return quoted.Append('"').ToString();
    }
}
