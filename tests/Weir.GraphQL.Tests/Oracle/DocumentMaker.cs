using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Weir.GraphQL.Tests.Oracle;

/// <summary>Makes documents: mostly such as the schema allows, with a slip here and there.</summary>
internal sealed class DocumentMaker(Random random)
{
    private static readonly string[] Fields =
    [
        "id",
        "name",
        "nickname",
        "kind",
        "barks",
        "age",
        "owner",
        "pets",
        "friends",
        "best",
        "failsSoft",
        "nothing",
        "holed",
        "born",
        "old",
        "human",
        "humans",
        "node",
        "named",
        "pet",
        "dog",
        "cat",
        "search",
        "echo",
        "needs",
        "meows",
        "lives",
        "weight",
        "failsHard",
        "nothingHard",
        "holedSoft",
        "__typename",
        "nope",
        "heard",
        "seen",
        "rename",
    ];

    private static readonly string[] Names = ["A", "B", "C", "D"];
    private static readonly string[] TypeNames =
    [
        "Human",
        "Dog",
        "Cat",
        "Pet",
        "Named",
        "Node",
        "Found",
        "Query",
        "Kind",
        "Complex",
        "Int",
        "Nope",
    ];

    private static readonly string[] InputTypes =
    [
        "Int",
        "Int!",
        "String",
        "String!",
        "Boolean",
        "Boolean!",
        "Float",
        "ID!",
        "ID",
        "Kind",
        "[Int]",
        "[Int!]!",
        "[[Int!]]",
        "Complex",
        "Complex!",
        "Choice",
        "Stamp",
        "[Complex!]",
        "[Kind!]",
        "Dog",
        "Nope",
    ];

    private readonly Schema schema = TestSchema.Make();
    private readonly StringBuilder text = new();
    private readonly List<(string Name, string Type)> variables = [];
    private readonly JsonObject given = [];

    /// <summary>A document, and values for its variables.</summary>
    public (string Document, JsonObject Variables) Make()
    {
        var operations = Chance(12) ? 2 : 1;
        for (var index = 0; index < operations; index++)
        {
            Operation(index, operations);
        }

        var fragments = random.Next(4);
        for (var index = 0; index < fragments; index++)
        {
            Fragment(Chance(20) ? Pick(Names) : Names[index]);
        }

        if (Chance(40))
        {
            text.Append(Chance(2) ? " scalar X" : " type X { a: Int }");
        }

        return (text.ToString(), given);
    }

    private void Operation(int index, int operations)
    {
        variables.Clear();
        var root =
            Chance(8) ? "mutation"
            : Chance(8) ? "subscription"
            : "query";
        if (root != "query" || operations > 1 || Chance(2))
        {
            text.Append(root);
            if (operations > 1 ? !Chance(12) : Chance(2))
            {
                text.Append(CultureInfo.InvariantCulture, $" Op{(Chance(15) ? 0 : index)}");
            }

            if (Chance(2))
            {
                Variables();
            }

            Directives("QUERY");
        }

        Selections(
            root switch
            {
                "mutation" => schema.Mutation,
                "subscription" => schema.Subscription,
                _ => schema.Query,
            },
            4
        );
        text.Append('\n');
    }

    private void Variables()
    {
        text.Append('(');
        var count = 1 + random.Next(3);
        for (var index = 0; index < count; index++)
        {
            var name = Chance(15) ? "v0" : $"v{index}";
            var type = Pick(InputTypes);
            variables.Add((name, type));
            text.Append($"${name}: {type}");
            if (Chance(4))
            {
                text.Append(" = ");
                Value(TypeOf(type), isConstant: true, 2);
            }

            Directives("VARIABLE_DEFINITION");
            text.Append(' ');
            if (!Chance(4))
            {
                given[name] = Json(TypeOf(type), 2);
            }
        }

        text.Append(')');
    }

    private void Fragment(string name)
    {
        var type = Pick(TypeNames);
        text.Append($"fragment {name} on {type} ");
        Directives("FRAGMENT_DEFINITION");
        Selections(schema.Find(type), 3);
        text.Append('\n');
    }

    private void Selections(NamedType? type, int depth)
    {
        text.Append("{ ");
        var count = 1 + random.Next(4);
        for (var index = 0; index < count; index++)
        {
            switch (random.Next(8))
            {
                case 0 when depth > 0:
                    text.Append("...");
                    var condition = Chance(3) ? null : Fitting(type);
                    if (condition is not null)
                    {
                        text.Append($" on {condition}");
                    }

                    Directives("INLINE_FRAGMENT");
                    Selections(condition is null ? type : schema.Find(condition), depth - 1);
                    break;
                case 1:
                    text.Append($"...{Pick(Names)}");
                    Directives("FRAGMENT_SPREAD");
                    text.Append(' ');
                    break;
                default:
                    Field(type, depth);
                    break;
            }
        }

        text.Append("} ");
    }

    private string Fitting(NamedType? type) =>
        Chance(6) || type is null ? Pick(TypeNames)
        : Chance(3) ? type.Name
        : schema.Possible(type) is { Length: > 0 } possible ? possible[random.Next(possible.Length)].Name
        : Pick(TypeNames);

    private void Field(NamedType? type, int depth)
    {
        var fields = type switch
        {
            ObjectType one => one.Fields,
            InterfaceType one => one.Fields,
            _ => [],
        };
        var name =
            fields.IsEmpty || Chance(15)
                ? (Chance(2) ? "__typename" : Pick(Fields))
                : fields[random.Next(fields.Length)].Name;
        var field = type is null ? null : schema.Find(type, name);
        if (Chance(5))
        {
            text.Append($"{(Chance(2) ? Pick(Fields) : "x")}: ");
        }

        text.Append(name);
        Arguments([.. field?.Arguments ?? []]);
        Directives("FIELD");
        text.Append(' ');
        var isComposite = field?.Type.Named is ObjectType or AbstractType;
        if ((isComposite && (depth > 0 || !Chance(3)) && !Chance(30)) || (!isComposite && Chance(40)))
        {
            if (depth <= 0)
            {
                text.Append("{ __typename } ");
                return;
            }

            Selections(field?.Type.Named, depth - 1);
        }
    }

    private void Arguments(List<Argument> all)
    {
        var chosen = all.Where(argument => argument.IsRequired ? !Chance(15) : Chance(3)).ToList();
        if (chosen.Count == 0 && !Chance(60))
        {
            return;
        }

        text.Append('(');
        foreach (var argument in chosen)
        {
            text.Append($"{argument.Name}: ");
            Value(argument.Type, isConstant: false, 3);
            text.Append(' ');
            if (Chance(40))
            {
                text.Append($"{argument.Name}: 1 ");
            }
        }

        if (chosen.Count == 0 || Chance(30))
        {
            text.Append("nope: 1");
        }

        text.Append(')');
    }

    private void Directives(string place)
    {
        if (!Chance(8))
        {
            return;
        }

        do
        {
            var directive = schema.Directives[random.Next(schema.Directives.Length)];
            text.Append($" @{(Chance(15) ? "nope" : directive.Name)}");
            Arguments([.. directive.Arguments]);
        } while (Chance(3));

        _ = place;
    }

    private void Value(GraphType? type, bool isConstant, int depth)
    {
        if (Chance(12))
        {
            type = TypeOf(Pick(InputTypes));
        }

        var fitting = variables.Where(variable => variable.Type.Trim('!') == type?.ToString()?.Trim('!')).ToList();
        if (!isConstant && Chance(4))
        {
            text.Append(
                fitting.Count > 0 && !Chance(4) ? $"${fitting[0].Name}"
                : Chance(3) ? "$none"
                : "$v0"
            );
            return;
        }

        if (Chance(20))
        {
            text.Append("null");
            return;
        }

        switch (type?.Nullable)
        {
            case ListType list when !Chance(5):
                text.Append('[');
                for (var index = random.Next(3); index > 0; index--)
                {
                    Value(list.Item, isConstant, depth - 1);
                    text.Append(' ');
                }

                text.Append(']');
                break;
            case ListType list:
                Value(list.Item, isConstant, depth - 1);
                break;
            case InputObjectType input:
                text.Append('{');
                foreach (
                    var field in input.Fields.Where(field =>
                        input.IsOneOf ? Chance(3)
                        : field.IsRequired ? !Chance(12)
                        : depth > 0 && Chance(4)
                    )
                )
                {
                    text.Append($"{field.Name}: ");
                    Value(field.Type, isConstant, depth - 1);
                    text.Append(' ');
                    if (Chance(40))
                    {
                        text.Append($"{field.Name}: 1 ");
                    }
                }

                text.Append(Chance(25) ? "nope: 1}" : "}");
                break;
            case EnumType:
                text.Append(Pick(["DOG", "CAT", "EMU", "COW"]));
                break;
            default:
                text.Append(Literal((type?.Nullable as NamedType)?.Name));
                break;
        }
    }

    private string Literal(string? type) =>
        type switch
        {
            "Int" => Pick(["1", "-7", "0", "2147483647", "2147483648", "1.5", "\"1\""]),
            "Float" => Pick(["1", "1.5", "-0.25", "1e3", "1.5e2", "\"x\""]),
            "Boolean" => Pick(["true", "false", "1"]),
            "ID" => Pick(["1", "\"a\"", "1.5", "true"]),
            "Stamp" => Pick(["\"2026\"", "\"20\"", "2026"]),
            _ => Pick([
                "\"a\"",
                "\"\\u00e9\\n\"",
                "\"\"\"block\n   text\n    more\"\"\"",
                "5",
                "\"\"",
                "\"\\u{1F600}\"",
                "\"\\uD83D\\uDE00\"",
            ]),
        };

    private JsonNode? Json(GraphType? type, int depth)
    {
        if (Chance(10))
        {
            return random.Next(6) switch
            {
                0 => null,
                1 => 1,
                2 => "x",
                3 => true,
                4 => new JsonArray(1, null),
                _ => new JsonObject { ["need"] = 1 },
            };
        }

        switch (type)
        {
            case NonNullType nonNull:
                return Json(nonNull.Inner, depth);
            case ListType list:
                return new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Json(list.Item, depth - 1))]);
            case InputObjectType input:
                var made = new JsonObject();
                foreach (
                    var field in input.Fields.Where(field =>
                        input.IsOneOf ? Chance(3) : field.IsRequired || (depth > 0 && Chance(4))
                    )
                )
                {
                    made[field.Name] = Json(field.Type, depth - 1);
                }

                return made;
            case EnumType:
                return Pick(["DOG", "CAT", "EMU"]);
            default:
                return (type as NamedType)?.Name switch
                {
                    "Int" => Chance(2) ? 5 : JsonNode.Parse(Pick(["1.0", "-3", "1e2", "2147483648", "0.5"])),
                    "Float" => Chance(2) ? 2.5 : JsonNode.Parse(Pick(["1", "-0.5", "1e2"])),
                    "Boolean" => Chance(2),
                    "ID" => Chance(2) ? "id" : 12,
                    "Stamp" => Pick(["2026", "x"]),
                    _ => Pick(["text", "", "é\n\"\\"]),
                };
        }
    }

    private GraphType? TypeOf(string text) =>
        text.EndsWith('!') ? TypeOf(text[..^1])?.NonNull
        : text.StartsWith('[') ? TypeOf(text[1..^1])?.List
        : schema.Find(text);

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private T Pick<T>(T[] all) => all[random.Next(all.Length)];
}
