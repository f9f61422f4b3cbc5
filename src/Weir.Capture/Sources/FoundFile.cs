using Weir.Capture.Agents;

namespace Weir.Capture.Sources;

/// <summary>A folder that an agent writes to.</summary>
/// <param name="Agent">Whose.</param>
/// <param name="Path">The folder's full path.</param>
internal sealed record AgentHome(CodingAgent Agent, string Path);

/// <summary>A file that an agent claims, as it was found.</summary>
/// <param name="Home">Where.</param>
/// <param name="Path">Its full path; of a compressed one as it was before, for it is the same file.</param>
/// <param name="RelativePath">The same below the home, with forward slashes.</param>
/// <param name="Claim">How it is read.</param>
/// <param name="Length">Its length on disk in bytes.</param>
/// <param name="Modified">When it was last changed, microseconds since 1970.</param>
internal sealed record FoundFile(
    AgentHome Home,
    string Path,
    string RelativePath,
    Claim Claim,
    long Length,
    long Modified
)
{
    /// <summary>What the names of compressed files end in.</summary>
    public const string Compressed = ".zst";

    /// <summary>Where it lies.</summary>
    public string StoredAt => Claim.Form == FileForm.CompressedLines ? Path + Compressed : Path;
}
