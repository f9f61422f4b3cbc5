using System.Collections.Immutable;

namespace Weir.Identity;

/// <summary>The roles that every workspace has and nobody can change.</summary>
public static class BuiltInRoles
{
    /// <summary>The name of the role that may everything.</summary>
    public const string Admin = "admin";

    /// <summary>All of them.</summary>
    public static ImmutableArray<Role> All { get; } =
    [
        Make(Admin, "everything in the workspace; in the workspace default the whole instance", [], PermissionSet.All),
        Make(
            "moderator",
            "people, teams and keys, without money, secrets or configuration",
            ["viewer"],
            Permission.UsersManage,
            Permission.TeamsManage,
            Permission.KeysManage,
            Permission.ConfigRead,
            Permission.AuditView
        ),
        Make(
            "analyst",
            "all figures, also as files",
            ["viewer"],
            Permission.AnalyticsExport,
            Permission.DashboardsEdit,
            Permission.BillingView,
            Permission.ConfigRead
        ),
        Make(
            "viewer",
            "the dashboards",
            [],
            Permission.AnalyticsView,
            Permission.BudgetsView,
            Permission.TeamsView,
            Permission.WorkspaceView
        ),
        Make(
            "billing-admin",
            "prices, budgets and approvals",
            ["analyst"],
            Permission.PricesManage,
            Permission.BudgetsSet,
            Permission.CostsApprove
        ),
        Make(
            "api-user",
            "a program: requests to models and delivered logs",
            [],
            Permission.GatewayUse,
            Permission.CaptureIngest
        ),
        Make("user", "a person who works with models, with keys of his own", ["api-user"], Permission.KeysOwn),
    ];

    private static Role Make(
        string name,
        string description,
        ImmutableArray<string> parents,
        params ReadOnlySpan<Permission> permissions
    ) => Make(name, description, parents, PermissionSet.Of(permissions));

    private static Role Make(
        string name,
        string description,
        ImmutableArray<string> parents,
        PermissionSet permissions
    ) =>
        new()
        {
            Name = name,
            Description = description,
            Parents = parents,
            Own = permissions,
            IsBuiltIn = true,
        };
}
