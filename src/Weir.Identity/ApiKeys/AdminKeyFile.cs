namespace Weir.Identity;

/// <summary>
/// <c>admin.key</c> in the data folder: the text of the first key, for the command line on the same machine. One line,
/// mode 0600 from its first instant, replaced as a whole.
/// </summary>
internal static class AdminKeyFile
{
    private const string FileName = "admin.key";
    private const int LargestFile = 256;

    public static void Write(string dataFolder, string text)
    {
        var temporary = Path.Combine(dataFolder, FileName + ".new");
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, Path.Combine(dataFolder, FileName), overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The text in the file; null when there is none, it cannot be read or it cannot be one of ours.</summary>
    public static string? TryRead(string dataFolder)
    {
        try
        {
            var file = new FileInfo(Path.Combine(dataFolder, FileName));
            return file.Exists && file.Length <= LargestFile ? File.ReadAllText(file.FullName).Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static void Delete(string dataFolder) => File.Delete(Path.Combine(dataFolder, FileName));
}
