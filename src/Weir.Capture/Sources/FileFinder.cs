using System.IO.Enumeration;
using Weir.Capture.Agents;
using Weir.Capture.Storage;

namespace Weir.Capture.Sources;

/// <summary>
/// Finds the files that agents claim below their homes. Follows links to folders, each real folder once, so that a link to a
/// parent ends; what has no length (pipes and devices have none either) and what cannot be listed is passed over. A compressed file
/// beside the one that it was made of is none: the program has not come to deleting one of the two.
/// </summary>
internal static class FileFinder
{
    private const int MostDepth = 24;

    /// <summary>All claimed files, those changed longest ago first: of two copies the original is read first.</summary>
    public static List<FoundFile> Find(IEnumerable<AgentHome> homes)
    {
        var found = new List<FoundFile>();
        foreach (var home in homes)
        {
            if (Directory.Exists(home.Path))
            {
                Find(home, found);
            }
        }

        found.Sort(
            (a, b) =>
                a.Modified != b.Modified ? a.Modified.CompareTo(b.Modified) : string.CompareOrdinal(a.Path, b.Path)
        );
        // One that was compressed while the folder was listed is there in both forms.
        var compressed = found
            .Where(file => file.Claim.Form == FileForm.CompressedLines)
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        if (compressed.Count > 0)
        {
            found.RemoveAll(file => file.Claim.Form == FileForm.Lines && compressed.Contains(file.Path));
        }

        return found;
    }

    /// <summary>One file, when it is there, lies below the home and is claimed.</summary>
    public static FoundFile? Find(AgentHome home, string path)
    {
        var relative = Path.GetRelativePath(home.Path, path).Replace('\\', '/');
        if (relative.StartsWith("..", StringComparison.Ordinal) || home.Agent.Claims(relative) is not { } claim)
        {
            return null;
        }

        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null)
            {
                // A link is there also when what it names is not, and has a length of its own.
                file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            }

            return file is { Exists: true, LinkTarget: null, Length: > 0 }
                ? Found(
                    home,
                    path,
                    relative,
                    claim,
                    file.Length,
                    Times.ToMicroseconds(new DateTimeOffset(file.LastWriteTimeUtc))
                )
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Find(AgentHome home, List<FoundFile> found)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { Real(home.Path) };
        var open = new Stack<(string Path, string Relative, int Depth)>();
        open.Push((home.Path, "", 0));
        while (open.TryPop(out var folder))
        {
            try
            {
                foreach (var entry in Entries(folder.Path))
                {
                    var relative = folder.Relative.Length == 0 ? entry.Name : $"{folder.Relative}/{entry.Name}";
                    var path = Path.Join(folder.Path, entry.Name);
                    if (entry.IsFolder)
                    {
                        if (folder.Depth < MostDepth && (!entry.IsLink || seen.Add(Real(path))))
                        {
                            open.Push((path, relative, folder.Depth + 1));
                        }
                    }
                    else if (home.Agent.Claims(relative) is { } claim)
                    {
                        if (entry.IsLink)
                        {
                            if (Find(home, path) is { } linked)
                            {
                                found.Add(linked);
                            }
                        }
                        else if (
                            entry.Length > 0
                            && Found(home, path, relative, claim, entry.Length, entry.Modified) is { } file
                        )
                        {
                            found.Add(file);
                        }
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone since, or not ours to list.
            }
        }
    }

    private static FileSystemEnumerable<Entry> Entries(string folder) =>
        new(
            folder,
            static (ref FileSystemEntry entry) =>
            {
                var isLink = entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
                var isFolder = entry.IsDirectory;
                return new Entry(
                    entry.FileName.ToString(),
                    isFolder,
                    isLink,
                    isFolder || isLink ? 0 : entry.Length,
                    isFolder || isLink ? 0 : Times.ToMicroseconds(entry.LastWriteTimeUtc)
                );
            },
            new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None }
        );

    private static FoundFile? Found(
        AgentHome home,
        string path,
        string relative,
        Claim claim,
        long length,
        long modified
    )
    {
        switch (claim.Form)
        {
            case FileForm.CompressedLines:
                path = path[..^FoundFile.Compressed.Length];
                return File.Exists(path)
                    ? null
                    : new FoundFile(home, path, relative[..^FoundFile.Compressed.Length], claim, length, modified);
            case FileForm.Database when new FileInfo(path + "-wal") is { Exists: true } log:
                // What was last written to a database stands beside it for a long time.
                var written = Times.ToMicroseconds(new DateTimeOffset(log.LastWriteTimeUtc));
                return new FoundFile(home, path, relative, claim, length + log.Length, Math.Max(modified, written));
            default:
                return new FoundFile(home, path, relative, claim, length, modified);
        }
    }

    private static string Real(string path) =>
        Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);

    private readonly record struct Entry(string Name, bool IsFolder, bool IsLink, long Length, long Modified);
}
