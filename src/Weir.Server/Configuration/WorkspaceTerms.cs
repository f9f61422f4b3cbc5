using Weir.Foundation.Network;

namespace Weir.Server.Configuration;

/// <summary>What the server's document grants a workspace.</summary>
/// <param name="Shared">The names of the providers that are shared with it.</param>
/// <param name="Network">Where its own providers may stand.</param>
internal sealed record WorkspaceTerms(IReadOnlyCollection<string> Shared, AddressPolicy Network)
{
    /// <summary>What a server's configuration grants a workspace by its name.</summary>
    public static WorkspaceTerms Of(WeirConfig server, string workspace) =>
        new(
            [
                .. server
                    .Gateway.Providers.Where(provider => provider.Share.Includes(workspace))
                    .Select(provider => provider.Name),
            ],
            server.Server.WorkspaceNetwork
        );
}
