using Weir.Foundation;

namespace Weir.Capture.Agents;

/// <summary>
/// Reads one file of one agent. Bytes in, a <see cref="Catch"/> out: pure, never throws for what is in the file, knows nothing of
/// files, ledgers or clocks. Used by one thread.
/// </summary>
internal abstract class AgentReader
{
    /// <summary>
    /// Reads one line, without its end. A line with nothing of interest should cost a search and no parsing. Only called for
    /// files of lines, compressed or not.
    /// </summary>
    public abstract void Line(ReadOnlySpan<byte> line, Catch caught);

    /// <summary>
    /// What a later reading of the same file needs to go on behind the last line; null when nothing. At most 64 KB.
    /// </summary>
    public virtual byte[]? Save() => null;
}

/// <summary>How a file is read.</summary>
internal enum FileForm
{
    /// <summary>Lines are added at its end: read from where the last reading stopped.</summary>
    Lines,

    /// <summary>
    /// Lines that the program has put away with zstd, and will not add to: the file of lines of the same name without
    /// <c>.zst</c>, which counts where both are there.
    /// </summary>
    CompressedLines,

    /// <summary>It is written as a whole: when it has changed, all of it is read again, as one call of <see cref="AgentReader.Line"/>.</summary>
    Whole,

    /// <summary>A database of the agent's own.</summary>
    Database,
}

/// <summary>A file that an agent claims.</summary>
/// <param name="Form">How it is read.</param>
/// <param name="Kind">Which of the agent's kinds of file it is; its reader's constructor knows it.</param>
internal readonly record struct Claim(FileForm Form, string Kind);

/// <summary>What a reader may know of the file it reads.</summary>
/// <param name="RelativePath">The path below the agent's home, with forward slashes.</param>
/// <param name="Kind">The <see cref="Claim"/>'s.</param>
/// <param name="Saved">What <see cref="AgentReader.Save"/> returned; null at the file's beginning.</param>
/// <param name="Beside">
/// Reads a small file of the same agent by its path from this one's folder (a sidecar); null when there is none, it is above 64 KB,
/// lies outside the agent's home or cannot be read.
/// </param>
internal sealed record FileToRead(string RelativePath, string Kind, byte[]? Saved, Func<string, byte[]?> Beside)
{
    /// <summary>
    /// The names of the files in a folder of the same agent, by its path from this file's folder, in ordinal order; none when there is no
    /// such folder, it lies outside the agent's home or cannot be read. At most 2,000.
    /// </summary>
    public Func<string, IReadOnlyList<string>> NamesIn { get; init; } = static _ => [];
}

/// <summary>A coding agent: where it keeps its files, which of them tell something, and who reads them.</summary>
internal abstract class CodingAgent
{
    /// <summary>The client's name in records: <c>claude-code</c>, <c>codex</c> …</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The folders it writes to when nothing else is configured, most important first; they need not exist.
    /// </summary>
    /// <param name="places">The machine.</param>
    public abstract IEnumerable<string> Homes(Places places);

    /// <summary>Whether a file below a home tells something, and how it is read; null for one to be left alone.</summary>
    /// <param name="relativePath">Below the home, with forward slashes.</param>
    public abstract Claim? Claims(ReadOnlySpan<char> relativePath);

    /// <summary>
    /// Who pays for what is used from a home, where the program's own files show it; null when they do not. Reads which kind of
    /// sign-in there is, never its secrets.
    /// </summary>
    public virtual Billing? BillingOf(string home) => null;

    /// <summary>A reader for a file that was claimed.</summary>
    public abstract AgentReader Open(FileToRead file);

    /// <summary>
    /// Reads what is new in a claimed file of <see cref="FileForm.Database"/>. What cannot be read (locked, damaged, another
    /// layout) is counted as skipped.
    /// </summary>
    /// <param name="path">The file's path.</param>
    /// <param name="saved">What the reading before returned; null for the first.</param>
    /// <param name="caught">Where to put it.</param>
    /// <returns>What the next reading needs.</returns>
    public virtual byte[]? ReadDatabase(string path, byte[]? saved, Catch caught) => saved;
}

/// <summary>The machine, as far as it decides where agents write.</summary>
/// <param name="Home">The user's home folder.</param>
/// <param name="Variable">Reads an environment variable; null when it is not set or empty.</param>
internal sealed record Places(string Home, Func<string, string?> Variable)
{
    /// <summary>Which system it is.</summary>
    public required OSPlatformKind System { get; init; }

    /// <summary>The machine that this runs on.</summary>
    /// <param name="variable">Reads an environment variable; without <c>HOME</c> (<c>USERPROFILE</c>) there is no home.</param>
    public static Places OfThisMachine(Func<string, string?> variable)
    {
        string? Set(string name) => variable(name) is { Length: > 0 } value ? value : null;
        return new Places(Set(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME") ?? "", Set)
        {
            System =
                OperatingSystem.IsWindows() ? OSPlatformKind.Windows
                : OperatingSystem.IsMacOS() ? OSPlatformKind.Mac
                : OSPlatformKind.Linux,
        };
    }
}

/// <summary>Systems that differ in where programs keep their files.</summary>
internal enum OSPlatformKind
{
    /// <summary>Linux and its kin.</summary>
    Linux,

    /// <summary>macOS.</summary>
    Mac,

    /// <summary>Windows.</summary>
    Windows,
}
