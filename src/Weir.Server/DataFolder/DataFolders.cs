namespace Weir.Server.DataFolder;

/// <summary>Where the data folder is.</summary>
public static class DataFolders
{
    /// <summary>
    /// The folder of <c>WEIR_DATA</c>, else the platform's own: <c>$XDG_DATA_HOME/weir</c> (<c>~/.local/share/weir</c>),
    /// <c>~/Library/Application Support/weir</c> on macOS, <c>%LOCALAPPDATA%\weir</c> on Windows.
    /// </summary>
    /// <param name="variable">The value of an environment variable; null when it is not set.</param>
    public static string Default(Func<string, string?> variable)
    {
        if (variable("WEIR_DATA") is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        // An XDG path that is not absolute is to be ignored, says its specification.
        var xdg = variable("XDG_DATA_HOME");
        var root =
            OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(Home(variable), "Library", "Application Support")
            : Path.IsPathRooted(xdg) ? xdg!
            : Path.Combine(Home(variable), ".local", "share");
        return Path.Combine(root, "weir");
    }

    /// <summary>Makes the folder, open to its owner alone; an existing one is left as it is.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string Home(Func<string, string?> variable) =>
        variable("HOME") is { Length: > 0 } home
            ? home
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
