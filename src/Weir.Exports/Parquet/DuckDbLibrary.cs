using System.Runtime.InteropServices;

namespace Weir.Exports.Parquet;

/// <summary>Where DuckDB's library is looked for, in this order.</summary>
public sealed record LibraryPlaces
{
    /// <summary>The file, or the folder that it lies in; null or empty where nobody named one.</summary>
    public string? Named { get; init; }

    /// <summary>The folder of the program.</summary>
    public required string ProgramFolder { get; init; }

    /// <summary>The data folder: npm puts the library into its <c>node_modules</c>.</summary>
    public required string DataFolder { get; init; }
}

/// <summary>DuckDB's C library, which is not shipped: 70 MB that only Parquet needs.</summary>
internal static class DuckDbLibrary
{
    private static string FileName =>
        OperatingSystem.IsWindows() ? "duckdb.dll"
        : OperatingSystem.IsMacOS() ? "libduckdb.dylib"
        : "libduckdb.so";

    private static string Package
    {
        get
        {
            var system =
                OperatingSystem.IsWindows() ? "win32"
                : OperatingSystem.IsMacOS() ? "darwin"
                : "linux";
            return $"@duckdb/node-bindings-{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <summary>The library's path; null when it is in none of the places. A place that was named is the only one.</summary>
    public static string? Find(LibraryPlaces places) => Candidates(places).FirstOrDefault(File.Exists);

    /// <summary>What to do when it is not found.</summary>
    public static string Missing(LibraryPlaces places) =>
        places.Named is { Length: > 0 } named
            ? $"Parquet needs DuckDB's library, and there is none at {named} (WEIR_DUCKDB)."
            : $"Parquet needs DuckDB's library. Put {FileName} beside the program, name it in WEIR_DUCKDB, or run: npm install --prefix \"{places.DataFolder}\" {Package}";

    private static IEnumerable<string> Candidates(LibraryPlaces places) =>
        places.Named is { Length: > 0 } named
            ? [named, Path.Combine(named, FileName)]
            :
            [
                Path.Combine(places.ProgramFolder, FileName),
                Path.Combine([places.DataFolder, "node_modules", .. Package.Split('/'), FileName]),
            ];
}
