using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Weir.GraphQL.Tests.Oracle;

/// <summary>
/// Makes documents that the schema allows, by construction: what is spread is there and fits, variables are of the types where they
/// stand, and fields that do not merge have names of their own.
/// </summary>
internal sealed class ValidDocumentMaker(Random random)
{
    private readonly Schema schema = TestSchema.Make();
    private readonly List<string> variables = [];
    private readonly List<string> fragments = [];
    private readonly List<(string Name, NamedType Type)> known = [];
    private readonly JsonObject given = [];
    private int names;

    /// <summary>A document, and values for its variables.</summary>
    public (string Document, JsonObject Variables) Make()
    {
        var (word, root) = random.Next(10) switch
        {
            0 => ("mutation", schema.Mutation!),
            1 => ("subscription", schema.Subscription!),
            _ => ("query", schema.Query),
        };
        var isStream = word == "subscription";
        var selections = isStream ? Stream(root) : Selections(root, 4);
        var head = variables.Count > 0 ? $"({string.Join(' ', variables)})" : "";
        var document = new StringBuilder();
        document.Append(
            word == "query" && variables.Count == 0 && Chance(2) ? "" : $"{word}{(Chance(2) ? " Op" : "")}{head} "
        );
        document.Append(selections).Append('\n').AppendJoin('\n', fragments);
        return (document.ToString(), given);
    }

    // A subscription has one field, which nothing may leave out.
    private string Stream(ObjectType root)
    {
        var fields = root.Fields;
        return $"{{ {Field(fields[random.Next(fields.Length)], 3, isFree: false)} }}";
    }

    private string Selections(NamedType type, int depth)
    {
        var text = new StringBuilder("{ ");
        var count = 1 + random.Next(4);
        for (var index = 0; index < count; index++)
        {
            text.Append(Selection(type, depth)).Append(' ');
        }

        return text.Append('}').ToString();
    }

    private string Selection(NamedType type, int depth)
    {
        var fields = type switch
        {
            ObjectType one => one.Fields,
            InterfaceType one => one.Fields,
            _ => [],
        };
        var fitting = known.Where(fragment => schema.Overlap(fragment.Type, type)).ToList();
        switch (random.Next(8))
        {
            case 0 when depth > 0:
                var condition = Chance(3) ? type : Fitting(type);
                var on = condition == type && Chance(2) ? "" : $" on {condition.Name}";
                return $"...{on}{Directives()} {Selections(condition, depth - 1)}";
            case 1 when fitting.Count > 0:
                return $"...{fitting[random.Next(fitting.Count)].Name}{Directives()}";
            case 1 when depth > 0:
                var target = Fitting(type);
                var name = $"F{names++}";
                // Known once it is whole: nothing in it leads back to it.
                var body = Selections(target, depth - 1);
                fragments.Add($"fragment {name} on {target.Name} {body}");
                known.Add((name, target));
                return $"...{name}";
            default:
                return fields.IsEmpty || Chance(12)
                    ? "__typename"
                    : Field(fields[random.Next(fields.Length)], depth, isFree: true);
        }
    }

    private string Field(Field field, int depth, bool isFree)
    {
        var isComposite = field.Type.Named is ObjectType or AbstractType;
        var arguments = field.Arguments.Where(argument => argument.IsRequired || Chance(3)).ToList();
        // A field of one type wherever it stands merges with itself under its own name.
        var merges = arguments.Count == 0 && IsAlikeEverywhere(field);
        var text = new StringBuilder(merges && !Chance(4) ? "" : $"a{names++}: ");
        text.Append(field.Name);
        if (arguments.Count > 0)
        {
            text.Append(
                $"({string.Join(' ', arguments.Select(argument => $"{argument.Name}: {Value(argument.Type, 3)}"))})"
            );
        }

        text.Append(isFree ? Directives() : "");
        if (isComposite)
        {
            text.Append(depth > 0 ? " " + Selections(field.Type.Named, depth - 1) : " { __typename }");
        }

        return text.ToString();
    }

    private bool IsAlikeEverywhere(Field field) =>
        schema
            .Types.OfType<ObjectType>()
            .SelectMany(type => type.Fields)
            .Concat(schema.Types.OfType<InterfaceType>().SelectMany(type => type.Fields))
            .Where(other => other.Name == field.Name)
            .All(other => other.Type.ToString() == field.Type.ToString());

    private NamedType Fitting(NamedType type)
    {
        ImmutableArray<NamedType> all =
        [
            .. schema.Types.Where(other => other is ObjectType or AbstractType && schema.Overlap(other, type)),
        ];
        return all[random.Next(all.Length)];
    }

    private string Directives() =>
        random.Next(8) switch
        {
            0 => $" @include(if: {Value(Scalars.Boolean.NonNull, 0)})",
            1 => $" @skip(if: {Value(Scalars.Boolean.NonNull, 0)})",
            _ => "",
        };

    private string Value(GraphType type, int depth)
    {
        if (!Chance(4))
        {
            return Literal(type, depth, mayVary: true);
        }

        var name = $"v{variables.Count}";
        var hasDefault = Chance(4);
        variables.Add($"${name}: {type}{(hasDefault ? " = " + Literal(type, 2, mayVary: false) : "")}");
        if (type is NonNullType ? !hasDefault || Chance(2) : Chance(2))
        {
            given[name] = Json(type, 2);
        }

        return "$" + name;
    }

    private string Literal(GraphType type, int depth, bool mayVary)
    {
        if (type is not NonNullType && Chance(15))
        {
            return "null";
        }

        string Part(GraphType part) => mayVary ? Value(part, depth - 1) : Literal(part, depth - 1, mayVary: false);
        switch (type.Nullable)
        {
            case ListType list:
                return Chance(6) && list.Item is not NonNullType { Inner: ListType } and not ListType
                    ? Literal(list.Item.Nullable.NonNull, depth - 1, mayVary: false)
                    : $"[{string.Join(' ', Enumerable.Range(0, random.Next(3)).Select(_ => Part(list.Item)))}]";
            case InputObjectType { IsOneOf: true } one:
                var chosen = one.Fields[random.Next(one.Fields.Length)];
                return $"{{{chosen.Name}: {Literal(chosen.Type.Nullable.NonNull, depth - 1, mayVary: false)}}}";
            case InputObjectType input:
                var fields = input.Fields.Where(field => field.IsRequired || (depth > 0 && Chance(3)));
                return $"{{{string.Join(' ', fields.Select(field => $"{field.Name}: {Part(field.Type)}"))}}}";
            case EnumType kinds:
                return kinds.Values[random.Next(kinds.Values.Length)].Name;
            default:
                return type.Named.Name switch
                {
                    "Int" => Pick(["1", "-7", "0", "2147483647", "-2147483648"]),
                    "Float" => Pick(["1", "1.5", "-0.25", "1e3", "1.5e2", "0"]),
                    "Boolean" => Pick(["true", "false"]),
                    "ID" => Pick(["1", "\"a\"", "\"\""]),
                    "Stamp" => "\"2026\"",
                    _ => Pick([
                        "\"a\"",
                        "\"\\u00e9\\n\"",
                        "\"\"\"block\n   text\n    more\"\"\"",
                        "\"\"",
                        "\"\\u{1F600}\"",
                    ]),
                };
        }
    }

    private JsonNode? Json(GraphType type, int depth)
    {
        if (type is not NonNullType && Chance(10))
        {
            return null;
        }

        switch (type.Nullable)
        {
            case ListType list:
                return new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Json(list.Item, depth - 1))]);
            case InputObjectType { IsOneOf: true } one:
                var chosen = one.Fields[random.Next(one.Fields.Length)];
                return new JsonObject { [chosen.Name] = Json(chosen.Type.Nullable.NonNull, depth - 1) };
            case InputObjectType input:
                return new JsonObject(
                    input
                        .Fields.Where(field => field.IsRequired || (depth > 0 && Chance(3)))
                        .Select(field => KeyValuePair.Create(field.Name, Json(field.Type, depth - 1)))
                );
            case EnumType kinds:
                return kinds.Values[random.Next(kinds.Values.Length)].Name;
            default:
                return type.Named.Name switch
                {
                    "Int" => random.Next(-5, 5),
                    "Float" => random.Next(-5, 5) / 2.0,
                    "Boolean" => Chance(2),
                    "ID" => string.Create(CultureInfo.InvariantCulture, $"id-{random.Next(9)}"),
                    "Stamp" => "2026",
                    _ => Pick(["text", "", "é\n\"\\"]),
                };
        }
    }

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private T Pick<T>(T[] all) => all[random.Next(all.Length)];
}
