using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Weir.Server.Api.Blocks;
using Weir.Server.Api.Capture;
using Weir.Server.Api.Config;
using Weir.Server.Api.Demo;
using Weir.Server.Api.Keys;
using Weir.Server.Api.Limits;
using Weir.Server.Api.Prices;
using Weir.Server.Api.Sessions;
using Weir.Server.Api.Status;
using Weir.Server.Api.StatusLine;
using Weir.Server.Api.Usage;
using Weir.Server.Api.Workspaces;
using Weir.Server.Live;

namespace Weir.Server.Api;

/// <summary>Every route that is not the gateway's.</summary>
internal static class ApiRoutes
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        UsageRoutes.Map(api.MapGroup("/usage"));
        BlockRoutes.Map(api);
        LimitRoutes.Map(api);
        StatusLineRoutes.Map(api);
        KeyRoutes.Map(api.MapGroup("/keys"));
        WorkspaceRoutes.Map(api.MapGroup("/workspaces"));
        ConfigRoutes.Map(api.MapGroup("/config"));
        PriceRoutes.Map(api.MapGroup("/prices"));
        DemoRoutes.Map(api.MapGroup("/demo"));
        CaptureRoutes.Map(api.MapGroup("/capture"));
        SessionRoutes.Map(api);
        StatusRoutes.Map(api.MapGroup("/system"));
        Pages.DocsPage.Map(routes);
        OtlpRoutes.Map(routes);
        HookRoutes.Map(routes);
        HealthRoutes.Map(routes);
        MetricsRoute.Map(routes);
        LiveRoute.Map(routes);
        OpenApiDocument.Map(routes);
    }
}
