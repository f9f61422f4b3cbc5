using System.Text;
using Weir.Foundation;
using Weir.Identity;
using Weir.Server.DataFolder;

namespace Weir.Server;

/// <summary>The admin key of a data folder's first start, kept in <c>&lt;data&gt;/admin.key</c> for the CLI on the same machine.</summary>
public static class FirstKey
{
    /// <summary>Makes the key when the folder has none at all; its text, or null when there are keys already.</summary>
    internal static async Task<string?> EnsureAsync(
        KeyRing keys,
        string dataFolder,
        CancellationToken cancellationToken
    )
    {
        var existing = await keys.ListAsync(WorkspaceId.Default, includeRevoked: true, cancellationToken);
        if (!existing.IsEmpty)
        {
            return null;
        }

        var made = await keys.CreateAsync(
            WorkspaceId.Default,
            new NewApiKey { Name = "admin", Scopes = KeyScopes.Gateway | KeyScopes.Read | KeyScopes.Admin },
            cancellationToken
        );
        if (made.Text is not { } text)
        {
            throw new InvalidOperationException($"The first key could not be made: {made.Reason}");
        }

        AtomicFile.Write(PathIn(dataFolder), Encoding.ASCII.GetBytes(text + "\n"), AtomicFile.OwnerOnly);
        return text;
    }

    /// <summary>The key that is kept in the data folder; null when there is none or it may not be read.</summary>
    public static string? Read(string dataFolder)
    {
        try
        {
            return File.ReadAllText(PathIn(dataFolder)).Trim() is { Length: > 0 and < 512 } text ? text : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "admin.key");
}
