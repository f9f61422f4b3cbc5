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
using Weir.Server.GraphQL;
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
        services.AddSingleton<PasskeyDesk>();
        services.AddSingleton<DryRunQueue>();
        services.AddSingleton<RuleDesks>();
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
        WeirSchema.Add(services);
        services.AddSingleton(new SessionNews(() => state.Modules.Capture.SessionChanges));
        services.AddSingleton(provider => new ServerMeter(
            state.Modules.Ledger,
            provider.GetRequiredService<LiveFeed>()
        ));
        OpenApiDocument.Add(services);
        AnswerCompression.Add(services);
    }

    /// <summary>
    /// The modules, as they are: what a container makes it would dispose of with itself, and they end later, in an order of their own.
    /// </summary>
    public static void Add(IServiceCollection services, Modules modules)
    {
        services.AddSingleton(modules.Identity);
        services.AddSingleton(modules.Identity.Secrets);
        services.AddSingleton(modules.Ledger);
        services.AddSingleton(modules.Identity.Keys);
        services.AddSingleton(modules.Identity.Workspaces);
        services.AddSingleton(modules.Identity.Roles);
        services.AddSingleton(modules.Identity.Teams);
        services.AddSingleton(modules.Identity.Audit);
        services.AddSingleton(modules.Identity.Versions);
        services.AddSingleton(modules.Identity.Users);
        services.AddSingleton(modules.Identity.SignIn);
        services.AddSingleton(modules.Identity.Own);
        services.AddSingleton(modules.Identity.Sessions);
        services.AddSingleton(modules.Prices);
        services.AddSingleton(modules.Demo);
        services.AddSingleton(modules.ExportMaker);
        services.AddSingleton(modules.Exports);
        services.AddSingleton(modules.Backups);
        services.AddSingleton(modules.LedgerWork);
        services.AddSingleton(modules.Intake);
        services.AddSingleton(modules.Quotas);
        services.AddSingleton(modules.Limits);
        services.AddSingleton(modules.LimitNews);
        services.AddSingleton(modules.Activity);
        services.AddSingleton(modules.Status);
    }
}
