using System.ComponentModel;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Foundation.Storage;

/// <summary>
/// A native library that the executable carries as a resource. It is loaded from memory: nothing is unpacked, so that one
/// file runs alone, by a user without a home, on a file system that cannot be written. Linux only.
/// </summary>
internal static partial class CarriedLibrary
{
    private const uint CloseOnExec = 1;

    /// <summary>Loads it.</summary>
    /// <param name="name">The resource's name, as <c>libe_sqlite3.so</c>.</param>
    /// <returns>Its handle; null when the executable carries none.</returns>
    /// <exception cref="Win32Exception">The kernel gives no file in memory.</exception>
    /// <exception cref="BadImageFormatException">It is not a library for this machine.</exception>
    public static IntPtr? TryLoad(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        using var carried = Assembly.GetEntryAssembly()?.GetManifestResourceStream(name);
        if (carried is null)
        {
            return null;
        }

        var descriptor = CreateInMemory(name, CloseOnExec);
        if (descriptor < 0)
        {
            throw new Win32Exception(
                Marshal.GetLastPInvokeError(),
                "no memory for the library that the program carries"
            );
        }

        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        using var copy = new FileStream(file, FileAccess.Write);
        carried.CopyTo(copy);
        copy.Flush();
        // The mapping outlives the descriptor.
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    [LibraryImport(
        "libc",
        EntryPoint = "memfd_create",
        SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CreateInMemory(string name, uint flags);
}
