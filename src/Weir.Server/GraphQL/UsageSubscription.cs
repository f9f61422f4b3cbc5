using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Client;
using Weir.Client.Json;
using Weir.GraphQL;
using Weir.Ledger;
using Weir.Server.Live;

namespace Weir.Server.GraphQL;

/// <summary>
/// <c>subscription { usage { … } }</c>: each request as the ledger takes it in. It reads where <c>/live</c> reads, with no queue of
/// its own: who is too slow falls behind what is kept, is told so, and is ended.
/// </summary>
internal static class UsageSubscription
{
    private static readonly Dictionary<string, Func<RequestItem, string?>> Values = new(StringComparer.Ordinal)
    {
        ["model"] = one => one.Model,
        ["requestedModel"] = one => one.RequestedModel,
        ["provider"] = one => one.Provider,
        ["key"] = one => one.Key,
        ["user"] = one => one.User,
        ["team"] = one => one.Team,
        ["project"] = one => one.Project,
        ["session"] = one => one.Session,
        ["agent"] = one => one.Agent,
        ["client"] = one => one.Client,
        ["source"] = one => one.Source,
        ["status"] = one => one.Status,
        ["route"] = one => one.Route,
    };

    /// <summary>The field.</summary>
    public static Field Field(ObjectType request) =>
        new("usage", request.NonNull)
        {
            Description = "Each request as it ends. What was before is asked of requests.",
            Arguments =
            [
                new Argument("changes", Scalars.Boolean, "false")
                {
                    Description = "Whether later changes of a request are told too: revision counts them.",
                },
                .. UsageQuestion.Filters,
            ],
            Cost = 100,
            Note = GraphQLCall.AllFigures,
            Resolve = context => ValueTask.FromResult(context.Source),
            Subscribe = context => ValueTask.FromResult(Open(context)),
        };

    private static EventStream Open(FieldContext context)
    {
        var call = (GraphQLCall)context.State!;
        if (call.Let(GraphQLCall.AllFigures) is { Fault: { } refusal })
        {
            return new EventStream(null, refusal);
        }

        var question = new UsageQuestion(context.Arguments);
        var reader = question.Reader();
        var query = reader.Read(call.Caller, call.Clock);
        if (question.Fault(reader.Errors) is { } fault)
        {
            return new EventStream(null, fault);
        }

        var place = call.Get<LiveFeed>().TryListen(call.Caller.Workspace);
        return place is null
            ? new EventStream(null, new FieldFault("As many listen already as may; try again later.", "UNAVAILABLE"))
            : new EventStream(ReadAsync(call, query, context.Arguments.Flag("changes"), place, CancellationToken.None));
    }

    private static async IAsyncEnumerable<object> ReadAsync(
        GraphQLCall call,
        UsageQuery query,
        bool takesChanges,
        IDisposable place,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var mine = place;
        var (feed, ledger, options) = (call.Get<LiveFeed>(), call.Ledger, call.Get<LiveOptions>());
        var cursor = ledger.Feed.Newest;
        while (call.Caller.IsStillGood())
        {
            var entries = feed.Read(cursor);
            if (entries is null && ledger.Feed.Newest - cursor <= options.CatchUp)
            {
                entries =
                [
                    .. (await ledger.Feed.ReadAsync(cursor, options.Batch, cancellationToken)).Select(LiveEntry.Of),
                ];
            }

            if (entries is not { } found)
            {
                yield return new FieldFault(
                    "More has happened than this listener could take: begin again.",
                    "TOO_SLOW"
                );
                yield break;
            }

            if (found.IsEmpty)
            {
                await WaitAsync(feed, cursor, options.Beat, call.Clock, cancellationToken);
                continue;
            }

            foreach (var entry in found)
            {
                cursor = entry.Sequence;
                if (
                    entry.Workspace == query.Workspace
                    && JsonSerializer.Deserialize(entry.Json, WeirJson.Default.LiveChange)?.Request is { } request
                    && (takesChanges || request.Revision == 1)
                    && query.Filters.All(filter => Passes(filter, request))
                )
                {
                    yield return request;
                }
            }
        }

        yield return new FieldFault("The key, or the session, is no longer good.", "FORBIDDEN");
    }

    // Until something may have come, or for a time: then it is looked whether the caller is still let in.
    private static async Task WaitAsync(
        LiveFeed feed,
        long cursor,
        TimeSpan atMost,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        using var enough = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        try
        {
            await feed.WaitAsync(cursor, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing came.
        }
    }

    private static bool Passes(UsageFilter filter, RequestItem request)
    {
        var value = filter.Dimension.Tag is { } tag
            ? request.Tags.GetValueOrDefault(tag)
            : Values[filter.Dimension.ToString()](request);
        return filter.Kind switch
        {
            UsageFilterKind.NotIn => !filter.Values.Contains(value),
            UsageFilterKind.Prefix when value is not null => filter.Values.Any(start =>
                start is not null && value.StartsWith(start, StringComparison.Ordinal)
            ),
            _ => filter.Values.Contains(value),
        };
    }
}
