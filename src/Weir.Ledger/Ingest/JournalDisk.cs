using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Ledger.Ingest;

/// <summary>
/// What the journal asks of the disk. Failures come as <see cref="IOException"/>. The members are virtual so that tests can
/// stand for a disk that fills or breaks. Thread-safe.
/// </summary>
internal class JournalDisk
{
    private const int NotSupported = 95;
    private const int InvalidArgument = 22;
    private const int NoSpace = 28;

    /// <summary>
    /// Makes a file of <paramref name="bytes"/> zeros whose blocks are all the file's own: later writes inside it cannot
    /// fail for want of room (on file systems that overwrite in place).
    /// </summary>
    public virtual SafeFileHandle Create(string path, int bytes)
    {
        MakePrivate(path);
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            // .NET's own preallocation keeps quiet where the file system has none, so the call is made here.
            if (!OperatingSystem.IsLinux() || !TryAllocate(file, bytes))
            {
                WriteZeros(file, bytes);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a segment that is there.</summary>
    public virtual SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Writes all of the bytes.</summary>
    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) =>
        RandomAccess.Write(file, bytes, offset);

    /// <summary>Returns when what was written has reached the disk.</summary>
    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>Returns when the names of made, moved and deleted files have reached the disk.</summary>
    public virtual void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals its directories by itself
        }

        // .NET refuses to open a directory.
        var descriptor = open(folder, 0);
        if (descriptor >= 0)
        {
            _ = fsync(descriptor);
            _ = close(descriptor);
        }
    }

    private static void MakePrivate(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var made = new FileStream(path, options);
    }

    private static bool TryAllocate(SafeFileHandle file, int bytes)
    {
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            var error = posix_fallocate((int)file.DangerousGetHandle(), 0, bytes);
            return error switch
            {
                0 => true,
                NotSupported or InvalidArgument => false,
                NoSpace => throw new IOException("No space left on device."),
                _ => throw new IOException($"Room for the journal cannot be set aside (error {error})."),
            };
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    private static void WriteZeros(SafeFileHandle file, int bytes)
    {
        var zeros = new byte[64 * 1024];
        for (var offset = 0; offset < bytes; offset += zeros.Length)
        {
            RandomAccess.Write(file, zeros.AsSpan(0, Math.Min(zeros.Length, bytes - offset)), offset);
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_fallocate(int descriptor, nint offset, nint length);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
