namespace Weir.Server.Configuration;

/// <summary>Reads the maps <c>backup</c> and <c>journal</c>.</summary>
internal static class UpkeepReader
{
    private const long Mebibyte = 1024 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3_650);

    /// <summary>Backups by schedule.</summary>
    public static BackupConfig ReadBackup(MapReader document)
    {
        var config = new BackupConfig();
        if (document.Map("backup") is not { } map)
        {
            return config;
        }

        config = new BackupConfig
        {
            Every = map.Duration("every", TimeSpan.FromHours(1), Longest),
            Keep = (int)(map.Whole("keep", 1, 1_000) ?? config.Keep),
            Folder = map.Text("folder"),
        };
        if (config.Folder is { } folder && !Path.IsPathFullyQualified(folder))
        {
            map.Fault("folder", $"a full path was expected, not \"{map.Written("folder")}\"");
        }

        map.Finish();
        return config;
    }

    /// <summary>How much of the journal is kept.</summary>
    public static JournalConfig ReadJournal(MapReader document)
    {
        var config = new JournalConfig();
        if (document.Map("journal") is not { } map)
        {
            return config;
        }

        config = new JournalConfig
        {
            Keep = map.Duration("keep", TimeSpan.Zero, Longest) ?? config.Keep,
            MaxBytes = map.Whole("maxMb", 0, 1_048_576) * Mebibyte ?? config.MaxBytes,
        };
        map.Finish();
        return config;
    }
}
