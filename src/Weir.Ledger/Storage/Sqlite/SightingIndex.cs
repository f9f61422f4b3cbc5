using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// Finds the record that is another witness's sighting of a request: of the same workspace, with the same message id, else the
/// same request id, started within a day of it. A request that nobody else can have seen costs no look into the file. Belongs to
/// the writer's connection.
/// </summary>
internal sealed class SightingIndex : IDisposable
{
    // A witness's clock may be set to another zone.
    private static readonly long Apart = TimeSpan.FromHours(26).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly List<RunSpan> runs = [];
    private readonly HashSet<int> changed = [];
    private readonly PreparedStatement findMessage;
    private readonly PreparedStatement findRequest;
    private readonly PreparedStatement store;
    private UsageSources sources;

    /// <summary>Reads which runs there are.</summary>
    public SightingIndex(SqliteConnection connection)
    {
        findMessage = Find(connection, "message_ref");
        findRequest = Find(connection, "upstream_ref");
        store = new PreparedStatement(
            connection,
            "REPLACE INTO sighting_run (run, first, last, sources) VALUES (?, ?, ?, ?)"
        );
        using var row = new PreparedStatement(
            connection,
            "SELECT run, first, last, sources FROM sighting_run ORDER BY run"
        );
        while (row.Step())
        {
            var seen = (UsageSources)row.Int64(3);
            runs.Add(new RunSpan(row.Int64(0), row.Int64(1), row.Int64(2), seen));
            sources |= seen;
        }
    }

    /// <summary>Whether somebody else has seen requests at all.</summary>
    public bool MayFind(UsageRecord record) =>
        (sources & ~record.SeenBy) != UsageSources.None && (record.MessageId ?? record.UpstreamId) is not null;

    /// <summary>The record that is the same request; several when that cannot be said; empty when there is none.</summary>
    public List<RecordId> Find(UsageRecord record)
    {
        var found = Find(record, record.MessageId, findMessage);
        return found.Count > 0 ? found : Find(record, record.UpstreamId, findRequest);
    }

    /// <summary>Notes that a record's ids are filed under an entry.</summary>
    public void Add(UsageRecord record, long sequence)
    {
        var run = Sightings.Run(sequence);
        var started = RecordCodec.ToMicroseconds(record.StartedAt);
        if (runs.Count == 0 || runs[^1].Run != run)
        {
            runs.Add(new RunSpan(run, started, started, UsageSources.None));
        }

        ref var last = ref CollectionsMarshal.AsSpan(runs)[^1];
        var seen = last.Sources | record.SeenBy;
        if (started < last.First || started > last.Last || seen != last.Sources)
        {
            last = new RunSpan(run, Math.Min(last.First, started), Math.Max(last.Last, started), seen);
            sources |= seen;
            changed.Add(runs.Count - 1);
        }
    }

    /// <summary>Writes what has changed; inside the transaction that it changed in.</summary>
    public void Store()
    {
        foreach (var place in changed)
        {
            var run = runs[place];
            store.Bind(1, run.Run);
            store.Bind(2, run.First);
            store.Bind(3, run.Last);
            store.Bind(4, (long)run.Sources);
            store.Run();
        }

        changed.Clear();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        findMessage.Dispose();
        findRequest.Dispose();
        store.Dispose();
    }

    private List<RecordId> Find(UsageRecord record, string? reference, PreparedStatement find)
    {
        var found = new List<RecordId>();
        if (reference is null)
        {
            return found;
        }

        var started = RecordCodec.ToMicroseconds(record.StartedAt);
        var others = ~record.SeenBy;
        long? hash = null;
        foreach (ref readonly var run in CollectionsMarshal.AsSpan(runs))
        {
            if (
                (run.Sources & others) == UsageSources.None
                || started < run.First - Apart
                || started > run.Last + Apart
            )
            {
                continue;
            }

            find.Bind(1, run.Run);
            find.Bind(2, hash ??= Sightings.Hash(record.Workspace, reference));
            find.Bind(3, record.Workspace.Value);
            find.Bind(4, reference);
            find.Bind(5, (long)record.SeenBy);
            find.Bind(6, started - Apart);
            find.Bind(7, started + Apart);
            while (find.Step())
            {
                var id = new RecordId(find.Int64(0));
                if (!found.Contains(id))
                {
                    found.Add(id);
                }
            }

            find.Reset();
        }

        return found;
    }

    private static PreparedStatement Find(SqliteConnection connection, string column) =>
        new(
            connection,
            $"""
            SELECT r.id FROM sighting s
            CROSS JOIN entry e ON e.sequence = (s.run << 10) + s.place
            CROSS JOIN record r ON r.id = e.record
            WHERE s.run = ?1 AND s.hash = ?2 AND r.workspace = ?3 AND r.{column} = ?4
                AND ((1 << r.source) | r.also_seen_by) & ?5 = 0 AND r.started_at BETWEEN ?6 AND ?7
            """
        );

    private readonly record struct RunSpan(long Run, long First, long Last, UsageSources Sources);
}
