namespace Weir.Identity;

/// <summary>
/// What somebody may do; <see cref="PermissionTable"/> says what each means. The numbers are bits of <see cref="PermissionSet"/> in
/// memory and are stored nowhere: names are.
/// </summary>
public enum Permission
{
    /// <summary><c>gateway:use</c>.</summary>
    GatewayUse,

    /// <summary><c>capture:ingest</c>.</summary>
    CaptureIngest,

    /// <summary><c>analytics:view</c>.</summary>
    AnalyticsView,

    /// <summary><c>analytics:export</c>.</summary>
    AnalyticsExport,

    /// <summary><c>content:view</c>.</summary>
    ContentView,

    /// <summary><c>dashboards:edit</c>.</summary>
    DashboardsEdit,

    /// <summary><c>billing:view</c>.</summary>
    BillingView,

    /// <summary><c>prices:manage</c>.</summary>
    PricesManage,

    /// <summary><c>budgets:view</c>.</summary>
    BudgetsView,

    /// <summary><c>budgets:set</c>.</summary>
    BudgetsSet,

    /// <summary><c>costs:approve</c>.</summary>
    CostsApprove,

    /// <summary><c>config:read</c>.</summary>
    ConfigRead,

    /// <summary><c>config:write</c>.</summary>
    ConfigWrite,

    /// <summary><c>secrets:view</c>.</summary>
    SecretsView,

    /// <summary><c>secrets:manage</c>.</summary>
    SecretsManage,

    /// <summary><c>keys:view</c>.</summary>
    KeysView,

    /// <summary><c>keys:own</c>.</summary>
    KeysOwn,

    /// <summary><c>keys:manage</c>.</summary>
    KeysManage,

    /// <summary><c>users:view</c>.</summary>
    UsersView,

    /// <summary><c>users:manage</c>.</summary>
    UsersManage,

    /// <summary><c>teams:view</c>.</summary>
    TeamsView,

    /// <summary><c>teams:manage</c>.</summary>
    TeamsManage,

    /// <summary><c>roles:view</c>.</summary>
    RolesView,

    /// <summary><c>roles:manage</c>.</summary>
    RolesManage,

    /// <summary><c>workspace:view</c>.</summary>
    WorkspaceView,

    /// <summary><c>audit:view</c>.</summary>
    AuditView,

    /// <summary><c>privacy:manage</c>.</summary>
    PrivacyManage,

    /// <summary><c>instance:view</c>.</summary>
    InstanceView,

    /// <summary><c>instance:manage</c>.</summary>
    InstanceManage,
}
