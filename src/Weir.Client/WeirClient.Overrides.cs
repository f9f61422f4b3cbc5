using System.Net.Http.Json;
using Weir.Client.Json;

namespace Weir.Client;

/// <content>What is to happen at once, whatever the documents say.</content>
public sealed partial class WeirClient
{
    /// <summary>What is set now.</summary>
    public Task<OverrideList> OverridesAsync(CancellationToken cancellationToken) =>
        GetAsync("overrides", WeirJson.Default.OverrideList, cancellationToken);

    /// <summary>Stops spending.</summary>
    public Task<OverrideItem> StopSpendingAsync(SpendingStop stop, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Put,
            "overrides/spending",
            JsonContent.Create(stop, WeirJson.Default.SpendingStop),
            WeirJson.Default.OverrideItem,
            cancellationToken
        );

    /// <summary>Lets spending go on.</summary>
    public Task<OverrideItem> ResumeSpendingAsync(CancellationToken cancellationToken) =>
        DeleteAsync("overrides/spending", WeirJson.Default.OverrideItem, cancellationToken);

    /// <summary>Switches a provider off.</summary>
    public Task<OverrideItem> SwitchProviderOffAsync(
        string provider,
        OverrideEdit edit,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Put,
            $"overrides/providers/{Uri.EscapeDataString(provider)}",
            JsonContent.Create(edit, WeirJson.Default.OverrideEdit),
            WeirJson.Default.OverrideItem,
            cancellationToken
        );

    /// <summary>Switches a provider on again.</summary>
    public Task<OverrideItem> SwitchProviderOnAsync(string provider, CancellationToken cancellationToken) =>
        DeleteAsync(
            $"overrides/providers/{Uri.EscapeDataString(provider)}",
            WeirJson.Default.OverrideItem,
            cancellationToken
        );

    /// <summary>Lets a route's requests go to one target first.</summary>
    public Task<OverrideItem> MoveRouteAsync(string route, RouteMove move, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Put,
            $"overrides/routes/{Uri.EscapeDataString(route)}",
            JsonContent.Create(move, WeirJson.Default.RouteMove),
            WeirJson.Default.OverrideItem,
            cancellationToken
        );

    /// <summary>Lets a route go where the document says again.</summary>
    public Task<OverrideItem> MoveRouteBackAsync(string route, CancellationToken cancellationToken) =>
        DeleteAsync(
            $"overrides/routes/{Uri.EscapeDataString(route)}",
            WeirJson.Default.OverrideItem,
            cancellationToken
        );
}
