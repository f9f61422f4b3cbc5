using System.Collections.Concurrent;

namespace Weir.Capture.Joining;

/// <summary>
/// Which project a folder belongs to: the repository that it lies in, by the name of that repository's folder, else the folder's
/// own name. A worktree belongs to its repository. Looks into folders of this machine alone, and only at <c>.git</c>. Thread-safe.
/// </summary>
internal sealed class ProjectNames
{
    private const int MostParents = 32;
    private const int MostFolders = 10_000;
    private const int LongestPointer = 4096;

    private readonly ConcurrentDictionary<string, string?> known = new(StringComparer.Ordinal);

    /// <summary>The project of a folder; null for the root and for nothing.</summary>
    /// <param name="folder">As the agent wrote it.</param>
    /// <param name="isHere">Whether it is a folder of this machine.</param>
    public string? Of(string? folder, bool isHere)
    {
        if (string.IsNullOrEmpty(folder))
        {
            return null;
        }

        if (known.TryGetValue(folder, out var project))
        {
            return project;
        }

        project = (isHere ? Repository(folder) : null) ?? LastName(folder);
        if (known.Count < MostFolders)
        {
            known.TryAdd(folder, project);
        }

        return project;
    }

    private static string? Repository(string folder)
    {
        // A path of another system's kind, or of the network, is not looked at: a look can be a connection.
        if (
            !Path.IsPathFullyQualified(folder)
            || folder.StartsWith(@"\\", StringComparison.Ordinal)
            || folder.StartsWith("//", StringComparison.Ordinal)
        )
        {
            return null;
        }

        try
        {
            var at = Path.GetFullPath(folder);
            for (var i = 0; i < MostParents && Path.GetDirectoryName(at) is { } parent; i++, at = parent)
            {
                var git = Path.Combine(at, ".git");
                if (Directory.Exists(git))
                {
                    return LastName(at);
                }

                if (new FileInfo(git) is { Exists: true, Length: > 0 and < LongestPointer })
                {
                    return Main(File.ReadAllText(git)) ?? LastName(at);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A folder that cannot be looked at goes by its own name.
        }

        return null;
    }

    /// <summary>A worktree's <c>.git</c> says <c>gitdir: /home/ada/weir/.git/worktrees/fix</c>.</summary>
    private static string? Main(string pointer)
    {
        var end = pointer.Replace('\\', '/').IndexOf("/.git/worktrees/", StringComparison.Ordinal);
        return pointer.StartsWith("gitdir:", StringComparison.Ordinal) && end > 0
            ? LastName(pointer["gitdir:".Length..end].Trim())
            : null;
    }

    private static string? LastName(string folder)
    {
        var path = folder.Replace('\\', '/');
        // The program's own worktrees, when they are gone.
        var worktree = path.IndexOf("/.claude/worktrees/", StringComparison.Ordinal);
        path = (worktree > 0 ? path[..worktree] : path).TrimEnd('/');
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.Length == 0 || name.EndsWith(':') ? null : name;
    }
}
