using System.Text.Json;

namespace Weir.Sbom;

/// <summary>The packages of npm that pages are made of, by the lock file that they are installed from.</summary>
internal static class NpmPackages
{
    private const string Folder = "node_modules/";

    /// <summary>Reads them; one that stands in several places is one.</summary>
    /// <returns>The packages, and those that the project itself names for its pages.</returns>
    public static (IReadOnlyList<Component> Components, IReadOnlySet<string> Direct) Read(string lockFile)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        var packages = document.RootElement.GetProperty("packages");
        var components = new Dictionary<string, Component>(StringComparer.Ordinal);
        foreach (var package in packages.EnumerateObject().Where(p => p.Name.Length > 0))
        {
            var entry = package.Value;
            var url = Url(package.Name, entry);
            var component = new Component(
                Name(package.Name),
                entry.GetProperty("version").GetString()!,
                url,
                entry.TryGetProperty("license", out var licence) && licence.ValueKind == JsonValueKind.String
                    ? licence.GetString()
                    : Enclosed(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(lockFile))!, package.Name)),
                entry.TryGetProperty("integrity", out var integrity) ? Hashes.ToHex(integrity.GetString()!) : null,
                IsShipped: !entry.TryGetProperty("dev", out _) && !entry.TryGetProperty("devOptional", out _),
                Needs(packages, package.Name, "dependencies")
            );
            components[url] = components.TryGetValue(url, out var other)
                ? component with
                {
                    IsShipped = component.IsShipped || other.IsShipped,
                    Needs = [.. component.Needs.Union(other.Needs, StringComparer.Ordinal)],
                }
                : component;
        }

        return ([.. components.Values], Needs(packages, "", "dependencies").ToHashSet(StringComparer.Ordinal));
    }

    // Some name no licence and bring its text.
    private static string? Enclosed(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, "LICEN?E*").Order().FirstOrDefault() is { } file
            ? $"in the package's {Path.GetFileName(file)}"
            : null;

    private static List<string> Needs(JsonElement packages, string path, string kind)
    {
        var needs = new List<string>();
        if (packages.GetProperty(path).TryGetProperty(kind, out var dependencies))
        {
            foreach (var dependency in dependencies.EnumerateObject())
            {
                if (Find(packages, path, dependency.Name) is { } found)
                {
                    needs.Add(Url(found, packages.GetProperty(found)));
                }
            }
        }

        return needs;
    }

    // As Node looks: beside the package first, then in each folder above it.
    private static string? Find(JsonElement packages, string path, string name)
    {
        while (true)
        {
            var candidate = (path.Length == 0 ? "" : path + "/") + Folder + name;
            if (packages.TryGetProperty(candidate, out _))
            {
                return candidate;
            }

            if (path.Length == 0)
            {
                return null;
            }

            var above = path.LastIndexOf("/" + Folder, StringComparison.Ordinal);
            path = above < 0 ? "" : path[..above];
        }
    }

    private static string Name(string path) =>
        path[(path.LastIndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..];

    private static string Url(string path, JsonElement entry) =>
        $"pkg:npm/{Name(path).Replace("@", "%40", StringComparison.Ordinal)}@{entry.GetProperty("version").GetString()}";
}
