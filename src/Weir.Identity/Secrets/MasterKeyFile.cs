using System.Globalization;
using System.Text;

namespace Weir.Identity.Secrets;

/// <summary>
/// <c>secrets.key</c> in the data folder: the key ring's text, mode 0600 from its first instant, replaced as a whole. A
/// file that others may read is refused.
/// </summary>
internal static class MasterKeyFile
{
    /// <summary>Its name in the data folder.</summary>
    public const string FileName = "secrets.key";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>The ring; neither ring nor fault when there is no file.</summary>
    public static (MasterKeys? Keys, string? Fault) Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            // Of the open file, not of the path, which may lead elsewhere by now.
            if (
                !OperatingSystem.IsWindows()
                && (File.GetUnixFileMode(file.SafeFileHandle) & Others) is not UnixFileMode.None and var open
            )
            {
                var mode = Convert.ToString((int)(open | File.GetUnixFileMode(file.SafeFileHandle)), 8);
                return (null, $"others than its owner may use it (mode 0{mode}): run chmod 600 {path}");
            }

            if (file.Length > MasterKeys.LongestText)
            {
                return (null, "there is more than a key ring can hold");
            }

            using var reader = new StreamReader(file, Encoding.UTF8);
            return MasterKeys.Parse(reader.ReadToEnd());
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, failure.Message);
        }
    }

    /// <summary>Puts the ring in the file's place.</summary>
    /// <exception cref="IOException">It cannot be written, or stands there already when it is to be the first.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, MasterKeys keys, bool first)
    {
        var beside = string.Create(CultureInfo.InvariantCulture, $"{path}.{Guid.NewGuid():N}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using (var file = new FileStream(beside, options))
            {
                file.Write(Encoding.ASCII.GetBytes(keys.ToText()));
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: !first);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
