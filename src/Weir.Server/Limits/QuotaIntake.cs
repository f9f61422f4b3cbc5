using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Capture.Limits;
using Weir.Foundation;
using Weir.Wire.Limits;

namespace Weir.Server.Limits;

/// <summary>
/// Takes in what providers say of quotas, by way of status lines and of the gateway: the newest word is kept, and what is of a
/// plan is handed on to be stored, so that limits are learned from it. Thread-safe.
/// </summary>
internal sealed class QuotaIntake(NewestQuotas newest, ICaptureIntake intake, TimeProvider clock)
{
    private const string Unknown = "unknown";

    /// <summary>Shorter windows hold a pace: they change with every request and teach nothing.</summary>
    private static readonly TimeSpan ShortestStored = TimeSpan.FromHours(1);

    /// <summary>Takes what Claude Code gave its status line; what cannot be read says nothing. True when it says something new.</summary>
    public bool TakeStatusLine(WorkspaceId workspace, ReadOnlyMemory<byte> json, string? session) =>
        Take(workspace, QuotaObjects.StatusLine(json, clock.GetUtcNow()), session);

    /// <summary>Takes readings. Never blocks: where there is no room, they are not stored. True when one says something new.</summary>
    public bool Take(WorkspaceId workspace, IReadOnlyList<LimitReading> readings, string? session = null)
    {
        Catch? caught = null;
        var isNew = false;
        foreach (var reading in readings)
        {
            if (!newest.Note(workspace, reading))
            {
                continue;
            }

            isNew = true;
            if (reading.Window >= ShortestStored)
            {
                (caught ??= new Catch()).Limits.Add(LimitWords.Word(reading, Unknown, session));
            }
        }

        if (caught is not null)
        {
            _ = intake.TryTake(workspace, caught, out _);
        }

        return isNew;
    }
}
