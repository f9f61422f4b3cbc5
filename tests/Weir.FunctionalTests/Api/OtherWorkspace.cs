using Weir.Identity;

namespace Weir.FunctionalTests.Api;

/// <summary>A second workspace in a data folder that no server holds.</summary>
internal static class OtherWorkspace
{
    /// <summary>The name of its key.</summary>
    public const string KeyName = "other-key";

    /// <summary>Makes it, and returns the text of a key of its own, for requests and the management API.</summary>
    public static async Task<string> MakeAsync(string data, params string[] scopes)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var identity = IdentityStore.Open(data, TimeProvider.System).Store!;
        var other = await identity.Workspaces.CreateAsync(
            Actor.LocalCommand,
            new NewWorkspace("other"),
            cancellationToken
        );
        var made = await identity.Keys.CreateAsync(
            Actor.System(other.Value!.Workspace.Id),
            new NewApiKey
            {
                Name = KeyName,
                Scopes = scopes.Length == 0 ? [KeyScopes.Gateway, KeyScopes.Read, KeyScopes.Admin] : [.. scopes],
            },
            cancellationToken
        );
        return made.Text!;
    }
}
