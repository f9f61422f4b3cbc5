namespace Weir.Server.Pages;

/// <summary>A file of the pages, as <c>web/scripts/pack.mjs</c> describes it in its <c>index.json</c>.</summary>
/// <param name="Path">Where it is served: <c>/</c>, <c>/_app/immutable/….js</c>.</param>
/// <param name="File">Its name among the embedded files; compressed forms have <c>.br</c> and <c>.gz</c> after it.</param>
/// <param name="Type">Its content type.</param>
/// <param name="Tag">A hash of its content.</param>
/// <param name="Immutable">Whether its name changes with its content, so that it may be kept for good.</param>
/// <param name="Encodings">The compressed forms that there are: <c>br</c>, <c>gzip</c>.</param>
/// <param name="Scripts">Of a page: the hashes of the scripts inside it, as a content security policy has them.</param>
internal sealed record PageFile(
    string Path,
    string File,
    string Type,
    string Tag,
    bool Immutable,
    IReadOnlyList<string> Encodings,
    IReadOnlyList<string> Scripts
)
{
    /// <summary>Whether it is a page and not a part of one.</summary>
    public bool IsPage => Type.StartsWith("text/html", StringComparison.Ordinal);
}

/// <summary>All files of the pages.</summary>
internal sealed record PageIndex(IReadOnlyList<PageFile> Files);
