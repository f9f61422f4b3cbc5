using System.Collections.Immutable;
using Weir.Capture.Sessions;
using Weir.Client;
using Weir.GraphQL;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api;
using Weir.Server.Api.Blocks;
using Weir.Server.Api.Budgets;
using Weir.Server.Api.Limits;
using Weir.Server.Api.Sessions;
using Weir.Server.Api.Upkeep;
using Weir.Server.Blocks;
using Weir.Server.Limits;

namespace Weir.Server.GraphQL;

/// <summary>What is no usage: health, sessions, budgets, limits, blocks, keys. The same facades as REST's.</summary>
internal static class OtherFields
{
    /// <summary>The fields.</summary>
    public static IEnumerable<Field> All(ShapeTypes shapes, UsageTypes types)
    {
        yield return new Field("health", Scalars.String.NonNull)
        {
            Description =
                "ok while this server takes work, degraded while it does and the ledger cannot be read, else unready.",
            Resolve = context =>
            {
                var state = ((GraphQLCall)context.State!).State;
                var ledger = state.Modules.Ledger.Status;
                var health =
                    ledger.RefusesBecause is not null || state.IsStopping ? "unready"
                    : ledger.Unavailable is not null ? "degraded"
                    : "ok";
                return ValueTask.FromResult<object?>(health);
            },
        };
        yield return GraphQLCall.Guarded(
            "kept",
            shapes.Of<KeptResult>("Kept", "What the workspace keeps of its past, and where."),
            "Since when requests and sums are kept, and which months are archived.",
            GraphQLCall.AllFigures,
            [],
            async (context, call) =>
                await KeptAnswers.ReadAsync(call.Ledger, call.Caller.Workspace, context.CancellationToken)
        );
        yield return GraphQLCall.Guarded(
            "budgets",
            shapes.Of<BudgetItem>("Budget", "A budget that holds, and how its counters stand.").Many,
            "The budgets that hold.",
            new ApiAccess { Needs = PermissionSet.Of(Permission.BudgetsView) },
            [],
            (_, call) => ValueTask.FromResult<object?>(Listing(call).Budgets),
            length: _ => 10
        );
        yield return GraphQLCall.Guarded(
            "rateLimits",
            shapes.Of<RateLimitItem>("RateLimit", "A limit that holds, and how its counters stand.").Many,
            "The limits on requests, tokens and concurrency that hold.",
            new ApiAccess { Needs = PermissionSet.Of(Permission.BudgetsView) },
            [],
            (_, call) => ValueTask.FromResult<object?>(Listing(call).Limits),
            length: _ => 10
        );
        yield return GraphQLCall.Guarded(
            "limits",
            shapes.Of<LimitItem>("Limit", "A quota of a plan.").Many,
            "Quotas of plans: what providers told, what was learned, when they will be met.",
            GraphQLCall.AllFigures,
            [],
            async (context, call) =>
                LimitShaping
                    .List(await call.Get<LimitBoard>().ReadAsync(call.Caller.Workspace, context.CancellationToken))
                    .Limits,
            length: _ => 10
        );
        yield return GraphQLCall.Guarded(
            "blocks",
            shapes.Of<BlockItem>("Block", "Use in five hours.").Many,
            "Use in blocks of five hours, of coding agents unless client says otherwise.",
            GraphQLCall.AllFigures,
            [
                .. UsageQuestion.Range,
                UsageQuestion.Zone,
                new Argument("gaps", Scalars.Boolean, "false") { Description = "Whether silences are told too." },
                new Argument("active", Scalars.Boolean, "false") { Description = "The running block alone." },
                .. UsageQuestion.Filters,
            ],
            async (context, call) => await BlocksAsync(context, call),
            cost: 50,
            length: _ => 40
        );
        yield return GraphQLCall.Guarded(
            "keys",
            types.Key.Many,
            "The workspace's keys.",
            KeyLinks.Access,
            [new Argument("includeRevoked", Scalars.Boolean, "false")],
            async (context, call) =>
                await KeyLinks.ListAsync(call, context.Arguments.Flag("includeRevoked"), context.CancellationToken),
            length: _ => 20
        );
        yield return ProviderFields.Providers(types.Health);
        foreach (var field in Sessions(shapes, types.Session))
        {
            yield return field;
        }
    }

    private static IEnumerable<Field> Sessions(ShapeTypes shapes, ObjectType session)
    {
        ImmutableArray<Argument> listed =
        [
            .. UsageQuestion.Range,
            UsageQuestion.Zone,
            .. RequestFields.Paging,
            new Argument("active", Scalars.Boolean, "false") { Description = "Those that run alone." },
            .. UsageQuestion.Filters.Where(filter => filter.Name is "client" or "project" or "user"),
        ];
        yield return GraphQLCall.Guarded(
            "sessions",
            session.Many,
            "Sessions of coding agents, the one last heard of first. sessionPage tells where the next page begins.",
            GraphQLCall.AllFigures,
            listed,
            async (context, call) =>
                await SessionsAsync(context, call) is var (page, fault) && page is not null ? page.Items : fault,
            length: RequestFields.HowMany
        );
        yield return GraphQLCall.Guarded(
            "sessionPage",
            RequestFields.Page("SessionPage", "One page of sessions, the one last heard of first.", session),
            "Sessions of coding agents, page by page.",
            GraphQLCall.AllFigures,
            listed,
            async (context, call) =>
                await SessionsAsync(context, call) is var (page, fault) && page is not null ? page : fault,
            length: RequestFields.HowMany
        );
        yield return GraphQLCall.Guarded(
            "session",
            shapes.Of<SessionDetail>("SessionDetail", "A session, and the tree of what it did."),
            "One session: the tree of its prompts, agents, tools and requests; null when there is none.",
            GraphQLCall.AllFigures,
            [new Argument("id", Scalars.Id.NonNull)],
            async (context, call) => await SessionAsync(context, call),
            cost: 100
        );
    }

    private static BudgetList Listing(GraphQLCall call)
    {
        var (state, workspace) = (call.State, call.Caller.Workspace);
        return new BudgetListing(
            state.Documents,
            workspace,
            call.Get<WorkspaceRegistry>().Find(workspace)?.Name ?? "",
            state.Modules.Standings(workspace),
            state.Modules.Identity.Grants.Living()
        ).Make(call.Clock.GetUtcNow());
    }

    private static async Task<object?> BlocksAsync(FieldContext context, GraphQLCall call)
    {
        var question = new UsageQuestion(context.Arguments);
        var reader = question.Reader("timezone");
        var query = reader.Read(call.Caller, call.Clock);
        if (question.Fault(reader.Errors) is { } fault)
        {
            return fault;
        }

        var now = call.Clock.GetUtcNow();
        var (gaps, active) = (context.Arguments.Flag("gaps"), context.Arguments.Flag("active"));
        var blocks = await BlockReader.ReadAsync(call.Queries, query, now, context.CancellationToken);
        return blocks
            .Where(block => (gaps || !block.IsGap) && (!active || block.IsActive))
            .Select(block => BlockRoutes.Shape(block, now));
    }

    private static async Task<(SessionPage? Page, FieldFault? Fault)> SessionsAsync(
        FieldContext context,
        GraphQLCall call
    )
    {
        var question = new UsageQuestion(context.Arguments);
        question.Page(context.Arguments);
        var reader = question.Reader("limit", "cursor", "timezone");
        var range = reader.Read(call.Caller, call.Clock);
        var first = reader.Whole("limit", 1, 1000, 100);
        var after = reader.One("cursor");
        if (after is not null && !SessionQueries.IsCursor(after))
        {
            reader.Fault("cursor", "is no cursor: give the next of the page before");
        }

        if (question.Fault(reader.Errors) is { } fault)
        {
            return (null, fault);
        }

        if (await call.SessionsAsync() is not { } sessions)
        {
            return (null, call.Unreadable());
        }

        var page = await sessions.ListAsync(
            new SessionListQuery
            {
                Workspace = call.Caller.Workspace,
                From = range.From,
                To = range.To,
                Clients = Values(range, UsageDimensionKind.Client),
                Projects = Values(range, UsageDimensionKind.Project),
                Users = Values(range, UsageDimensionKind.User),
                ActiveOnly = context.Arguments.Flag("active"),
            },
            after,
            first,
            context.CancellationToken
        );
        return (new SessionPage(range.From, range.To, [.. page.Items.Select(SessionShapesOf.Item)], page.Next), null);
    }

    private static async Task<object?> SessionAsync(FieldContext context, GraphQLCall call)
    {
        var (state, workspace) = (call.State, call.Caller.Workspace);
        if (await call.SessionsAsync() is not { } sessions)
        {
            return call.Unreadable();
        }

        var tree = await sessions.TreeAsync(
            workspace,
            context.Arguments.Text("id")!,
            provider => SessionRoutes.CatalogueOf(state, workspace, provider),
            context.CancellationToken
        );
        return tree is null
            ? null
            : new SessionDetail(SessionShapesOf.Item(tree.Overview), SessionShapesOf.Node(tree.Root), tree.IsCut);
    }

    private static ImmutableArray<string?> Values(UsageQuery query, UsageDimensionKind kind) =>
        [.. query.Filters.Where(filter => filter.Dimension.Kind == kind).SelectMany(filter => filter.Values)];
}
