using Weir.Foundation;
using Weir.Gateway.Admission;

namespace Weir.Gateway.Activities;

/// <summary>Which counter of which rule, as one workspace sees it and as events name it.</summary>
internal readonly record struct CounterName
{
    private CounterName(WorkspaceId workspace, string rule, Measure measure, in ScopeValue scope) =>
        (Workspace, Rule, Measure, Scope) = (workspace, rule, measure, scope);

    /// <summary>Who is told.</summary>
    public WorkspaceId Workspace { get; }

    /// <summary>The rule's name.</summary>
    public string Rule { get; }

    /// <summary>What it counts.</summary>
    public Measure Measure { get; }

    /// <summary>Whose counter, without what events do not keep.</summary>
    public ScopeValue Scope { get; }

    /// <summary>Names a counter.</summary>
    public static CounterName Of(WorkspaceId workspace, string rule, Measure measure, in ScopeValue scope) =>
        new(workspace, rule, measure, scope with { Workspace = null, IsRest = false });
}
