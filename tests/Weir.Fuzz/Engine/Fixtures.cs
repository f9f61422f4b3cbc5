namespace Weir.Fuzz.Engine;

/// <summary>The repository's recorded bytes, as seeds.</summary>
internal static class Fixtures
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The files of a folder under tests/fixtures, expectations left out; those in hexadecimal as their bytes.</summary>
    public static IEnumerable<byte[]> In(params ReadOnlySpan<string> folder)
    {
        var path = Path.Combine([Root, "tests", "fixtures", .. folder]);
        return
        [
            .. Directory
                .EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith(".expected.json", StringComparison.Ordinal))
                .Where(file => !file.EndsWith(".txt", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(Read),
        ];
    }

    private static byte[] Read(string file) =>
        file.EndsWith(".hex", StringComparison.Ordinal)
            ? Convert.FromHexString(File.ReadAllText(file).Trim())
            : File.ReadAllBytes(file);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Weir.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No repository.");
        }

        return folder;
    }
}
