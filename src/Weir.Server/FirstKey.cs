namespace Weir.Server;

/// <summary>The admin key that a data folder's first start keeps in <c>&lt;data&gt;/admin.key</c> for the CLI on the same machine.</summary>
public static class FirstKey
{
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
