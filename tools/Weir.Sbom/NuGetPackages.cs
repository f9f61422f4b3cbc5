using System.Text.Json;
using System.Xml.Linq;

namespace Weir.Sbom;

/// <summary>The packages of .NET: what <c>weir.deps.json</c> lists, the runtime included, with what their own files say of them.</summary>
internal static class NuGetPackages
{
    private const string RuntimePack = "runtimepack.";

    /// <summary>Reads them.</summary>
    /// <param name="deps">The path of the build's <c>weir.deps.json</c>.</param>
    /// <param name="folders">Where packages lie on this machine.</param>
    /// <returns>The packages, and those that Weir's own projects name.</returns>
    public static (IReadOnlyList<Component> Components, IReadOnlySet<string> Direct) Read(
        string deps,
        IReadOnlyList<string> folders
    )
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(deps));
        var root = document.RootElement;
        var target = root.GetProperty("targets")
            .GetProperty(root.GetProperty("runtimeTarget").GetProperty("name").GetString()!);
        var components = new List<Component>();
        var direct = new HashSet<string>(StringComparer.Ordinal);
        foreach (var library in root.GetProperty("libraries").EnumerateObject())
        {
            var needs = Needs(root, target, library.Name);
            if (library.Value.GetProperty("type").GetString() == "project")
            {
                direct.UnionWith(needs);
                continue;
            }

            var (name, version) = Split(library.Name);
            var folder = folders
                .Select(f => Path.Combine(f, name.ToLowerInvariant(), version.ToLowerInvariant()))
                .FirstOrDefault(Directory.Exists);
            components.Add(
                new Component(
                    name,
                    version,
                    Url(library.Name),
                    folder is null ? null : Licence(folder),
                    Hash(library.Value.GetProperty("sha512").GetString(), folder),
                    IsShipped: true,
                    needs
                )
            );
        }

        return (components, direct);
    }

    private static List<string> Needs(JsonElement root, JsonElement target, string library)
    {
        var needs = new List<string>();
        if (target.TryGetProperty(library, out var entry) && entry.TryGetProperty("dependencies", out var dependencies))
        {
            foreach (var dependency in dependencies.EnumerateObject())
            {
                var key = $"{dependency.Name}/{dependency.Value.GetString()}";
                if (root.GetProperty("libraries").GetProperty(key).GetProperty("type").GetString() != "project")
                {
                    needs.Add(Url(key));
                }
            }
        }

        return needs;
    }

    private static (string Name, string Version) Split(string library)
    {
        var slash = library.IndexOf('/', StringComparison.Ordinal);
        var name = library[..slash];
        return (
            name.StartsWith(RuntimePack, StringComparison.Ordinal) ? name[RuntimePack.Length..] : name,
            library[(slash + 1)..]
        );
    }

    private static string Url(string library)
    {
        var (name, version) = Split(library);
        return $"pkg:nuget/{Uri.EscapeDataString(name)}@{Uri.EscapeDataString(version)}";
    }

    private static string? Licence(string folder)
    {
        var file = Directory.EnumerateFiles(folder, "*.nuspec").FirstOrDefault();
        if (file is null)
        {
            return null;
        }

        var metadata = XDocument.Load(file).Root!.Elements().First(e => e.Name.LocalName == "metadata");
        var licence = metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "license");
        return licence is null ? metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "licenseUrl")?.Value
            : licence.Attribute("type")?.Value == "expression" ? licence.Value
            : $"in the package's {licence.Value}";
    }

    private static string? Hash(string? written, string? folder)
    {
        var text = written is { Length: > 0 } ? written : null;
        if (text is null && folder is not null)
        {
            var file = Directory.EnumerateFiles(folder, "*.nupkg.sha512").FirstOrDefault();
            text = file is null ? null : File.ReadAllText(file).Trim();
        }

        return text is null ? null : Hashes.ToHex(text);
    }
}
