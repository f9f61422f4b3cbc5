namespace Weir.Ledger.Tests.Ingest;

/// <summary>A folder of its own for one test, removed with it, and the repository's fixtures.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("weir-ledger-").FullName;

    public string Journal => System.IO.Path.Combine(Path, "journal");

    public string Database => System.IO.Path.Combine(Path, "ledger.db");

    public LedgerOptions Options => new() { DataFolder = Path, SegmentBytes = 64 * 1024 };

    /// <summary>The folder as a killed process would leave it: a copy of every file at this moment.</summary>
    public TestFolder Copy()
    {
        var copy = new TestFolder();
        CopyAll(Path, copy.Path);
        return copy;
    }

    public static void CopyAll(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            if (System.IO.Path.GetFileName(file) != "lock")
            {
                File.Copy(file, target, overwrite: true);
            }
        }
    }

    public string[] Segments() => [.. Directory.GetFiles(Journal, "*.wal").Order(StringComparer.Ordinal)];

    public static string Fixture(params string[] parts)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Weir.slnx")))
        {
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No repository.");
        }

        return System.IO.Path.Combine([folder, "tests", "fixtures", .. parts]);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
