using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Server.Api.Capture;

/// <summary>Takes what is delivered and keeps none of it.</summary>
internal sealed class IdleIntake : ICaptureIntake
{
    /// <inheritdoc />
    public bool TryTake(WorkspaceId workspace, Catch caught) => true;
}
