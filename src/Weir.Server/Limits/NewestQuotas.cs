using System.Collections.Concurrent;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Wire.Limits;

namespace Weir.Server.Limits;

/// <summary>
/// The newest word of providers on each quota, in memory, so that it is told at once; also what holds no plan and is not stored.
/// Bounded. Thread-safe.
/// </summary>
internal sealed class NewestQuotas
{
    private const int Most = 10_000;

    /// <summary>Words overtake one another by less; a word that lies further ahead was told by a clock that has been set back since.</summary>
    private static readonly TimeSpan Disorder = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<
        (WorkspaceId Workspace, string Client, string? Account, string Scope),
        LimitReading
    > newest = new();

    /// <summary>Notes a word; true when it says something else than the one before.</summary>
    public bool Note(WorkspaceId workspace, LimitReading reading)
    {
        var place = (workspace, reading.Client ?? "", reading.Account, reading.Scope);
        var known = newest.GetValueOrDefault(place);
        if (known?.SaidAt > reading.SaidAt && known.SaidAt - reading.SaidAt < Disorder)
        {
            return false;
        }

        if (known is null && newest.Count >= Most)
        {
            newest.Clear();
        }

        newest[place] = reading;
        return known is null
            || known.UsedPercent != reading.UsedPercent
            || known.ResetsAt != reading.ResetsAt
            || known.Status != reading.Status;
    }

    /// <summary>What is known of a workspace.</summary>
    public ImmutableArray<LimitReading> Of(WorkspaceId workspace) =>
        [.. newest.Where(entry => entry.Key.Workspace == workspace).Select(entry => entry.Value)];
}
