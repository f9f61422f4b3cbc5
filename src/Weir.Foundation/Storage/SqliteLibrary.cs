using System.Reflection;
using System.Runtime.InteropServices;

namespace Weir.Foundation.Storage;

/// <summary>
/// Chooses the native SQLite: the system's <c>libsqlite3</c> where it is at least 3.37 (it inserts half as fast again as
/// the bundled 3.35.5, and gets its security fixes from the distribution), else the bundled one, which stands beside the
/// program or, where that is a single file, inside it. <c>WEIR_SQLITE=bundled</c> forces the latter.
/// </summary>
public static class SqliteLibrary
{
    private const int OldestSystemVersion = 3_037_000;
    private static readonly Lock Gate = new();
    private static bool loaded;

    /// <summary>Loads the library once for the process; every later call does nothing. Thread-safe.</summary>
    public static void Load()
    {
        lock (Gate)
        {
            if (loaded)
            {
                return;
            }

            loaded = true;
            var ownOnly = Environment.GetEnvironmentVariable("WEIR_SQLITE") == "bundled";
            var found = (ownOnly ? null : FindSystemLibrary()) ?? CarriedLibrary.TryLoad("libe_sqlite3.so");
            if (found is { } handle)
            {
                foreach (
                    var caller in (Assembly[])
                        [typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Assembly.GetExecutingAssembly()]
                )
                {
                    NativeLibrary.SetDllImportResolver(
                        caller,
                        (name, _, _) => name == SqliteCalls.Library ? handle : IntPtr.Zero
                    );
                }
            }

            SQLitePCL.Batteries_V2.Init();
            // Nobody asks how much memory it uses, and counting it takes a lock of the whole process at each allocation.
            _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MEMSTATUS, 0);
        }
    }

    /// <summary>The version in use, as <c>3.40.1</c>.</summary>
    public static string Version
    {
        get
        {
            Load();
            return SQLitePCL.raw.sqlite3_libversion().utf8_to_string();
        }
    }

    private static IntPtr? FindSystemLibrary()
    {
        foreach (var name in new[] { "libsqlite3.so.0", "libsqlite3.dylib" })
        {
            if (
                !NativeLibrary.TryLoad(
                    name,
                    Assembly.GetExecutingAssembly(),
                    DllImportSearchPath.SafeDirectories,
                    out var handle
                )
            )
            {
                continue;
            }

            if (NativeLibrary.TryGetExport(handle, "sqlite3_libversion_number", out var export))
            {
                var version = Marshal.GetDelegateForFunctionPointer<VersionNumber>(export)();
                if (version >= OldestSystemVersion)
                {
                    return handle;
                }
            }

            NativeLibrary.Free(handle);
        }

        return null;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int VersionNumber();
}
