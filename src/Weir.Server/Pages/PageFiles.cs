using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Server.Pages;

/// <summary>
/// The pages that the build put into this assembly, with their compressed forms. None, where it was built without Node.
/// Immutable and thread-safe.
/// </summary>
internal sealed partial class PageFiles
{
    private const string Prefix = "web/";
    private static readonly Assembly Carrier = typeof(PageFiles).Assembly;

    private readonly FrozenDictionary<string, PageFile> byPath;

    private PageFiles(PageIndex index)
    {
        byPath = index.Files.ToFrozenDictionary(file => file.Path, StringComparer.Ordinal);
        NotFound = byPath.GetValueOrDefault("/404");
    }

    /// <summary>The page for paths that lead nowhere; null when there are no pages.</summary>
    public PageFile? NotFound { get; }

    /// <summary>Whether there are any.</summary>
    public bool Any => byPath.Count > 0;

    /// <summary>Reads which there are.</summary>
    public static PageFiles Load()
    {
        using var index = Carrier.GetManifestResourceStream(Prefix + "index.json");
        return new PageFiles(
            index is null ? new PageIndex([]) : JsonSerializer.Deserialize(index, IndexJson.Default.PageIndex)!
        );
    }

    /// <summary>The file at a path; null when there is none.</summary>
    public PageFile? Find(string path) => byPath.GetValueOrDefault(path);

    /// <summary>A file's bytes, plain (<paramref name="suffix"/> is empty) or compressed (<c>.br</c>, <c>.gz</c>).</summary>
    public static Stream Open(PageFile file, string suffix) =>
        Carrier.GetManifestResourceStream(Prefix + file.File + suffix)
        ?? throw new InvalidOperationException($"The build left {file.File}{suffix} out.");

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(PageIndex))]
    private sealed partial class IndexJson : JsonSerializerContext;
}
