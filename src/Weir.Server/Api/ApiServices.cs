using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Capture.Hooks;
using Weir.Capture.Otlp;
using Weir.Client.Json;
using Weir.Gateway;
using Weir.Server.Api.Budgets;
using Weir.Server.Api.Capture;
using Weir.Server.Api.Config;
using Weir.Server.Api.SignIn;
using Weir.Server.Live;
using Weir.Server.Telemetry;

namespace Weir.Server.Api;

/// <summary>What the management API's handlers take as parameters.</summary>
internal static class ApiServices
{
    /// <summary>Registers it; nothing here is opened before the first request.</summary>
    public static void Add(IServiceCollection services, ServerState state)
    {
        services.AddSingleton(state);
        services.AddSingleton(state.Options.Clock);
        services.AddSingleton(state.Documents);
        services.AddSingleton(_ => state.Modules.Identity);
        services.AddSingleton(_ => state.Modules.Identity.Secrets);
        services.AddSingleton(_ => state.Modules.Ledger);
        services.AddSingleton(_ => state.Modules.Identity.Keys);
        services.AddSingleton(_ => state.Modules.Identity.Workspaces);
        services.AddSingleton(_ => state.Modules.Identity.Roles);
        services.AddSingleton(_ => state.Modules.Identity.Teams);
        services.AddSingleton(_ => state.Modules.Identity.Audit);
        services.AddSingleton(_ => state.Modules.Identity.Versions);
        services.AddSingleton(_ => state.Modules.Identity.Users);
        services.AddSingleton(_ => state.Modules.Identity.SignIn);
        services.AddSingleton(_ => state.Modules.Identity.Own);
        services.AddSingleton<PasskeyDesk>();
        services.AddSingleton<DryRunQueue>();
        services.AddSingleton<RuleDesks>();
        services.AddSingleton(_ => state.Modules.Identity.Sessions);
        services.AddSingleton(_ => state.Modules.Prices);
        services.AddSingleton(_ => state.Modules.Demo);
        services.AddSingleton(_ => state.Modules.Intake);
        services.AddSingleton(_ => state.Modules.Quotas);
        services.AddSingleton(_ => state.Modules.Limits);
        services.AddSingleton(_ => state.Modules.LimitNews);
        services.AddSingleton(_ => state.Modules.Activity);
        services.AddSingleton(_ => state.Modules.Status);
        services.AddSingleton(provider => new RefusalLog(
            state.Options.Clock,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Weir.Server.Doors")
        ));
        services.AddSingleton<OtlpReceiver>();
        services.AddSingleton<ClaudeCodeHooks>();
        services.AddSingleton<CaptureGate>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new UtcTimeConverter());
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Encoder = WeirJson.Encoder;
            // The payload door holds every body against the depth of its route, which is mostly far less.
            json.SerializerOptions.MaxDepth = WeirJson.MaxDepth;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WeirJson.Default);
        });
        LiveRoute.Add(services);
        services.AddSingleton(new SessionNews(() => state.Modules.Capture.SessionChanges));
        services.AddSingleton(provider => new ServerMeter(
            state.Modules.Ledger,
            provider.GetRequiredService<LiveFeed>()
        ));
        OpenApiDocument.Add(services);
        AnswerCompression.Add(services);
    }
}
