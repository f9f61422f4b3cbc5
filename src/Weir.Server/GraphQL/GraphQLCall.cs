using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Weir.Capture.Sessions;
using Weir.GraphQL;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api;
using Weir.Server.Api.Sessions;
using Weir.Server.Api.Usage;

namespace Weir.Server.GraphQL;

/// <summary>Who asks, and of what: what resolvers are given. Always of the caller's own workspace.</summary>
/// <param name="caller">Who asks.</param>
/// <param name="services">The server's parts.</param>
internal sealed class GraphQLCall(ApiCaller caller, IServiceProvider services)
{
    private StrongBox<int> asked = new();

    /// <summary>Who asks.</summary>
    public ApiCaller Caller => caller;

    /// <summary>The same for another caller, or the same one with less.</summary>
    public GraphQLCall For(ApiCaller other) => new(other, services) { asked = asked };

    /// <summary>
    /// How many questions its fields have asked of the ledger, the sessions and the keys so far: as many for a list of one as for a
    /// list of a thousand, where loaders do their work.
    /// </summary>
    public int Asked => asked.Value;

    /// <summary>The server.</summary>
    public ServerState State => Get<ServerState>();

    /// <summary>The ledger, for a question that is listened to as long as the caller likes.</summary>
    public UsageLedger Ledger => Get<UsageLedger>();

    /// <summary>What is asked of the ledger; to be taken anew for each question.</summary>
    public UsageQueries Queries
    {
        get
        {
            Interlocked.Increment(ref asked.Value);
            return Ledger.Queries;
        }
    }

    /// <summary>The keys; to be taken anew for each question.</summary>
    public KeyRing Keys
    {
        get
        {
            Interlocked.Increment(ref asked.Value);
            return Get<KeyRing>();
        }
    }

    /// <summary>Who asks, of what, and when: what the facades of REST are given.</summary>
    public UsageAsker Asker => new(Caller, Queries, Clock);

    /// <summary>The sessions, to be taken anew for each question; null when they cannot be read.</summary>
    public Task<SessionQueries?> SessionsAsync()
    {
        Interlocked.Increment(ref asked.Value);
        return SessionRoutes.SessionsAsync(State);
    }

    /// <summary>What is said when sessions cannot be read.</summary>
    public FieldFault Unreadable() =>
        new($"What coding agents left cannot be read: {Caller.Told(State.Modules.Capture.Failure)}", "UNAVAILABLE");

    /// <summary>The clock.</summary>
    public TimeProvider Clock => Get<TimeProvider>();

    /// <summary>A part of the server.</summary>
    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>
    /// Whether the caller may have what a field gives, by the same words as the route of REST that gives it.
    /// </summary>
    /// <returns>Him, answered of what he may be answered of; null and why when of nothing.</returns>
    public (ApiCaller? Caller, FieldFault? Fault) Let(ApiAccess access)
    {
        var scope = ResourceScope.Of(Caller.Principal, access);
        var missing = access.Missing(Caller.Principal);
        return missing.IsEmpty || scope is not null
            ? (Caller with { Scope = scope }, null)
            : (null, new FieldFault($"This needs the permission {missing}.", "FORBIDDEN"));
    }

    /// <summary>
    /// A field that asks its caller for something first. It may always be null: who may not have it has the rest of his answer.
    /// </summary>
    public static Field Guarded(
        string name,
        GraphType type,
        string description,
        ApiAccess access,
        IEnumerable<Argument> arguments,
        Func<FieldContext, GraphQLCall, ValueTask<object?>> resolve,
        int cost = 10,
        Func<Arguments, int>? length = null
    ) =>
        new(name, type is NonNullType { Inner: var inner } ? inner : type)
        {
            Description = description,
            Arguments = [.. arguments],
            Cost = cost,
            Length = length,
            Note = access,
            Resolve = context =>
            {
                var call = (GraphQLCall)context.State!;
                var (caller, fault) = call.Let(access);
                return caller is null
                    ? ValueTask.FromResult<object?>(fault)
                    : ResolveAsync(() => resolve(context, call.For(caller)));
            },
        };

    // The rest of the answer may not need the ledger.
    private static async ValueTask<object?> ResolveAsync(Func<ValueTask<object?>> resolve)
    {
        try
        {
            return await resolve();
        }
        catch (LedgerUnavailableException shut)
        {
            return new FieldFault(shut.Message, "UNAVAILABLE");
        }
    }

    /// <summary>What all may have who may look at figures, or at those of single things.</summary>
    public static ApiAccess Figures { get; } =
        new() { Needs = PermissionSet.Of(Permission.AnalyticsView), TakesGrants = true };

    /// <summary>What all may have who may look at figures of the whole workspace.</summary>
    public static ApiAccess AllFigures { get; } = new() { Needs = PermissionSet.Of(Permission.AnalyticsView) };
}
