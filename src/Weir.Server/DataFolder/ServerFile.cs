using Weir.Foundation.Storage;

namespace Weir.Server.DataFolder;

/// <summary>
/// <c>&lt;data&gt;/server.json</c>: where the running server of a data folder answers. It is removed at the server's end;
/// one that was left behind by a killed server is told by the folder's lock being free.
/// </summary>
public static class ServerFile
{
    private const int MaxBytes = 4096;

    /// <summary>Writes it as a whole.</summary>
    public static void Write(string dataFolder, Holder holder) =>
        AtomicFile.Write(PathIn(dataFolder), holder.ToBytes(), AtomicFile.OwnerOnly);

    /// <summary>What it says; null when there is none or it cannot be read.</summary>
    public static Holder? Read(string dataFolder)
    {
        try
        {
            var file = new FileInfo(PathIn(dataFolder));
            return file.Exists && file.Length <= MaxBytes ? Holder.Read(File.ReadAllBytes(file.FullName)) : null;
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

    /// <summary>Takes it away; nothing happens when there is none.</summary>
    public static void Remove(string dataFolder)
    {
        try
        {
            File.Delete(PathIn(dataFolder));
        }
        catch (IOException) { }
        catch (UnauthorizedAccessException) { }
    }

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "server.json");
}
