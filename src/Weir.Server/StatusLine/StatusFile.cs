using System.Text.Json;
using Weir.Client;
using Weir.Client.Json;
using Weir.Foundation.Storage;

namespace Weir.Server.StatusLine;

/// <summary>
/// <c>&lt;data&gt;/statusline.json</c>: what <c>weir statusline</c> shows when no server answers. Replaced as a whole, read by its
/// owner alone.
/// </summary>
public static class StatusFile
{
    /// <summary>Its name in the data folder.</summary>
    public const string Name = "statusline.json";

    /// <summary>Writes it; a folder that takes nothing more is passed over, for the next writing may do better.</summary>
    internal static void Write(string dataFolder, StatusLineResult result)
    {
        try
        {
            AtomicFile.Write(
                Path.Combine(dataFolder, Name),
                JsonSerializer.SerializeToUtf8Bytes(result, WeirJson.Written.StatusLineResult),
                AtomicFile.OwnerOnly
            );
        }
        catch (IOException) { }
        catch (UnauthorizedAccessException) { }
    }
}
