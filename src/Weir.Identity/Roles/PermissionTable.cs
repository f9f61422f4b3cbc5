using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Weir.Identity;

/// <summary>A permission in words.</summary>
/// <param name="Permission">Which.</param>
/// <param name="Name">As people, configuration and the API write it: <c>config:read</c>.</param>
/// <param name="Meaning">What it lets somebody do, as the end of "may …".</param>
/// <param name="Includes">What it brings along.</param>
public sealed record PermissionInfo(
    Permission Permission,
    string Name,
    string Meaning,
    params ImmutableArray<Permission> Includes
)
{
    /// <summary>True for what concerns the whole instance: only the workspace <c>default</c> can give it.</summary>
    public bool IsInstance => Name.StartsWith("instance:", StringComparison.Ordinal);
}

/// <summary>
/// The one table of permissions: checks, documents, API and pages are made of it. Immutable, thread-safe.
/// </summary>
public static class PermissionTable
{
    /// <summary>All of them, in the order of <see cref="Permission"/>.</summary>
    public static ImmutableArray<PermissionInfo> All { get; } =
    [
        new(Permission.GatewayUse, "gateway:use", "send requests to models"),
        new(Permission.CaptureIngest, "capture:ingest", "deliver logs, OTLP and hooks of coding agents"),
        new(Permission.AnalyticsView, "analytics:view", "see usage, sessions, limits and the live feed"),
        new(
            Permission.AnalyticsExport,
            "analytics:export",
            "take usage records out as files",
            Permission.AnalyticsView
        ),
        new(
            Permission.ContentView,
            "content:view",
            "read the prompts and answers of stored sessions",
            Permission.AnalyticsView
        ),
        new(
            Permission.DashboardsEdit,
            "dashboards:edit",
            "make, change and remove dashboards",
            Permission.AnalyticsView
        ),
        new(Permission.BillingView, "billing:view", "see prices and what is charged"),
        new(Permission.PricesManage, "prices:manage", "change prices and charge records anew", Permission.BillingView),
        new(Permission.BudgetsView, "budgets:view", "see budgets and how far they are used"),
        new(Permission.BudgetsSet, "budgets:set", "make, change and remove budgets", Permission.BudgetsView),
        new(Permission.CostsApprove, "costs:approve", "approve spending beyond a budget", Permission.BudgetsView),
        new(Permission.ConfigRead, "config:read", "read the workspace's configuration, its secrets masked"),
        new(Permission.ConfigWrite, "config:write", "change the workspace's configuration", Permission.ConfigRead),
        new(Permission.SecretsView, "secrets:view", "see which secrets are stored, never their values"),
        new(Permission.SecretsManage, "secrets:manage", "store, replace and remove secrets", Permission.SecretsView),
        new(Permission.KeysView, "keys:view", "see the workspace's keys without their texts"),
        new(Permission.KeysOwn, "keys:own", "make, rotate and revoke keys of one's own"),
        new(
            Permission.KeysManage,
            "keys:manage",
            "make, rotate and revoke anybody's keys",
            Permission.KeysView,
            Permission.KeysOwn
        ),
        new(Permission.UsersView, "users:view", "see the workspace's people and service accounts"),
        new(
            Permission.UsersManage,
            "users:manage",
            "invite, suspend and remove people, and give them roles that one has oneself",
            Permission.UsersView,
            Permission.RolesView
        ),
        new(Permission.TeamsView, "teams:view", "see teams and who is in them"),
        new(Permission.TeamsManage, "teams:manage", "make and change teams", Permission.TeamsView),
        new(Permission.RolesView, "roles:view", "see roles and what they permit"),
        new(
            Permission.RolesManage,
            "roles:manage",
            "make and change roles, and give any of them to anybody",
            Permission.RolesView
        ),
        new(Permission.WorkspaceView, "workspace:view", "see the name and state of the workspace"),
        new(Permission.AuditView, "audit:view", "read, verify and export the audit trail"),
        new(Permission.PrivacyManage, "privacy:manage", "export and erase what is known of a person"),
        new(Permission.InstanceView, "instance:view", "see the state of the server and of all its workspaces"),
        new(
            Permission.InstanceManage,
            "instance:manage",
            "change the server's own configuration, make and suspend workspaces, simulate history",
            Permission.InstanceView
        ),
    ];

    private static readonly FrozenDictionary<string, PermissionInfo> ByName = All.ToFrozenDictionary(
        info => info.Name,
        StringComparer.Ordinal
    );

    /// <summary>The permission's name.</summary>
    public static string Name(this Permission permission) => All[(int)permission].Name;

    /// <summary>The permission of a name; null when there is none.</summary>
    public static Permission? Find(string name) => ByName.GetValueOrDefault(name)?.Permission;
}
