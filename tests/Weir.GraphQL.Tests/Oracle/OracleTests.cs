using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weir.Testing;

namespace Weir.GraphQL.Tests.Oracle;

/// <summary>What npm's <c>graphql</c> says of the same documents, over the same schema, with the same resolvers.</summary>
public sealed partial class OracleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Generated_documents_are_read_validated_and_answered_alike(int seed)
    {
        await using var judge = await Judge.StartAsync(TestSchema.Make().ToText());
        var comparison = new Comparison(judge);
        var random = new Random(seed);
        for (var index = 0; index < 1500; index++)
        {
            // Half of them are as they should be, an eighth were until something happened to them, the others have slips.
            var (document, variables) =
                index % 8 < 5 ? new ValidDocumentMaker(random).Make() : new DocumentMaker(random).Make();
            if (index % 8 is 4 or 7)
            {
                document = Mutated(document, random);
            }

            var difference = await comparison.DifferenceAsync(document, variables);
            Assert.True(difference is null, $"{difference}\n{variables.ToJsonString()}\n{document}");
        }

        output.WriteLine($"unread, invalid, answered: {comparison.Counts}");
        Assert.True(
            comparison.Counts is { Unread: > 200, Invalid: > 300, Answered: > 700 },
            comparison.Counts.ToString()
        );
    }

    [Fact]
    public async Task The_corpus_is_read_validated_and_answered_alike()
    {
        await using var judge = await Judge.StartAsync(TestSchema.Make().ToText());
        var comparison = new Comparison(judge);
        var faults = new List<string>();
        var count = 0;
        foreach (var document in await CorpusAsync())
        {
            count++;
            if (await comparison.DifferenceAsync(document) is { } difference)
            {
                faults.Add($"{difference}\n{document}");
            }
        }

        output.WriteLine($"{count} documents; unread, invalid, answered: {comparison.Counts}");
        Assert.True(faults.Count == 0, string.Join("\n----\n", faults));
        Assert.True(count > 200, $"{count}");
    }

    [Fact]
    public async Task The_schema_tells_of_itself_alike()
    {
        var schema = TestSchema.Make();
        await using var judge = await Judge.StartAsync(schema.ToText());
        const string Types = "kind name specifiedByURL isOneOf";
        const string Of =
            "{ kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";
        const string Value = "{ name description defaultValue isDeprecated deprecationReason type " + Of + " }";
        var query = $$"""
            { __schema { queryType { name } mutationType { name } subscriptionType { name }
              types { {{Types}} description
                fields(includeDeprecated: true) { name description isDeprecated deprecationReason type {{Of}}
                  args(includeDeprecated: true) {{Value}} }
                inputFields(includeDeprecated: true) {{Value}}
                interfaces { name } possibleTypes { name }
                enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } }
              directives { name description isRepeatable locations args {{Value}} } } }
            """;
        var theirs = JsonNode.Parse(
            (await judge.AskAsync(new JsonObject { ["introspect"] = true, ["document"] = query })).GetRawText()
        )!;
        var engine = new GraphQLEngine(schema, DocumentLimits.None, (_, bug) => throw bug);
        var (operation, refusal) = engine.Prepare(new GraphQLRequest(query));
        Assert.Null(refusal);
        var ours = JsonNode.Parse(
            (await operation!.RunAsync(null, TestContext.Current.CancellationToken)).ToJson().Span
        )!;

        Assert.Null(theirs["errors"]);
        foreach (var part in new[] { "types", "directives" })
        {
            var (own, other) = (Parts(ours, part), Parts(theirs, part));
            Assert.Equal(other.Keys.Order(), own.Keys.Order());
            foreach (var (name, told) in own)
            {
                Assert.Equal(other[name], told);
            }
        }
    }

    [Fact]
    public async Task The_usual_question_of_tools_is_answered()
    {
        var schema = TestSchema.Make();
        await using var judge = await Judge.StartAsync(schema.ToText());
        var theirs = await judge.AskAsync(new JsonObject { ["introspect"] = true });

        Assert.True(theirs.TryGetProperty("data", out _), theirs.GetRawText());
        var script = """
            import { getIntrospectionQuery } from "graphql";
            console.log(getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true, oneOf: true }));
            """;
        var asked = await ProgramRun.RunAsync(
            "node",
            ["--input-type=module", "-e", script],
            folder: Path.Combine(RealPrograms.Repository, "tests", "programs")
        );
        var (operation, refusal) = new GraphQLEngine(schema, new DocumentLimits(), (_, bug) => throw bug).Prepare(
            new GraphQLRequest(asked.Output)
        );
        Assert.True(refusal is null, JsonSerializer.Serialize(refusal?.Errors));
        var ours = await operation!.RunAsync(null, TestContext.Current.CancellationToken);
        Assert.Empty(ours.Errors);
    }

    private static Dictionary<string, string> Parts(JsonNode answer, string part)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in answer["data"]!["__schema"]![part]!.AsArray())
        {
            var name = (string)one!["name"]!;
            // How the standard parts are described is left to each.
            var isStandard =
                name.StartsWith("__", StringComparison.Ordinal)
                || name
                    is "Int"
                        or "Float"
                        or "String"
                        or "Boolean"
                        or "ID"
                        or "skip"
                        or "include"
                        or "deprecated"
                        or "specifiedBy"
                        or "oneOf";
            found[name] = Plain(one, isStandard);
        }

        return found;
    }

    private static string Plain(JsonNode part, bool isStandard)
    {
        foreach (var list in new[] { "interfaces", "possibleTypes" })
        {
            if (part[list] is JsonArray { Count: > 0 } names)
            {
                part[list] = new JsonArray([
                    .. names
                        .Select(one => (string)one!["name"]!)
                        .Order(StringComparer.Ordinal)
                        .Select(one => (JsonNode)one),
                ]);
            }
        }

        if (!isStandard)
        {
            return part.ToJsonString();
        }

        // What the judge has beyond October 2021, and Weir has not: directives that are deprecated.
        switch ((string)part["name"]!)
        {
            case "__Schema":
                Field(part, "directives")["args"] = new JsonArray();
                break;
            case "__Directive":
                var fields = part["fields"]!.AsArray();
                foreach (var name in new[] { "isDeprecated", "deprecationReason" })
                {
                    if (fields.FirstOrDefault(one => (string)one!["name"]! == name) is { } field)
                    {
                        fields.Remove(field);
                    }
                }

                break;
            case "__DirectiveLocation":
                var values = part["enumValues"]!.AsArray();
                if (values.FirstOrDefault(one => (string)one!["name"]! == "DIRECTIVE_DEFINITION") is { } value)
                {
                    values.Remove(value);
                }

                break;
            case "deprecated":
                var places = part["locations"]!.AsArray();
                if (places.FirstOrDefault(one => (string)one! == "DIRECTIVE_DEFINITION") is { } place)
                {
                    places.Remove(place);
                }

                break;
        }

        return Descriptions().Replace(part.ToJsonString(), "");
    }

    private static JsonNode Field(JsonNode type, string name) =>
        type["fields"]!.AsArray().First(one => (string)one!["name"]! == name)!;

    // A token left out, doubled, put in, or cut off.
    private static string Mutated(string document, Random random)
    {
        var tokens = Tokens().Matches(document).Select(token => token.Value).ToList();
        for (var times = 1 + random.Next(2); times > 0 && tokens.Count > 1; times--)
        {
            var at = random.Next(tokens.Count);
            switch (random.Next(5))
            {
                case 0:
                    tokens.RemoveAt(at);
                    break;
                case 1:
                    tokens.Insert(at, tokens[random.Next(tokens.Count)]);
                    break;
                case 2:
                    tokens.Insert(
                        at,
                        new[]
                        {
                            "{",
                            "}",
                            "(",
                            ")",
                            "[",
                            "]",
                            "$",
                            "!",
                            ":",
                            "=",
                            "@",
                            "|",
                            "&",
                            "on",
                            "0x1",
                            "1.",
                            "\"",
                            "\"\"\"",
                            "..",
                            "\u0000",
                            "#",
                            "\u00e9",
                            "\ud800",
                            "query",
                        }[random.Next(24)]
                    );
                    break;
                case 3:
                    tokens[at] = tokens[at][..random.Next(tokens[at].Length)];
                    break;
                default:
                    (tokens[at], tokens[^1]) = (tokens[^1], tokens[at]);
                    break;
            }
        }

        return string.Join(' ', tokens).Replace("\ud800", "\\ud800", StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> CorpusAsync()
    {
        var file = Path.Combine(RealPrograms.Repository, "tests", "fixtures", "graphql", "documents.txt");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        return [.. text.Split("\n---\n").Where(document => !document.StartsWith("## ", StringComparison.Ordinal))];
    }

    [GeneratedRegex("""("description":(null|"([^"\\]|\\.)*"),?)""")]
    private static partial Regex Descriptions();

    [GeneratedRegex("\"[^\"]*\"|[A-Za-z_0-9$@.]+|[^\\s]")]
    private static partial Regex Tokens();
}
