using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway.Admission;

/// <summary>
/// The rules that hold for the requests of one workspace: the server's, then its own. An immutable snapshot; a request keeps
/// the one that it started with.
/// </summary>
internal sealed class AdmissionRules
{
    private AdmissionRules(ImmutableArray<AdmissionRule> rules)
    {
        Rules = rules;
        Learns = rules.Any(r =>
            r.Estimate == EstimateMode.Learned && r.Measure is not (Measure.Requests or Measure.Concurrent)
        );
        Estimates = rules.Any(r => r.Measure is not (Measure.Requests or Measure.Concurrent));
        HasLimits = rules.Any(r => r.Measure != Measure.Cost);
    }

    /// <summary>None: every request passes and nothing is counted.</summary>
    public static AdmissionRules None { get; } = new([]);

    /// <summary>Every rule, the server's first, budgets before limits, as they were written.</summary>
    public ImmutableArray<AdmissionRule> Rules { get; }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Rules.IsEmpty;

    /// <summary>Whether a rule counts money or tokens, of which a request must be estimated.</summary>
    public bool Estimates { get; }

    /// <summary>Whether a rule counts anything but money, of which callers are told what is left.</summary>
    public bool HasLimits { get; }

    /// <summary>Whether a rule sets aside what was learned.</summary>
    public bool Learns { get; }

    /// <summary>Those that hold for one turn of a connection that is under way itself.</summary>
    public AdmissionRules ForTurns => field ??= Only(rule => rule.Measure != Measure.Concurrent);

    /// <summary>The rules of the server's document: for its own workspace, and before those of every other.</summary>
    public static AdmissionRules ForServer(ImmutableArray<BudgetConfig> budgets, ImmutableArray<LimitConfig> limits) =>
        new([.. Build(WorkspaceId.Default, budgets, limits)]);

    /// <summary>The rules that hold in a workspace.</summary>
    /// <param name="workspace">Whose they are; its rules see only its requests.</param>
    /// <param name="budgets">Of its own document.</param>
    /// <param name="limits">Of its own document.</param>
    /// <param name="server">Those of the server's document.</param>
    public static AdmissionRules ForWorkspace(
        WorkspaceId workspace,
        ImmutableArray<BudgetConfig> budgets,
        ImmutableArray<LimitConfig> limits,
        AdmissionRules server
    ) => budgets.IsEmpty && limits.IsEmpty ? server : new([.. server.Rules, .. Build(workspace, budgets, limits)]);

    /// <summary>Those of the rules that are wanted; this where all are.</summary>
    public AdmissionRules Only(Func<AdmissionRule, bool> wanted) =>
        Rules.All(wanted) ? this : new([.. Rules.Where(wanted)]);

    /// <summary>The rules whose counters an earlier snapshot had not.</summary>
    public AdmissionRules NotIn(AdmissionRules earlier)
    {
        var before = earlier.Rules.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        return Only(r => !before.Contains(r.Id));
    }

    private static IEnumerable<AdmissionRule> Build(
        WorkspaceId owner,
        ImmutableArray<BudgetConfig> budgets,
        ImmutableArray<LimitConfig> limits
    ) => budgets.Select(b => AdmissionRule.Of(owner, b)).Concat(limits.SelectMany(l => AdmissionRule.Of(owner, l)));
}
