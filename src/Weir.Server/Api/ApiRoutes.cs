using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Weir.Server.Api.Activities;
using Weir.Server.Api.Audit;
using Weir.Server.Api.Backups;
using Weir.Server.Api.Blocks;
using Weir.Server.Api.Budgets;
using Weir.Server.Api.Capture;
using Weir.Server.Api.Config;
using Weir.Server.Api.Dashboards;
using Weir.Server.Api.Demo;
using Weir.Server.Api.Exports;
using Weir.Server.Api.Keys;
using Weir.Server.Api.Limits;
using Weir.Server.Api.Organisations;
using Weir.Server.Api.Overrides;
using Weir.Server.Api.Prices;
using Weir.Server.Api.Privacy;
using Weir.Server.Api.Providers;
using Weir.Server.Api.Roles;
using Weir.Server.Api.Routes;
using Weir.Server.Api.Secrets;
using Weir.Server.Api.Sessions;
using Weir.Server.Api.SignIn;
using Weir.Server.Api.Status;
using Weir.Server.Api.StatusLine;
using Weir.Server.Api.Teams;
using Weir.Server.Api.Upkeep;
using Weir.Server.Api.Usage;
using Weir.Server.Api.Users;
using Weir.Server.Api.Workspaces;
using Weir.Server.GraphQL;
using Weir.Server.Live;

namespace Weir.Server.Api;

/// <summary>Every route that is not the gateway's.</summary>
internal static class ApiRoutes
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        var figures = api.MapGroup("").Compressed();
        UsageRoutes.Map(figures.MapGroup("/usage"));
        ExportRoutes.Map(api.MapGroup("/exports"));
        BackupRoutes.Map(api.MapGroup("/backups"));
        UpkeepRoutes.Map(api.MapGroup("/ledger/upkeep"));
        UpkeepRoutes.MapMonths(api.MapGroup("/ledger"));
        BlockRoutes.Map(figures);
        LimitRoutes.Map(figures);
        StatusLineRoutes.Map(api);
        KeyRoutes.Map(api.MapGroup("/keys"));
        UserRoutes.Map(api.MapGroup("/users"));
        AuthSessionRoutes.Map(api.MapGroup("/auth-sessions"));
        SignInRoutes.Map(api.MapGroup("/auth"));
        OwnRoutes.Map(api.MapGroup("/auth"));
        PasskeyRoutes.Map(api.MapGroup("/auth"));
        WorkspaceRoutes.Map(api.MapGroup("/workspaces"));
        OrganisationRoutes.Map(api.MapGroup("/organisations"));
        TeamRoutes.Map(api.MapGroup("/teams"));
        RoleRoutes.Map(api);
        RouteRoutes.Map(api.MapGroup("/routes"));
        OverrideRoutes.Map(api.MapGroup("/overrides"));
        ActivityRoutes.Map(api);
        ProviderHealthRoutes.Map(api.MapGroup("/providers"));
        AuditRoutes.Map(api.MapGroup("/audit"));
        BudgetRoutes.Map(api.MapGroup("/budgets"));
        DashboardRoutes.Map(api.MapGroup("/dashboards"));
        RuleRoutes.MapLimits(api.MapGroup("/rate-limits"));
        ConfigRoutes.Map(api.MapGroup("/config"));
        SecretRoutes.Map(api.MapGroup("/secrets"));
        PrivacyRoutes.Map(api.MapGroup("/privacy"));
        PriceRoutes.Map(figures.MapGroup("/prices"));
        DemoRoutes.Map(api.MapGroup("/demo"));
        CaptureRoutes.Map(api.MapGroup("/capture"));
        SessionRoutes.Map(figures);
        StatusRoutes.Map(api.MapGroup("/system"));
        PerformanceRoutes.Map(figures.MapGroup("/system"));
        Pages.DocsPage.Map(routes);
        Pages.GraphQLPage.Map(routes);
        OtlpRoutes.Map(routes);
        HookRoutes.Map(routes);
        HealthRoutes.Map(routes);
        MetricsRoute.Map(routes);
        LiveRoute.Map(routes);
        GraphQLRoute.Map(routes);
        OpenApiDocument.Map(routes);
        ConfigSchemaRoute.Map(routes);
    }
}
