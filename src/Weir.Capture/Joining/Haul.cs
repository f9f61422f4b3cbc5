using Weir.Capture.Agents;
using Weir.Capture.Sources;
using Weir.Capture.Storage;

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

    /// <summary>
    /// Something to be done where capture stores, when everything before it is stored: with the store, no transaction open. It must
    /// not throw. Null for an ordinary haul.
    /// </summary>
    public Action<CaptureStore>? Work { get; init; }

    /// <summary>Requests in it that nobody had told before; the joiner counts them.</summary>
    public int New { get; set; }
}
