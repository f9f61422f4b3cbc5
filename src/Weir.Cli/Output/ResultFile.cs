namespace Weir.Cli.Output;

/// <summary>Where a command writes what it fetched.</summary>
internal static class ResultFile
{
    /// <summary>Opens the file, for its owner alone; without a path, standard output.</summary>
    public static Stream Open(string? path)
    {
        if (path is null)
        {
            return Console.OpenStandardOutput();
        }

        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
