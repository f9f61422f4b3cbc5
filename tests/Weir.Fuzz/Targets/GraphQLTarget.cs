using System.Text;
using Weir.Fuzz.Engine;
using Weir.GraphQL;
using Weir.GraphQL.Language;

namespace Weir.Fuzz.Targets;

/// <summary>
/// A document of GraphQL: read or refused, held against the limits, validated and answered, never more; and what it says of a place
/// is a place of it.
/// </summary>
internal sealed class GraphQLTarget : FuzzTarget
{
    private static readonly GraphQLEngine Asked = Make();

    public override string Name => "graphql";

    public override string Group => "server";

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. "{ } ( ) [ ] : = ! $ | & @ ... \" \"\"\" # query mutation subscription fragment on a b list leaf null true false 1 -0 1.5e3 __typename __schema types name @skip(if: @include(if: $v extend type input"
            .Split(' ')
            .Select(Encoding.UTF8.GetBytes),
    ];

    public override IEnumerable<byte[]> Seeds() =>
        [
            "{ leaf list(first: 3) { leaf a: leaf @skip(if: true) } }"u8.ToArray(),
            "query Q($v: [Int!] = [1], $o: In = {a: 1}) { list(in: $o) { ...F } } fragment F on Thing { leaf(x: $v) ...F }"u8.ToArray(),
            "{ __schema { types { name fields { name } } } list { ... on Thing { list { leaf } } } }"u8.ToArray(),
            "\"\"\"d\"\"\" type A implements B & C @d(a: [1, {b: \"\\u{1F600}\"}]) { a(b: Int = 1): [Int!]! }"u8.ToArray(),
        ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        var (document, fault) = Parser.Parse(text, new DocumentLimits());
        Must(document is null != fault is null, "it is read or refused");
        foreach (var place in fault?.Locations ?? [])
        {
            Must(place.Line >= 1 && place.Column >= 1 && place.Column <= text.Length + 1, "a place is in the text");
        }

        var (operation, refusal) = Asked.Prepare(new GraphQLRequest(text));
        Must(operation is null != refusal is null, "it is prepared or refused");
        Must(document is not null || operation is null, "what cannot be read is not prepared");
        var answer = refusal ?? operation!.RunAsync(null, CancellationToken.None).GetAwaiter().GetResult();
        Must(answer.ToJson().Length > 0, "and answered");
        return $"{document is null} {Bucket(answer.Errors.Length)} {answer.Ran}";
    }

    private static GraphQLEngine Make()
    {
        var input = new InputObjectType(
            "In",
            null,
            () => [new Argument("a", Scalars.Int, "1"), new Argument("b", Scalars.String)]
        );
        ObjectType? thing = null;
        Field Leaf() =>
            new("leaf", Scalars.String)
            {
                Arguments = [new Argument("x", Scalars.Int.NonNull.List)],
                Resolve = context => ValueTask.FromResult<object?>("leaf"),
            };
        Field List() =>
            new("list", thing!.Many)
            {
                Arguments = [new Argument("first", Scalars.Int, "2"), new Argument("in", input)],
                Length = arguments => arguments.Whole("first") ?? 2,
                Resolve = context => ValueTask.FromResult<object?>(new object[] { 1, 2 }),
            };
        thing = new ObjectType("Thing", null, () => [Leaf(), List()]);
        var query = new ObjectType("Query", null, () => [Leaf(), List()]);
        return new GraphQLEngine(
            new Schema(query),
            new DocumentLimits(),
            (field, bug) => throw new InvalidOperationException($"{field} threw", bug)
        );
    }
}
