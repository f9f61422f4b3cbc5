using Weir.Capture.Agents;
using Weir.Capture.Sources;

namespace Weir.Capture.Joining;

/// <summary>What was caught at once, on its way to the ledger.</summary>
/// <param name="Origin">Where.</param>
/// <param name="Caught">What; the joiner's until <paramref name="Done"/>.</param>
/// <param name="Cursor">How far the file was read with it; null when it is no file's.</param>
/// <param name="Done">Called when it has been taken over, and may be used again; null for nobody.</param>
internal sealed record Haul(Origin Origin, Catch Caught, FileCursor? Cursor, Action<Haul>? Done = null)
{
    /// <summary>Whether others come right behind it, so that storing it may wait for them.</summary>
    public bool MoreFollows { get; init; }

    /// <summary>Requests in it that nobody had told before; the joiner counts them.</summary>
    public int New { get; set; }
}
