using Weir.Foundation.Measuring;

namespace Weir.Ledger;

/// <summary>What the ledger measures of its own work. Thread-safe.</summary>
public sealed class LedgerMeasures
{
    internal LedgerMeasures(TimeProvider clock)
    {
        Appends = new RecentDurations(clock);
        Batches = new RecentDurations(clock);
        Queries = new QueryWatch(clock);
    }

    /// <summary>How long requests wait for the journal to take a record.</summary>
    public RecentDurations Appends { get; }

    /// <summary>How long the writer takes to store a batch, its commit included.</summary>
    public RecentDurations Batches { get; }

    /// <summary>How long questions take.</summary>
    public QueryWatch Queries { get; }

    /// <summary>Archived months that were unpacked for queries.</summary>
    public CacheCounts Months { get; } = new();

    /// <summary>Compiled statements of reading connections.</summary>
    public CacheCounts Statements { get; } = new();

    /// <summary>Reading connections that are kept open.</summary>
    public CacheCounts Connections { get; } = new();
}
