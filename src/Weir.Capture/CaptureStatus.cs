using System.Collections.Immutable;

namespace Weir.Capture;

/// <summary>How far a reading of files has come.</summary>
/// <param name="Files">Files read of those that had changed.</param>
/// <param name="FilesInAll">Files that had changed.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="BytesInAll">All of their bytes.</param>
/// <param name="Requests">Requests that were new, or better known than before.</param>
public readonly record struct CaptureProgress(int Files, int FilesInAll, long Bytes, long BytesInAll, long Requests);

/// <summary>A folder of an agent, and how its files fare.</summary>
/// <param name="Agent">Whose.</param>
/// <param name="Path">Where.</param>
/// <param name="Exists">Whether it is there.</param>
/// <param name="Files">Files read.</param>
/// <param name="Bytes">Their length.</param>
/// <param name="LastChange">When the last of them changed, UTC; null when there is none.</param>
/// <param name="Skipped">What could not be read in them, by kind: it is lost.</param>
/// <param name="Ignored">What was passed over in them as in any sound file, by kind: copies that a fork replays, kinds of lines that tell nothing.</param>
/// <param name="Problems">Files that could not be read, and why; at most 100.</param>
public sealed record CaptureSource(
    string Agent,
    string Path,
    bool Exists,
    int Files,
    long Bytes,
    DateTimeOffset? LastChange,
    ImmutableSortedDictionary<string, long> Skipped,
    ImmutableSortedDictionary<string, long> Ignored,
    ImmutableArray<(string File, string Problem)> Problems
);
