using System.Collections.Immutable;
using Weir.Gateway;
using Weir.Gateway.Admission;

namespace Weir.Server.Api.Budgets;

/// <summary>A list of rules of the document that is written one by one.</summary>
/// <param name="Key">Its key in the document.</param>
/// <param name="Path">Where it is in the API.</param>
/// <param name="One">What one of the list is called.</param>
/// <param name="Of">The names and scopes of those that are written, in order.</param>
internal sealed record RuleKind(
    string Key,
    string Path,
    string One,
    Func<GatewayConfig, ImmutableArray<(string Name, AdmissionScope Scope)>> Of
)
{
    /// <summary>Budgets.</summary>
    public static RuleKind Budgets { get; } =
        new(
            "budgets",
            "budgets",
            "budget",
            config => [.. config.Budgets.Select(budget => (budget.Name, budget.Scope))]
        );

    /// <summary>Limits.</summary>
    public static RuleKind Limits { get; } =
        new("limits", "rate-limits", "limit", config => [.. config.Limits.Select(limit => (limit.Name, limit.Scope))]);
}
