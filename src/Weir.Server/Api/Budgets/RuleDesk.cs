using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Client;
using Weir.Foundation;
using Weir.Identity;
using Weir.Server.Api.Config;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Life;
using Weir.Server.Configuration.Splices;

namespace Weir.Server.Api.Budgets;

/// <summary>Where budgets and limits are written.</summary>
internal sealed class RuleDesks(ServerState state, SecretStore secrets, WorkspaceRegistry workspaces)
{
    /// <summary>For one caller.</summary>
    public RuleDesk Of(RuleKind kind, ApiCaller caller) => new(kind, caller, state, secrets, workspaces);
}

/// <summary>
/// Writes one budget or limit of the caller's workspace into its document, the way that a whole text goes: checked, a version, in the
/// audit trail. Whoever may do that sees nothing of the rest of the document, and in the server's document, which speaks for every
/// workspace, he writes of his own workspace alone unless he manages the instance.
/// </summary>
internal sealed class RuleDesk(
    RuleKind kind,
    ApiCaller caller,
    ServerState state,
    SecretStore secrets,
    WorkspaceRegistry workspaces
)
{
    /// <summary>What is written.</summary>
    public RuleKind Kind => kind;

    private const int LongestReason = 300;
    private const int MostAttempts = 50;

    /// <summary>What a workspace's first rule is written behind where it has no document yet.</summary>
    private const string NewDocument = "version: 1\n";

    /// <summary>What one of the list is to become.</summary>
    internal enum Act
    {
        /// <summary>It is written anew.</summary>
        Add,

        /// <summary>Some of its keys change.</summary>
        Change,

        /// <summary>It goes.</summary>
        Remove,
    }

    /// <summary>Writes, or tries to.</summary>
    /// <param name="act">What becomes of it.</param>
    /// <param name="name">Its name; null or empty where the caller gave none.</param>
    /// <param name="fields">What the caller wrote.</param>
    /// <param name="ifMatch">The text that the caller knows; null or empty where that is all the same.</param>
    /// <param name="isTrial">Whether nothing is to change.</param>
    /// <param name="cancellationToken">Gives up waiting for the audit trail; what was written stays.</param>
    public async Task<(RuleChange? Change, ApiProblem? Problem)> RunAsync(
        Act act,
        string? name,
        RuleFields fields,
        string? ifMatch,
        bool isTrial,
        CancellationToken cancellationToken
    )
    {
        if (Slip(act, name, fields) is { } slip)
        {
            return (null, slip);
        }

        if (state.Documents.Of(caller.Workspace) is not { } store)
        {
            return (null, ConfigRoutes.None());
        }

        var match = (ifMatch ?? "").Trim().Trim('"');
        for (var attempt = 1; ; attempt++)
        {
            var before = store.Current;
            var (plan, problem) = Plan(store, before, act, name!, fields, match);
            if (plan is null)
            {
                return (null, problem);
            }

            if (plan.Text == before.Text)
            {
                return (Answer(plan, before, isTrial, null), null);
            }

            if (isTrial)
            {
                var trial = state.Documents.Try(caller.Workspace, store, plan.Text);
                return trial.Outcome == ConfigReplacementOutcome.Done
                    ? (Answer(plan, before, isTrial, null), null)
                    : (null, Refusal(new ConfigReplacement(trial.Outcome, trial.Faults), store, plan, match));
            }

            var author = new ConfigAuthor(caller.Actor, Comment(plan, fields.Comment));
            var replacement = state.Documents.Replace(store, plan.Text, before.ETag, author);
            if (replacement.Outcome == ConfigReplacementOutcome.Done)
            {
                var version = await author.Noted;
                await secrets.SettleAsync().WaitAsync(cancellationToken);
                return (Answer(plan, before, isTrial, version), null);
            }

            // Somebody was quicker: what he wrote and this can both stand.
            if (
                replacement.Outcome != ConfigReplacementOutcome.Changed
                || match.Length > 0
                || store.Current.ETag == before.ETag
                || attempt == MostAttempts
            )
            {
                return (null, Refusal(replacement, store, plan, match));
            }
        }
    }

    private ApiProblem? Slip(Act act, string? name, RuleFields fields)
    {
        if (act == Act.Add && string.IsNullOrEmpty(name))
        {
            return Invalid("/name", "is missing");
        }

        if (act == Act.Change && fields.Name is { } other && !Is(other, name!))
        {
            return Invalid("/name", $"a {kind.One} keeps its name: figures and grants go by it");
        }

        return fields.Comment is { } comment && (comment.Length > LongestReason || comment.Any(char.IsControl))
            ? Invalid("/comment", $"is at most {LongestReason} characters on one line")
            : null;
    }

    private (Planned? Plan, ApiProblem? Problem) Plan(
        ConfigStore store,
        ConfigSnapshot before,
        Act act,
        string name,
        RuleFields fields,
        string match
    )
    {
        if (match.Length > 0 && match != "*" && match != before.ETag)
        {
            return (null, ConfigRoutes.Refusal(new(ConfigReplacementOutcome.Changed, []), store));
        }

        if (store.IsServers && before.Text is null)
        {
            return (null, ConfigRoutes.NoFile(store));
        }

        var rules = kind.Of(before.Config.Gateway);
        var index = rules.TakeWhile(rule => !Is(rule.Name, name)).Count();
        var isThere = index < rules.Length;
        if (act != Act.Add && !isThere)
        {
            return (
                null,
                ApiProblem.Of(
                    StatusCodes.Status404NotFound,
                    $"There is no {kind.One} of that name in this workspace's document."
                )
            );
        }

        // Whose it is now, and whose it is to be.
        var isOfOthers =
            (isThere && !MayWriteOf(rules[index].Scope.Workspace))
            || (act == Act.Add || fields.Scope is not null)
                && !MayWriteOf(fields.Scope?.GetValueOrDefault("workspace"));
        if (isOfOthers)
        {
            return (
                null,
                ApiProblem.Of(
                    StatusCodes.Status403Forbidden,
                    $"This document speaks for every workspace: without instance:manage you write {kind.Key} with the scope "
                        + $"\"workspace: {WorkspaceName}\" alone."
                )
            );
        }

        var splice = new RuleSplice(kind.Key);
        var text = before.Text ?? NewDocument;
        if (act == Act.Add && isThere)
        {
            return (
                null,
                ApiProblem.Of(
                    StatusCodes.Status409Conflict,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"A {kind.One} is called so already, on line {splice.LineOf(text, index)} of the document."
                    )
                )
            );
        }

        var spliced = act switch
        {
            Act.Add => splice.Add(text, fields.Rule()),
            Act.Change => splice.Change(text, index, fields.All),
            _ => splice.Remove(text, index),
        };
        return spliced.Text is { } now
            ? (new Planned(act, act == Act.Add ? name : rules[index].Name, index, now), null)
            : (
                null,
                ApiProblem.Of(
                    StatusCodes.Status409Conflict,
                    $"Nothing was changed, for {spliced.Refusal}: edit the document itself."
                )
            );
    }

    private RuleChange Answer(Planned plan, ConfigSnapshot before, bool isTrial, long? version)
    {
        var isSame = plan.Text == before.Text;
        var mayRead =
            caller.Principal.Permissions.Has(Permission.ConfigRead)
            && (caller.Workspace != WorkspaceId.Default || caller.Principal.Permissions.Has(Permission.InstanceView));
        return new RuleChange
        {
            Outcome = isSame ? "same" : Word(plan.Act),
            Name = plan.Name,
            DryRun = isTrial,
            Version = version,
            Etag = isTrial || isSame ? before.ETag : ConfigSnapshot.EtagOf(plan.Text),
            Diff = isSame
                ? ""
                : UnifiedDiff
                    .Of(
                        before.Text is { } text ? ConfigEdit.Masked(text) : null,
                        ConfigEdit.Masked(plan.Text),
                        "before",
                        "after",
                        mayRead ? 3 : 0
                    )
                    .Text,
            Budget = isTrial || plan.Act == Act.Remove || kind != RuleKind.Budgets ? null : Standing(plan.Name),
        };
    }

    private BudgetItem? Standing(string name)
    {
        var own = caller.Workspace == WorkspaceId.Default ? "server" : "workspace";
        return new BudgetListing(
            state.Documents,
            caller.Workspace,
            WorkspaceName,
            state.Modules.Standings(caller.Workspace),
            state.Modules.Identity.Grants.Living()
        )
            .Make(state.Options.Clock.GetUtcNow())
            .Budgets.FirstOrDefault(budget => budget.Document == own && Is(budget.Name, name));
    }

    private ApiProblem Refusal(ConfigReplacement replacement, ConfigStore store, Planned plan, string match)
    {
        if (replacement.Outcome == ConfigReplacementOutcome.Changed && match.Length == 0)
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                "The document is being changed by somebody else; try again in a moment."
            );
        }

        if (replacement.Outcome != ConfigReplacementOutcome.Faulty)
        {
            return ConfigRoutes.Refusal(replacement, store);
        }

        var own = RuleFaults.Of(replacement.Faults, kind.Key, plan.Index);
        return own.Count > 0 ? ApiProblem.Invalid(own)
            : caller.Principal.Permissions.Has(Permission.ConfigRead) ? ApiProblem.Faulty(replacement.Faults)
            : ApiProblem.Of(
                StatusCodes.Status422UnprocessableEntity,
                $"The document has {ConfigFault.Count(replacement.Faults.Length)} elsewhere, which who may edit it must mend first."
            );
    }

    private string WorkspaceName => workspaces.Find(caller.Workspace)?.Name ?? "";

    private bool MayWriteOf(string? workspace) =>
        caller.Workspace != WorkspaceId.Default
        || caller.Principal.Permissions.Has(Permission.InstanceManage)
        || string.Equals(workspace, WorkspaceName, StringComparison.OrdinalIgnoreCase);

    private string Comment(Planned plan, string? reason) =>
        $"{kind.One} {plan.Name} {Word(plan.Act)}{(string.IsNullOrEmpty(reason) ? "" : $": {reason}")}";

    private static string Word(Act act) =>
        act switch
        {
            Act.Add => "added",
            Act.Change => "changed",
            _ => "removed",
        };

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static ApiProblem Invalid(string field, string message) =>
        ApiProblem.Invalid(new Dictionary<string, string>(StringComparer.Ordinal) { [field] = message });

    /// <summary>The new text.</summary>
    /// <param name="Act">What became of it.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Index">Its place in its list.</param>
    /// <param name="Text">The text.</param>
    private sealed record Planned(Act Act, string Name, int Index, string Text);
}
