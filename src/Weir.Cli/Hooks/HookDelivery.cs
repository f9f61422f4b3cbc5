using System.Text;
using Weir.Capture.Hooks;
using Weir.Foundation.Storage;

namespace Weir.Cli.Hooks;

/// <summary>
/// The file from which the hooks' command (<c>curl</c>) takes where to deliver and with which key, readable by its owner alone: so
/// neither stands in the agent's settings, and no shell sees the key.
/// </summary>
/// <param name="Url">Where to deliver.</param>
/// <param name="Key">The key's text.</param>
/// <param name="KeyId">The key's id; null when it is not known.</param>
internal sealed record HookDelivery(Uri Url, string Key, string? KeyId)
{
    private const string IdPrefix = "# key ";
    private const string UrlPrefix = "url = \"";
    private const string KeyPrefix = "header = \"x-weir-key: ";

    /// <summary>The file of a data folder.</summary>
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, HookSettings.Marker);

    /// <summary>What a hook runs: it succeeds and says nothing, whether Weir is there or not.</summary>
    public static string Command(string path) =>
        OperatingSystem.IsWindows()
            ? $"curl.exe -K \"{path.Replace('\\', '/')}\""
            : $"curl -K '{path.Replace("'", @"'\''", StringComparison.Ordinal)}' || true";

    /// <summary>Reads the file; null when there is none, or it is not one of these.</summary>
    public static HookDelivery? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        string? url = null;
        string? key = null;
        string? id = null;
        foreach (var line in File.ReadLines(path).Take(50))
        {
            url = After(line, UrlPrefix)?.TrimEnd('"') ?? url;
            key = After(line, KeyPrefix)?.TrimEnd('"') ?? key;
            id = After(line, IdPrefix) ?? id;
        }

        return key is not null && Uri.TryCreate(url, UriKind.Absolute, out var address)
            ? new HookDelivery(address, key, id)
            : null;
    }

    /// <summary>Writes the file, open to its owner alone.</summary>
    public void Write(string path)
    {
        var text = new StringBuilder();
        text.Append("# Written by \"weir hooks install\", taken away by \"weir hooks remove\".\n");
        if (KeyId is not null)
        {
            text.Append(IdPrefix).Append(KeyId).Append('\n');
        }

        text.Append(UrlPrefix).Append(Url.AbsoluteUri).Append("\"\n");
        text.Append(KeyPrefix).Append(Key).Append("\"\n");
        text.Append("header = \"Content-Type: application/json\"\n");
        text.Append("data-binary = \"@-\"\n");
        text.Append("output = \"").Append(OperatingSystem.IsWindows() ? "NUL" : "/dev/null").Append("\"\n");
        text.Append("silent\nconnect-timeout = 1\nmax-time = 2\n");
        if (Url.IsLoopback)
        {
            text.Append("noproxy = \"*\"\n");
        }

        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text.ToString()), AtomicFile.OwnerOnly);
    }

    private static string? After(string line, string prefix) =>
        line.StartsWith(prefix, StringComparison.Ordinal) ? line[prefix.Length..] : null;
}
