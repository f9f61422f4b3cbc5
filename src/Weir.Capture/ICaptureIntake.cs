using System.Diagnostics.CodeAnalysis;
using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture;

/// <summary>Where receivers hand over what they caught. Thread-safe.</summary>
internal interface ICaptureIntake
{
    /// <summary>
    /// Takes a catch as a whole, or nothing of it: then the intake is full, and the sender is to come again. Never blocks. A catch
    /// that was taken belongs to the intake, which keeps trying to store it.
    /// </summary>
    /// <param name="workspace">The tenant, from the sender's key.</param>
    /// <param name="caught">What was caught.</param>
    /// <param name="stored">Completes when it is stored, and never fails; null when it was not taken.</param>
    public bool TryTake(WorkspaceId workspace, Catch caught, [NotNullWhen(true)] out Task? stored);

    /// <summary>Completes when storing fails for the next time, or ends. Who waits for a catch asks for it before handing that over.</summary>
    public Task NextFailure { get; }
}
