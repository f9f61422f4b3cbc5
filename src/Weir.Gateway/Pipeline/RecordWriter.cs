using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>Journals what requests used, under the reservation that was made before they were sent. Thread-safe.</summary>
internal sealed class RecordWriter
{
    private readonly UsageJournal journal;
    private readonly RecordIdSource ids;
    private readonly RequestAdmission admission;
    private readonly GatewayMetrics metrics;
    private readonly TimeProvider clock;
    private readonly RecentIds fetched = new();

    /// <param name="journal">Where records go.</param>
    /// <param name="ids">The ids of what is more than one record to an exchange.</param>
    /// <param name="admission">Is told what requests came to.</param>
    /// <param name="metrics">Counts those; of the others the pipeline does.</param>
    /// <param name="clock">Where the time comes from.</param>
    public RecordWriter(
        UsageJournal journal,
        RecordIdSource ids,
        RequestAdmission admission,
        GatewayMetrics metrics,
        TimeProvider clock
    )
    {
        this.admission = admission;
        this.journal = journal;
        this.ids = ids;
        this.metrics = metrics;
        this.clock = clock;
        Batches = new BatchRecords(this);
    }

    /// <summary>The records of batches' results.</summary>
    public BatchRecords Batches { get; }

    /// <summary>An id for one of several records of an exchange.</summary>
    public RecordId NextId() => ids.Next();

    /// <summary>Sets room aside for one more record than the exchange has it for; false when the journal is full.</summary>
    public bool TryReserve() => journal.TryReserve();

    /// <summary>Gives that room back.</summary>
    public void Release() => journal.Release();

    /// <summary>Journals one of several records of an exchange, under a reservation that was made for it.</summary>
    public void WriteAside(Exchange exchange, UsageRecord record)
    {
        journal.Append(record);
        admission.Charge(exchange, record);
        metrics.Count(record);
    }

    /// <summary>
    /// Journals one of several records of an exchange, under its reservation, and renews that. False when there is no room for
    /// another: the reservation then has room for one last record.
    /// </summary>
    public bool WriteOneOfMany(Exchange exchange, UsageRecord record)
    {
        WriteAside(exchange, record);
        if (!journal.TryReserve())
        {
            return false;
        }

        journal.Release();
        return true;
    }

    /// <summary>
    /// Journals the record of a request whose caller got what <paramref name="attempt"/> came to, as far as it is known
    /// now; a second call makes its next revision. Null for what is no usage record: token counts, and what was fetched and
    /// is none of its own, or has been fetched before (<see cref="FetchedAnswers"/>).
    /// </summary>
    /// <param name="exchange">The request.</param>
    /// <param name="attempt">Added to its attempts when it is not among them.</param>
    /// <param name="httpStatus">What the caller gets; null when it gets nothing.</param>
    public UsageRecord? Write(Exchange exchange, UpstreamAttempt attempt, int? httpStatus)
    {
        var duration = clock.GetElapsedTime(exchange.StartedTimestamp);
        if (!exchange.Attempts.Contains(attempt))
        {
            attempt.EndedAt = duration;
            exchange.Attempts.Add(attempt);
        }

        // Before the answer's last byte: the caller may name it in its very next request.
        Holders.KeepAnswer(exchange, attempt);
        if (FetchedAnswers.Fetches(exchange, attempt))
        {
            return WriteFetched(exchange, attempt, httpStatus, duration);
        }

        if (exchange.Endpoint is { Operation: not Operation.PassThrough, IsMetered: false })
        {
            return null;
        }

        var record = Settlement.Settle(exchange, attempt, httpStatus, duration);
        journal.Append(record);
        admission.Settle(exchange, record);
        exchange.Record = record;
        return record;
    }

    private UsageRecord? WriteFetched(Exchange exchange, UpstreamAttempt attempt, int? httpStatus, TimeSpan duration)
    {
        if (FetchedAnswers.IdOf(exchange, attempt) is not { } id || fetched.Contains(id))
        {
            return null;
        }

        var record = Settlement.Settle(exchange, attempt, httpStatus, duration) with { Id = id };
        journal.Append(record);
        fetched.Add(id);
        exchange.Record = record;
        return record;
    }
}
