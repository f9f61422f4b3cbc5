using System.Collections.Immutable;
using Weir.Client;
using Weir.GraphQL;
using Weir.Server.Api.Usage;

namespace Weir.Server.GraphQL;

/// <summary>Single requests. The same facade as <c>/api/v1/usage/requests</c>.</summary>
internal static class RequestFields
{
    private const int MaxItems = 1000;
    private const string First = "100";

    /// <summary>The fields.</summary>
    public static IEnumerable<Field> All(UsageTypes types)
    {
        ImmutableArray<Argument> listed =
        [
            .. UsageQuestion.Range,
            UsageQuestion.Zone,
            .. Paging,
            .. UsageQuestion.Filters,
        ];
        yield return GraphQLCall.Guarded(
            "requests",
            types.Request.Many,
            "Single requests, newest first. requestPage tells where the next page begins.",
            GraphQLCall.Figures,
            listed,
            async (context, call) =>
                await PageAsync(context, call) is var (found, fault) && found is not null ? found.Items : fault,
            length: HowMany
        );
        yield return GraphQLCall.Guarded(
            "requestPage",
            Page("RequestPage", "One page of requests, newest first.", types.Request),
            "Single requests, newest first, page by page.",
            GraphQLCall.Figures,
            listed,
            async (context, call) =>
                await PageAsync(context, call) is var (found, fault) && found is not null ? found : fault,
            length: HowMany
        );
        yield return GraphQLCall.Guarded(
            "request",
            types.Request,
            "One request, with what it was before each of its changes; null when there is none.",
            GraphQLCall.Figures,
            [new Argument("id", Scalars.Id.NonNull)],
            async (context, call) =>
                await UsageAnswers.RequestAsync(context.Arguments.Text("id")!, call.Asker, context.CancellationToken)
        );
    }

    /// <summary>How many items, and from where on.</summary>
    public static ImmutableArray<Argument> Paging { get; } =
    [
        new("first", Scalars.Int, First) { Description = $"How many at most: 1 to {MaxItems}." },
        new("after", Scalars.String) { Description = "The next of the page before." },
    ];

    /// <summary>How many items a list was asked for.</summary>
    public static int HowMany(Arguments arguments) => Math.Clamp(arguments.Whole("first") ?? 100, 1, MaxItems);

    /// <summary>A page's type.</summary>
    public static ObjectType Page(string name, string description, ObjectType item) =>
        new(
            name,
            description,
            () =>
                [
                    new Field("items", item.Many)
                    {
                        Resolve = context =>
                            ValueTask.FromResult<object?>(
                                context.Source switch
                                {
                                    RequestPage page => page.Items,
                                    SessionPage page => page.Items,
                                    _ => null,
                                }
                            ),
                    },
                    new Field("next", Scalars.String)
                    {
                        Description = "Give it as after for the next page; null at the end.",
                        Resolve = context =>
                            ValueTask.FromResult<object?>(
                                context.Source switch
                                {
                                    RequestPage page => page.Next,
                                    SessionPage page => page.Next,
                                    _ => null,
                                }
                            ),
                    },
                ]
        );

    private static async Task<(RequestPage? Page, FieldFault? Fault)> PageAsync(FieldContext context, GraphQLCall call)
    {
        var question = new UsageQuestion(context.Arguments);
        question.Page(context.Arguments);
        var (page, errors) = await UsageAnswers.RequestsAsync(
            question.ToRequest(),
            call.Asker,
            context.CancellationToken
        );
        return question.Fault(errors) is { } fault ? (null, fault) : (page, null);
    }
}
