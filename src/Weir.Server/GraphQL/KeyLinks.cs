using Weir.Client;
using Weir.GraphQL;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api;
using Weir.Server.Api.Keys;
using Weir.Server.Api.Usage;

namespace Weir.Server.GraphQL;

/// <summary>What leads from keys to their use, and from requests to keys. Keys are known in the ledger by their names.</summary>
internal static class KeyLinks
{
    private static readonly UsageDimension ByKey = new(UsageDimensionKind.Key);

    /// <summary>What keys ask for.</summary>
    public static ApiAccess Access { get; } =
        new() { Needs = PermissionSet.Of(Permission.KeysView), Or = PermissionSet.Of(Permission.KeysOwn) };

    /// <summary>What was used with a key.</summary>
    public static Field Usage(ObjectType sums) =>
        GraphQLCall.Guarded(
            "usage",
            sums,
            "What was used under its name.",
            GraphQLCall.Figures,
            [
                .. UsageQuestion.Range,
                UsageQuestion.Zone,
                .. UsageQuestion.Filters.Where(filter => filter.Name != "key"),
            ],
            async (context, call) => await UsageAsync(context, call)
        );

    /// <summary>A request's key.</summary>
    public static Field OfRequest(ObjectType key) =>
        GraphQLCall.Guarded(
            "byKey",
            key,
            "The key that it was made with; null when there is none of that name that the caller may see.",
            Access,
            [],
            async (context, call) =>
                ((RequestItem)context.Source!).Key is { } name
                    ? await context.LoadAsync(
                        "key",
                        name,
                        async (_, end) =>
                            (IReadOnlyDictionary<string, KeyItem>)
                                (await ListAsync(call, includeRevoked: true, end))
                                    // Of several of a name, the one that is good.
                                    .OrderBy(key => key.RevokedAt is not null)
                                    .DistinctBy(key => key.Name)
                                    .ToDictionary(key => key.Name, StringComparer.Ordinal)
                    )
                    : null
        );

    /// <summary>The keys that a caller may see.</summary>
    public static async Task<IEnumerable<KeyItem>> ListAsync(
        GraphQLCall call,
        bool includeRevoked,
        CancellationToken cancellationToken
    )
    {
        var caller = call.Caller;
        var found = await call.Keys.ListAsync(caller.Workspace, includeRevoked, cancellationToken);
        var owners = call.Get<UserBook>().List(caller.Workspace).ToDictionary(user => user.Id, StringComparer.Ordinal);
        return found
            .Where(key =>
                caller.Principal.Permissions.Has(Permission.KeysView)
                || (key.Owner is not null && key.Owner == caller.Principal.OwnerId)
            )
            .Select(key => KeyShapes.Item(key, owners.GetValueOrDefault(key.Owner ?? "")));
    }

    private static async Task<object?> UsageAsync(FieldContext context, GraphQLCall call)
    {
        var question = new UsageQuestion(context.Arguments);
        return await context.LoadAsync<string, object>(
            $"key usage {question}",
            ((KeyItem)context.Source!).Name,
            async (names, end) =>
            {
                var reader = question.Reader("timezone");
                var query = reader.Read(call.Caller, call.Clock);
                if (question.Fault(reader.Errors) is { } fault)
                {
                    return names.ToDictionary(name => name, object (_) => fault, StringComparer.Ordinal);
                }

                query = query with
                {
                    GroupBy = [ByKey],
                    Filters = query.Filters.Add(new UsageFilter(ByKey, [.. names])),
                };
                var rows = (await call.Queries.SummaryAsync(query, end)).Rows.ToDictionary(
                    row => row.Keys[0]!,
                    row => row.Totals,
                    StringComparer.Ordinal
                );
                return names.ToDictionary(
                    name => name,
                    object (name) => UsageShapes.Figures(rows.GetValueOrDefault(name) ?? new UsageTotals()),
                    StringComparer.Ordinal
                );
            }
        );
    }
}
