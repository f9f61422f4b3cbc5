using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Identity;

namespace Weir.FunctionalTests.Api;

/// <summary>A second workspace in a data folder that no server holds.</summary>
internal static class OtherWorkspace
{
    /// <summary>The name of its key.</summary>
    public const string KeyName = "other-key";

    /// <summary>Makes it, and returns the text of a key of its own, for requests and the management API.</summary>
    public static async Task<string> MakeAsync(string data, KeyScopes scopes = KeyScopes.Gateway | KeyScopes.Admin)
    {
        using var ring = KeyRing.Open(data, TimeProvider.System).Keys!;
        await using (var control = new SqliteDatabase(Path.Combine(data, "control.db")).OpenWriter())
        {
            await using var command = control.CreateCommand();
            command.CommandText = "INSERT INTO workspace (id, name) VALUES (2, 'other')";
            await command.ExecuteNonQueryAsync();
        }

        var made = await ring.CreateAsync(
            new WorkspaceId(2),
            new NewApiKey { Name = KeyName, Scopes = scopes },
            TestContext.Current.CancellationToken
        );
        return made.Text!;
    }
}
