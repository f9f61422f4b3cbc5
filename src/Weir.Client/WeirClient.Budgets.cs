using System.Net.Http.Json;
using Weir.Client.Json;

namespace Weir.Client;

/// <content>Writing budgets.</content>
public sealed partial class WeirClient
{
    /// <summary>Adds a budget to the workspace's configuration.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="dryRun">Whether to say what it would change, and change nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RuleChange> AddBudgetAsync(BudgetEdit budget, bool dryRun, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "budgets" + Trial(dryRun),
            JsonContent.Create(budget, WeirJson.Default.BudgetEdit),
            WeirJson.Default.RuleChange,
            cancellationToken
        );

    /// <summary>Changes a budget of the workspace's configuration.</summary>
    /// <param name="name">The budget's name.</param>
    /// <param name="change">What is to be other than it is.</param>
    /// <param name="dryRun">As of <see cref="AddBudgetAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RuleChange> ChangeBudgetAsync(
        string name,
        BudgetEdit change,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Patch,
            $"budgets/{Uri.EscapeDataString(name)}{Trial(dryRun)}",
            JsonContent.Create(change, WeirJson.Default.BudgetEdit),
            WeirJson.Default.RuleChange,
            cancellationToken
        );

    /// <summary>Takes a budget out of the workspace's configuration.</summary>
    /// <param name="name">The budget's name.</param>
    /// <param name="dryRun">As of <see cref="AddBudgetAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RuleChange> RemoveBudgetAsync(string name, bool dryRun, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Delete,
            $"budgets/{Uri.EscapeDataString(name)}{Trial(dryRun)}",
            null,
            WeirJson.Default.RuleChange,
            cancellationToken
        );

    private static string Trial(bool dryRun) => dryRun ? "?dryRun=true" : "";
}
