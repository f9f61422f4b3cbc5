using Weir.Server.Limits;

namespace Weir.Server.Live;

/// <summary>The bounds of <c>/live</c>.</summary>
internal sealed record LiveOptions
{
    /// <summary>How many of the newest changes are kept ready for all listeners together.</summary>
    public int Kept { get; init; } = 1024;

    /// <summary>How many changes one message holds at most.</summary>
    public int Batch { get; init; } = 100;

    /// <summary>How far behind a listener may be and still be told everything, from the ledger; beyond is a gap.</summary>
    public int CatchUp { get; init; } = 5000;

    /// <summary>How many requests a snapshot shows.</summary>
    public int Snapshot { get; init; } = 100;

    /// <summary>How many may listen at once.</summary>
    public int Listeners { get; init; } = 200;

    /// <summary>How many of one workspace may: no tenant takes all places.</summary>
    public int WorkspaceListeners { get; init; } = 100;

    /// <summary>The shortest time between two looks at the ledger: twenty messages a second are enough for a person.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The shortest time between two words that somebody said something of a limit: a gateway hears of them with every answer.</summary>
    public TimeSpan LimitsPace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long after something was used it is told that estimates of limits have moved: until none of before is kept.</summary>
    public TimeSpan EstimatesPace { get; init; } = LimitBoard.Fresh;

    /// <summary>How long nothing may be said, and the longest until a key that was revoked is noticed.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one message may take to leave; a listener that takes longer is dropped.</summary>
    public TimeSpan SendLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait after the ledger could not be read.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);
}
