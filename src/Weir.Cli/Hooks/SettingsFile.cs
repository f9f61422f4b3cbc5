using Weir.Capture.Hooks;
using Weir.Foundation.Storage;

namespace Weir.Cli.Hooks;

/// <summary>One settings file of Claude Code, and its copy from before Weir's first edit.</summary>
internal sealed class SettingsFile(string path)
{
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Where it is; it need not exist.</summary>
    public string Path { get; } = path;

    /// <summary>The copy.</summary>
    public string Backup { get; } = path + ".before-weir";

    /// <summary>
    /// The file of a scope: the user's own (in <c>CLAUDE_CONFIG_DIR</c>, else <c>~/.claude</c>), or the project's that is not shared
    /// with others (<c>.claude/settings.local.json</c>): a key of one person has no place in the other.
    /// </summary>
    /// <param name="isProject">Whether the project's is meant: that of the working folder.</param>
    public static SettingsFile Of(bool isProject)
    {
        if (isProject)
        {
            return new(System.IO.Path.Combine(Directory.GetCurrentDirectory(), ".claude", "settings.local.json"));
        }

        var home =
            CommonOptions.Variable("CLAUDE_CONFIG_DIR")?.Split(',')[0].Trim()
            ?? System.IO.Path.Combine(
                CommonOptions.Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                ".claude"
            );
        return new(System.IO.Path.Combine(home, "settings.json"));
    }

    /// <summary>Its bytes; empty when there is none.</summary>
    /// <exception cref="IOException">It cannot be read, or is longer than settings are.</exception>
    public byte[] Read()
    {
        var file = new FileInfo(Path);
        if (!file.Exists)
        {
            return [];
        }

        return file.Length <= MostBytes
            ? File.ReadAllBytes(Path)
            : throw new IOException($"{Path} is longer than {MostBytes} bytes.");
    }

    /// <summary>Writes new bytes, after a copy of the old ones was laid beside it when none lies there yet.</summary>
    /// <returns>Whether anything was to be changed.</returns>
    public bool Change(byte[] was, byte[] now)
    {
        if (was.AsSpan().SequenceEqual(now))
        {
            return false;
        }

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        if (!File.Exists(Backup) && was.Length > 0)
        {
            AtomicFile.Write(Backup, was, AtomicFile.OwnerOnly);
        }

        AtomicFile.Write(Path, now, AtomicFile.OwnerOnly);
        return true;
    }

    /// <summary>
    /// Writes what stands without Weir's part. When it says what the copy says, the copy's bytes are put back and it goes; when
    /// nothing at all is left of a file that was not there before, the file goes.
    /// </summary>
    /// <returns>Whether the copy stays, since the settings have been changed by others as well.</returns>
    public bool Restore(byte[] was, byte[] without)
    {
        if (!File.Exists(Backup))
        {
            if (HookSettings.SaySame(without, "{}"u8) && !was.AsSpan().SequenceEqual(without))
            {
                File.Delete(Path);
            }
            else if (!was.AsSpan().SequenceEqual(without))
            {
                AtomicFile.Write(Path, without, AtomicFile.OwnerOnly);
            }

            return false;
        }

        var before = File.ReadAllBytes(Backup);
        var same = HookSettings.SaySame(HookSettings.Remove(before).Text ?? before, without);
        AtomicFile.Write(Path, same ? before : without, AtomicFile.OwnerOnly);
        if (same)
        {
            File.Delete(Backup);
        }

        return !same;
    }
}
