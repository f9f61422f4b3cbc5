using Weir.Client;
using Weir.GraphQL;
using Weir.Identity;
using Weir.Server.Api;
using Weir.Server.Api.Providers;

namespace Weir.Server.GraphQL;

/// <summary>How providers stand, and what they served.</summary>
internal static class ProviderFields
{
    private static readonly ApiAccess Access = new() { Needs = PermissionSet.Of(Permission.ConfigRead) };

    /// <summary>The field.</summary>
    public static Field Providers(ObjectType health) =>
        GraphQLCall.Guarded(
            "providers",
            health.Many,
            "How each provider stands for each model that was asked for there, since the server started.",
            Access,
            [],
            (_, call) => ValueTask.FromResult<object?>(ProviderHealthRoutes.Read(call.State, call.Caller.Workspace)),
            length: _ => 5
        );

    /// <summary>What one provider served, and how it stands.</summary>
    public static ObjectType Stats(ObjectType health) =>
        new(
            "ProviderStats",
            "What one provider served.",
            () =>
                [
                    ShapeTypes.Of<UsageSummaryRow>("provider", Scalars.String, row => row.Keys["provider"]),
                    ShapeTypes.Of<UsageSummaryRow>("totalCost", WeirScalars.Decimal, row => row.CostUsd),
                    ShapeTypes.Of<UsageSummaryRow>("totalTokens", WeirScalars.Long.NonNull, UsageTypes.Tokens),
                    ShapeTypes.Of<UsageSummaryRow>("requests", WeirScalars.Long.NonNull, row => row.Requests),
                    ShapeTypes.Of<UsageSummaryRow>("errors", WeirScalars.Long.NonNull, row => row.Errors),
                    GraphQLCall.Guarded(
                        "health",
                        health,
                        "How it stands now; null for one that is not of this configuration.",
                        Access,
                        [],
                        async (context, call) =>
                            ((UsageSummaryRow)context.Source!).Keys["provider"] is { } provider
                                ? await context.LoadAsync(
                                    "provider",
                                    provider,
                                    (_, _) =>
                                        Task.FromResult<IReadOnlyDictionary<string, ProviderHealthItem>>(
                                            ProviderHealthRoutes
                                                .Read(call.State, call.Caller.Workspace)
                                                .ToDictionary(one => one.Provider, StringComparer.Ordinal)
                                        )
                                )
                                : null
                    ),
                ]
        );
}
