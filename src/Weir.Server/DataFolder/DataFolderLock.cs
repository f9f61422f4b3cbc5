using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Server.DataFolder;

/// <summary>
/// The hold of one process on a data folder: an operating system's lock on <c>&lt;data&gt;/lock</c>, which ends with the
/// process however it dies. The file itself stays, so that its lock has one identity; who holds it stands inside.
/// </summary>
public sealed class DataFolderLock : IDisposable
{
    private const int MaxBytes = 4096;
    private readonly FileStream file;

    private DataFolderLock(FileStream file) => this.file = file;

    /// <summary>Takes the folder; null when another process has it.</summary>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static DataFolderLock? TryTake(string dataFolder)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            // On Unix "None" is an exclusive flock; on Windows others must still be able to read who holds it.
            Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new DataFolderLock(new FileStream(PathIn(dataFolder), options));
        }
        catch (IOException held) when (held is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    /// <summary>Writes down who holds the folder.</summary>
    public void Describe(Holder holder)
    {
        file.SetLength(0);
        file.Position = 0;
        file.Write(holder.ToBytes());
        file.Flush(flushToDisk: false);
    }

    /// <summary>Who holds the folder, or held it last; null when the file does not say.</summary>
    public static Holder? ReadHolder(string dataFolder)
    {
        try
        {
            using var handle = OpenUnlocked(PathIn(dataFolder));
            var bytes = new byte[MaxBytes];
            return Holder.Read(bytes.AsSpan(0, RandomAccess.Read(handle, bytes, 0)));
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

    /// <summary>Lets the folder go.</summary>
    public void Dispose()
    {
        file.SetLength(0);
        file.Dispose();
    }

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "lock");

    // Every way of opening a file in .NET asks for a shared lock first, which the holder's exclusive one denies.
    private static SafeFileHandle OpenUnlocked(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite);
        }

        var descriptor = Native.Open(path, 0);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"{path} cannot be opened.");
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
    }
}
