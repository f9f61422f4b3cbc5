using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture;

/// <summary>Where receivers hand over what they caught. Thread-safe.</summary>
internal interface ICaptureIntake
{
    /// <summary>
    /// Takes a catch as a whole, or nothing of it: then the intake is full, and the sender is to come again. Never blocks. A catch
    /// that was taken belongs to the intake.
    /// </summary>
    /// <param name="workspace">The tenant, from the sender's key.</param>
    /// <param name="caught">What was caught.</param>
    public bool TryTake(WorkspaceId workspace, Catch caught);
}
