using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>Budgets, workspaces, teams, roles and the audit trail.</summary>
public sealed partial class WeirClient
{
    /// <summary>The budgets and limits that hold, and how they stand.</summary>
    public Task<BudgetList> BudgetsAsync(CancellationToken cancellationToken) =>
        GetAsync("budgets", WeirJson.Default.BudgetList, cancellationToken);

    /// <summary>Gives a budget more room until a time.</summary>
    public Task<BudgetGrantItem> GrantBudgetAsync(
        string budget,
        NewBudgetGrantItem grant,
        CancellationToken cancellationToken
    ) =>
        PostAsync(
            $"budgets/{Uri.EscapeDataString(budget)}/grants",
            grant,
            WeirJson.Default.NewBudgetGrantItem,
            WeirJson.Default.BudgetGrantItem,
            cancellationToken
        );

    /// <summary>Ends a grant before its time.</summary>
    public Task<BudgetGrantItem> EndBudgetGrantAsync(
        string budget,
        string grant,
        CancellationToken cancellationToken
    ) =>
        DeleteAsync(
            $"budgets/{Uri.EscapeDataString(budget)}/grants/{Uri.EscapeDataString(grant)}",
            WeirJson.Default.BudgetGrantItem,
            cancellationToken
        );

    /// <summary>The workspaces of the instance.</summary>
    public Task<WorkspaceList> WorkspacesAsync(CancellationToken cancellationToken) =>
        GetAsync("workspaces", WeirJson.Default.WorkspaceList, cancellationToken);

    /// <summary>Makes a workspace and its first key.</summary>
    public Task<WorkspaceWithKey> CreateWorkspaceAsync(
        NewWorkspaceItem workspace,
        CancellationToken cancellationToken
    ) =>
        PostAsync(
            "workspaces",
            workspace,
            WeirJson.Default.NewWorkspaceItem,
            WeirJson.Default.WorkspaceWithKey,
            cancellationToken
        );

    /// <summary>Changes a workspace.</summary>
    public Task<WorkspaceItem> ChangeWorkspaceAsync(
        string name,
        WorkspacePatch change,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Patch,
            $"workspaces/{Uri.EscapeDataString(name)}",
            JsonContent.Create(change, WeirJson.Default.WorkspacePatch),
            WeirJson.Default.WorkspaceItem,
            cancellationToken
        );

    /// <summary>Closes a workspace for good.</summary>
    public Task<WorkspaceItem> ArchiveWorkspaceAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync($"workspaces/{Uri.EscapeDataString(name)}", WeirJson.Default.WorkspaceItem, cancellationToken);

    /// <summary>The organisations.</summary>
    public Task<OrganisationList> OrganisationsAsync(CancellationToken cancellationToken) =>
        GetAsync("organisations", WeirJson.Default.OrganisationList, cancellationToken);

    /// <summary>Makes an organisation.</summary>
    public Task<OrganisationItem> CreateOrganisationAsync(string name, CancellationToken cancellationToken) =>
        PostAsync(
            "organisations",
            new NewOrganisation(name),
            WeirJson.Default.NewOrganisation,
            WeirJson.Default.OrganisationItem,
            cancellationToken
        );

    /// <summary>Removes an organisation.</summary>
    public Task<OrganisationItem> RemoveOrganisationAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync(
            $"organisations/{Uri.EscapeDataString(name)}",
            WeirJson.Default.OrganisationItem,
            cancellationToken
        );

    /// <summary>The workspace's teams.</summary>
    public Task<TeamList> TeamsAsync(CancellationToken cancellationToken) =>
        GetAsync("teams", WeirJson.Default.TeamList, cancellationToken);

    /// <summary>Makes a team.</summary>
    public Task<TeamItem> CreateTeamAsync(TeamText team, CancellationToken cancellationToken) =>
        PostAsync("teams", team, WeirJson.Default.TeamText, WeirJson.Default.TeamItem, cancellationToken);

    /// <summary>Removes a team.</summary>
    public Task<TeamItem> RemoveTeamAsync(string team, CancellationToken cancellationToken) =>
        DeleteAsync($"teams/{Uri.EscapeDataString(team)}", WeirJson.Default.TeamItem, cancellationToken);

    /// <summary>Takes a person into a team, or out of it.</summary>
    public Task<TeamItem> SetTeamMemberAsync(
        string team,
        string user,
        bool isMember,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            isMember ? HttpMethod.Put : HttpMethod.Delete,
            $"teams/{Uri.EscapeDataString(team)}/members/{Uri.EscapeDataString(user)}",
            null,
            WeirJson.Default.TeamItem,
            cancellationToken
        );

    /// <summary>Every permission that there is.</summary>
    public Task<PermissionList> PermissionsAsync(CancellationToken cancellationToken) =>
        GetAsync("permissions", WeirJson.Default.PermissionList, cancellationToken);

    /// <summary>The workspace's roles.</summary>
    public Task<RoleList> RolesAsync(CancellationToken cancellationToken) =>
        GetAsync("roles", WeirJson.Default.RoleList, cancellationToken);

    /// <summary>Makes a role.</summary>
    public Task<RoleItem> CreateRoleAsync(RoleText role, CancellationToken cancellationToken) =>
        PostAsync("roles", role, WeirJson.Default.RoleText, WeirJson.Default.RoleItem, cancellationToken);

    /// <summary>Changes a role.</summary>
    public Task<RoleItem> ChangeRoleAsync(string name, RoleText role, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Put,
            $"roles/{Uri.EscapeDataString(name)}",
            JsonContent.Create(role, WeirJson.Default.RoleText),
            WeirJson.Default.RoleItem,
            cancellationToken
        );

    /// <summary>Removes a role.</summary>
    public Task<RoleItem> RemoveRoleAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync($"roles/{Uri.EscapeDataString(name)}", WeirJson.Default.RoleItem, cancellationToken);

    /// <summary>One page of the audit trail, newest first.</summary>
    public Task<AuditPage> AuditTrailAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("audit" + query, WeirJson.Default.AuditPage, cancellationToken);

    /// <summary>One page of what changed how Weir stands.</summary>
    public Task<ActivityPage> ActivityAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("activity" + query, WeirJson.Default.ActivityPage, cancellationToken);

    /// <summary>Looks at the whole audit trail.</summary>
    public Task<AuditVerification> VerifyAuditAsync(CancellationToken cancellationToken) =>
        GetAsync("audit/verify", WeirJson.Default.AuditVerification, cancellationToken);

    /// <summary>Writes the whole audit trail as a file that can be verified by itself.</summary>
    /// <param name="to">Opens what it is written to, once the server has agreed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task ExportAuditAsync(Func<Stream> to, CancellationToken cancellationToken) =>
        DownloadAsync("audit/export", to, cancellationToken);

    /// <summary>Forgets a person, or says what there is of him.</summary>
    public Task<ErasureResult> EraseAsync(ErasureRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            "privacy/erasures",
            request,
            WeirJson.Default.ErasureRequest,
            WeirJson.Default.ErasureResult,
            cancellationToken
        );

    /// <summary>Everything that is kept of a person, as lines of JSON.</summary>
    /// <param name="query">Whom.</param>
    /// <param name="to">Opens what it is written to, once the server has agreed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task ExportPersonAsync(UsageQueryString query, Func<Stream> to, CancellationToken cancellationToken) =>
        DownloadAsync($"privacy/export{query}", to, cancellationToken);

    /// <summary>Sums that tell of no single person.</summary>
    public Task<AnonymousFigures> AnonymousFiguresAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync($"privacy/figures{query}", WeirJson.Default.AnonymousFigures, cancellationToken);

    private async Task DownloadAsync(string path, Func<Stream> to, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(
            new Uri(path, UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken
        );
        if (!response.IsSuccessStatusCode)
        {
            throw new WeirApiException(response.StatusCode, await ReadProblemAsync(response, cancellationToken));
        }

        await using var target = to();
        await response.Content.CopyToAsync(target, cancellationToken);
    }

    private Task<TResult> PostAsync<TBody, TResult>(
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TResult> type,
        CancellationToken cancellationToken
    ) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body, bodyType), type, cancellationToken);

    private Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, path, null, type, cancellationToken);
}
