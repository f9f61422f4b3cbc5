using Weir.GraphQL.Tests.Oracle;

namespace Weir.GraphQL.Tests;

/// <summary>
/// Documents that are made to cost: each is refused before anything runs, and what its refusal takes is bounded by its own size. Memory
/// is counted as what was allocated on the way, which is the same on every machine.
/// </summary>
public sealed class HostileTests
{
    private static readonly GraphQLEngine Engine = new(TestSchema.Make(), new DocumentLimits(), (_, bug) => throw bug);

    public static TheoryData<string, string, string> Documents() =>
        new()
        {
            { "fields in fields", Nested(50, "best ", "id"), "GRAPHQL_TOO_LARGE" },
            { "fields in fields, far too deep", Nested(20_000, "best ", "id"), "GRAPHQL_PARSE_FAILED" },
            { "aliases", Many(1_900, n => $"a{n}: __typename"), "GRAPHQL_TOO_LARGE" },
            { "ten thousand aliases", Many(10_000, n => $"a{n}: __typename"), "GRAPHQL_PARSE_FAILED" },
            { "the same field again and again", Many(9_000, _ => "__typename"), "GRAPHQL_TOO_LARGE" },
            {
                "fragments in a circle",
                "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
                "GRAPHQL_VALIDATION_FAILED"
            },
            {
                "a hundred fragments in a circle",
                "{ ...F0 } "
                    + string.Concat(
                        Enumerable.Range(0, 100).Select(n => $"fragment F{n} on Query {{ ...F{(n + 1) % 100} }} ")
                    ),
                "GRAPHQL_VALIDATION_FAILED"
            },
            {
                "fragments that double",
                "{ ...F0 } "
                    + string.Concat(
                        Enumerable.Range(0, 60).Select(n => $"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} ")
                    )
                    + "fragment F60 on Query { __typename }",
                "GRAPHQL_TOO_LARGE"
            },
            {
                "lists in lists",
                "{ echo(list: " + new string('[', 40_000) + new string(']', 40_000) + ") }",
                "GRAPHQL_PARSE_FAILED"
            },
            { "objects in objects", "{ echo(a: " + Repeat("{a:", 30_000) + ") }", "GRAPHQL_PARSE_FAILED" },
            { "types in types", "query (" + "$a: " + new string('[', 50_000) + ") { a }", "GRAPHQL_PARSE_FAILED" },
            { "variables", "query (" + Repeat("$a: Int ", 12_000) + ") { __typename }", "GRAPHQL_PARSE_FAILED" },
            { "directives", "{ __typename " + Repeat("@skip(if: true) ", 2_000) + "}", "GRAPHQL_PARSE_FAILED" },
            {
                "fields that may not merge",
                Many(90, n => $"dog {{ name: {(n % 2 == 0 ? "name" : "nickname")} }}"),
                "GRAPHQL_VALIDATION_FAILED"
            },
            { "unknown fields", Many(199, n => $"nope{n}"), "GRAPHQL_VALIDATION_FAILED" },
            {
                "introspection of itself",
                "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
                "GRAPHQL_VALIDATION_FAILED"
            },
        };

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_hostile_document_is_refused_for_no_more_than_it_weighs(string name, string document, string code)
    {
        // The first time reads what there is once for all.
        Engine.Prepare(new GraphQLRequest(document));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var (operation, refusal) = Engine.Prepare(new GraphQLRequest(document));
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(operation is null, name);
        Assert.Equal(code, refusal!.Errors[0].Code);
        Assert.InRange(refusal.Errors.Length, 1, new DocumentLimits().Errors + 1);
        Assert.InRange(refusal.ToJson().Length, 1, 64 * 1024);
        // Circles and fields that may not merge are looked at in pairs, up to a bound of their own.
        var most = 4 * 1024 * 1024 + (200L * Math.Min(document.Length, new DocumentLimits().Length));
        Assert.True(taken <= most, $"{name}: {taken} bytes for {document.Length} characters, {most} at most");
    }

    [Theory]
    [InlineData(30_000)]
    [InlineData(3_000_000)]
    public void What_is_longer_than_it_may_be_is_not_read(int characters)
    {
        var document = "{ __typename " + new string(' ', characters + 100_000) + "}";

        Engine.Prepare(new GraphQLRequest(document));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (operation, _) = Engine.Prepare(new GraphQLRequest(document));

        Assert.Null(operation);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8192);
    }

    private static string Nested(int depth, string open, string leaf) =>
        "{ "
        + Repeat(open + "{ ", depth).Replace("{ {", "{", StringComparison.Ordinal)
        + leaf
        + Repeat(" }", depth + 1);

    private static string Many(int count, Func<int, string> one) =>
        "{ " + string.Join(' ', Enumerable.Range(0, count).Select(one)) + " }";

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
