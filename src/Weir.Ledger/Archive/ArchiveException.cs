namespace Weir.Ledger;

/// <summary>A file of archived records is missing or damaged. Sums are not touched by it; the message names the file and what to do.</summary>
public sealed class ArchiveException : IOException
{
    /// <summary>Without words.</summary>
    public ArchiveException() { }

    /// <summary>With words.</summary>
    public ArchiveException(string message)
        : base(message) { }

    /// <summary>With words and what was thrown.</summary>
    public ArchiveException(string message, Exception inner)
        : base(message, inner) { }

    internal static ArchiveException Of(string path, string problem) =>
        new(
            $"the archived records in {path} cannot be read ({problem}): put the file back from a backup; sums still answer"
        );
}
