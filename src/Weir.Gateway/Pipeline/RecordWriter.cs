using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>Journals what requests used, under the reservation that was made before they were sent. Thread-safe.</summary>
internal sealed class RecordWriter(UsageJournal journal, TimeProvider clock)
{
    /// <summary>
    /// Journals the record of a request whose caller got what <paramref name="attempt"/> came to, as far as it is known
    /// now; a second call makes its next revision. Null for what is no usage record: token counts, and what went through by
    /// another method than POST and told of no usage.
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
        if (!IsRecorded(exchange, attempt))
        {
            return null;
        }

        var record = Settlement.Settle(exchange, attempt, httpStatus, duration);
        journal.Append(record);
        exchange.Record = record;
        return record;
    }

    private static bool IsRecorded(Exchange exchange, UpstreamAttempt attempt) =>
        exchange.Endpoint.Operation == Operation.PassThrough
            ? exchange.Context.Request.Method == "POST" || !attempt.Reading.Usage.IsUnknown
            : exchange.Endpoint.IsMetered;
}
