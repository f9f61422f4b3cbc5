using System.Text.RegularExpressions;

namespace Weir.Server.Configuration;

/// <summary>Where the documents of workspaces are: <c>weir.d/NAME.yaml</c> beside the server's <c>weir.yaml</c>.</summary>
internal static partial class WorkspaceFiles
{
    /// <summary>The folder's name.</summary>
    public const string FolderName = "weir.d";

    /// <summary>What the name of a workspace with a document looks like.</summary>
    public const string NameRule = "1 to 40 lower-case letters, digits and '-'";

    private const string Extension = ".yaml";

    /// <summary>The folder beside a server's document.</summary>
    public static string FolderOf(string serversPath) => Path.Combine(Path.GetDirectoryName(serversPath)!, FolderName);

    /// <summary>A workspace's file; its name is one.</summary>
    public static string FileOf(string serversPath, string name) =>
        Path.Combine(FolderOf(serversPath), name + Extension);

    /// <summary>Whether a workspace of that name can have a document: it becomes part of a path.</summary>
    public static bool IsName(string text) => NamePattern().IsMatch(text);

    /// <summary>The names of the files that are there, sorted; none when there is no folder.</summary>
    public static IEnumerable<string> Names(string serversPath)
    {
        try
        {
            return
            [
                .. Directory
                    .EnumerateFiles(FolderOf(serversPath), "*" + Extension)
                    .Select(path => Path.GetFileNameWithoutExtension(path))
                    .Where(name => !name.StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [GeneratedRegex("^[a-z0-9-]{1,40}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
