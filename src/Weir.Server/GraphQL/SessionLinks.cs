using System.Globalization;
using Weir.Client;
using Weir.GraphQL;
using Weir.Ledger;
using Weir.Server.Api.Sessions;
using Weir.Server.Api.Usage;

namespace Weir.Server.GraphQL;

/// <summary>
/// What leads from sessions to their requests and sums, and from requests to sessions: asked for by all of a list at once.
/// </summary>
internal static class SessionLinks
{
    private const int MostRequests = 1000;
    private static readonly UsageDimension BySession = new(UsageDimensionKind.Session);
    private static readonly UsageDimension ByModel = new(UsageDimensionKind.Model);

    // A session's times are those of its log where it has one, and other witnesses may have seen its requests a little beside.
    private static readonly TimeSpan Beside = TimeSpan.FromDays(1);

    /// <summary>A request's session.</summary>
    public static Field OfRequest(ObjectType session) =>
        GraphQLCall.Guarded(
            "inSession",
            session,
            "The session that it was made in, with the sums of the last ten years.",
            GraphQLCall.AllFigures,
            [],
            async (context, call) => await FindAsync(context, call, ((RequestItem)context.Source!).Session)
        );

    /// <summary>What a session leads to.</summary>
    public static IEnumerable<Field> Of(UsageTypes types)
    {
        yield return GraphQLCall.Guarded(
            "parent",
            types.Session,
            "The session that began it, with the sums of the last ten years.",
            GraphQLCall.AllFigures,
            [],
            async (context, call) => await FindAsync(context, call, ((SessionItem)context.Source!).ParentSession)
        );
        yield return GraphQLCall.Guarded(
            "latestRequests",
            types.Request.Many,
            "Its requests, newest first.",
            GraphQLCall.AllFigures,
            [new Argument("first", Scalars.Int, "20") { Description = $"How many at most: 1 to {MostRequests}." }],
            async (context, call) => await RequestsAsync(context, call),
            length: arguments => Math.Clamp(arguments.Whole("first") ?? 20, 1, MostRequests)
        );
        yield return GraphQLCall.Guarded(
            "byModel",
            types.Row.Many,
            "Its sums by model, dearest first.",
            GraphQLCall.AllFigures,
            [],
            async (context, call) =>
                await context.LoadAsync<Place, UsageSummaryRow[]>(
                    "session by model",
                    Place.Of((SessionItem)context.Source!),
                    (places, end) => ByModelAsync(call, places, end)
                ),
            length: _ => 3
        );
    }

    private static async Task<object?> FindAsync(FieldContext context, GraphQLCall call, string? session) =>
        session is null
            ? null
            : await context.LoadAsync<string, object>(
                "session",
                session,
                async (ids, end) =>
                    await call.SessionsAsync() is { } sessions
                        ? (await sessions.FindAsync(call.Caller.Workspace, [.. ids], end)).ToDictionary(
                            found => found.Id,
                            object (found) => SessionShapesOf.Item(found),
                            StringComparer.Ordinal
                        )
                        : ids.ToDictionary(id => id, object (_) => call.Unreadable(), StringComparer.Ordinal)
            );

    private static async Task<object?> RequestsAsync(FieldContext context, GraphQLCall call)
    {
        var first = context.Arguments.Whole("first") ?? 20;
        return first is < 1 or > MostRequests
            ? new FieldFault(
                string.Create(CultureInfo.InvariantCulture, $"first: must be a whole number from 1 to {MostRequests}"),
                "BAD_USER_INPUT"
            )
            : await context.LoadAsync<Place, List<RequestItem>>(
                string.Create(CultureInfo.InvariantCulture, $"session requests {first}"),
                Place.Of((SessionItem)context.Source!),
                (places, end) => RequestsAsync(call, places, first, end)
            ) ?? [];
    }

    // All that fit into one page are found at once. Only a session whose requests were pushed out of it is asked for by itself.
    private static async Task<IReadOnlyDictionary<Place, List<RequestItem>>> RequestsAsync(
        GraphQLCall call,
        IReadOnlyList<Place> places,
        int first,
        CancellationToken cancellationToken
    )
    {
        var found = places.ToDictionary(place => place, _ => new List<RequestItem>());
        var byId = places.ToLookup(place => place.Session, StringComparer.Ordinal);
        var page = await call.Queries.RecordsAsync(Question(call, places), null, MostRequests, cancellationToken);
        foreach (var record in page.Items)
        {
            foreach (var place in byId[record.Record.Session ?? ""])
            {
                if (found[place].Count < first)
                {
                    found[place].Add(UsageShapes.Request(record));
                }
            }
        }

        if (page.Next is not null)
        {
            foreach (var place in places.Where(place => found[place].Count < first))
            {
                var own = await call.Queries.RecordsAsync(Question(call, [place]), null, first, cancellationToken);
                found[place] = [.. own.Items.Select(UsageShapes.Request)];
            }
        }

        return found;
    }

    private static async Task<IReadOnlyDictionary<Place, UsageSummaryRow[]>> ByModelAsync(
        GraphQLCall call,
        IReadOnlyList<Place> places,
        CancellationToken cancellationToken
    )
    {
        var query = Question(call, places) with { GroupBy = [BySession, ByModel] };
        var rows = UsageShapes
            .Summary(query, await call.Queries.SummaryAsync(query, cancellationToken))
            .Rows.ToLookup(row => row.Keys["session"], StringComparer.Ordinal);
        return places.ToDictionary(place => place, place => rows[place.Session].ToArray());
    }

    private static UsageQuery Question(GraphQLCall call, IReadOnlyList<Place> places) =>
        new()
        {
            Workspace = call.Caller.Workspace,
            From = places.Min(place => place.First) - Beside,
            To = places.Max(place => place.Last) + Beside,
            Filters =
            [
                new UsageFilter(BySession, [.. places.Select(place => place.Session).Distinct(StringComparer.Ordinal)]),
            ],
        };

    private readonly record struct Place(string Session, DateTimeOffset First, DateTimeOffset Last)
    {
        public static Place Of(SessionItem session) => new(session.Id, session.FirstAt, session.LastAt);
    }
}
