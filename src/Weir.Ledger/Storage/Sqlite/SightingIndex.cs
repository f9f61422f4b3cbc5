using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// Finds the record that is another witness's sighting of a request: of the same workspace, with the same message id, else the
/// same request id, started within a day of it. Of a translated request others know the ids that the gateway gave out, which
/// name its record (<see cref="CallerIds"/>). A request that nobody else can have seen costs no look into the file. Belongs to the
/// writer's connection.
/// </summary>
internal sealed class SightingIndex : IDisposable
{
    // A witness's clock may be set to another zone.
    private static readonly long Apart = TimeSpan.FromHours(26).Ticks / TimeSpan.TicksPerMicrosecond;

    private const int MostOpen = 128;

    private readonly List<RunSpan> runs = [];
    private readonly HashSet<int> changed = [];
    private readonly PreparedStatement findMessage;
    private readonly PreparedStatement findRequest;
    private readonly PreparedStatement findNamed;
    private readonly PreparedStatement readIds;
    private readonly Dictionary<long, SightingRun> open = []; // runs that were read or written, by number
    private readonly PreparedStatement store;
    private UsageSources sources;

    /// <summary>Reads which runs there are.</summary>
    public SightingIndex(SqliteConnection connection)
    {
        findMessage = Find(connection, "message_ref");
        findRequest = Find(connection, "upstream_ref");
        findNamed = new PreparedStatement(connection, Named);
        readIds = new PreparedStatement(connection, "SELECT ids FROM sighting_run WHERE run = ?");
        store = new PreparedStatement(
            connection,
            "REPLACE INTO sighting_run (run, first, last, sources, ids) VALUES (?, ?, ?, ?, ?)"
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
        (record.MessageId ?? record.UpstreamId) is null
            ? GivesIds(record) && (sources & ~record.SeenBy) != UsageSources.None
            : (sources & ~record.SeenBy) != UsageSources.None
                || CallerIds.TryParse(record.MessageId, out _)
                || CallerIds.TryParse(record.UpstreamId, out _);

    /// <summary>The record that is the same request; several when that cannot be said; empty when there is none.</summary>
    public List<RecordId> Find(UsageRecord record)
    {
        var found = Find(record, record.MessageId, findMessage);
        for (var i = 0; found.Count == 0 && GivesIds(record) && i < Math.Max(1, record.Attempts.Length); i++)
        {
            found = Find(record, CallerIds.Make(record.Dialect, record.Id, i), findMessage);
        }

        found = found.Count > 0 ? found : Find(record, record.UpstreamId, findRequest);
        return found.Count == 0 && GivesIds(record) ? Find(record, CallerIds.RequestId(record.Id), findRequest) : found;
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
        }

        changed.Add(runs.Count - 1);
    }

    /// <summary>Files one of a record's ids under an entry; none for null.</summary>
    public void File(UsageRecord record, string? reference, long sequence)
    {
        if (reference is not null)
        {
            RunOf(Sightings.Run(sequence)).Add(Sightings.Hash(record.Workspace, reference), Sightings.Place(sequence));
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
            store.Bind(5, RunOf(run.Run).Bytes);
            store.Run();
        }

        changed.Clear();
        if (open.Count > MostOpen)
        {
            open.Clear();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        findMessage.Dispose();
        findRequest.Dispose();
        findNamed.Dispose();
        readIds.Dispose();
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
        byte[]? packed = null;
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

            foreach (var place in RunOf(run.Run).Places(hash ??= Sightings.Hash(record.Workspace, reference)))
            {
                find.Bind(1, Sightings.Sequence(run.Run, place));
                find.Bind(2, record.Workspace.Value);
                find.Bind(3, packed ??= PackedId.Pack(reference));
                find.Bind(4, (long)record.SeenBy);
                find.Bind(5, started - Apart);
                find.Bind(6, started + Apart);
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
        }

        if (found.Count == 0 && FindNamed(record, reference) is { } named)
        {
            found.Add(named);
        }

        return found;
    }

    // The record may stand under the id of a witness who told it first. The gateway itself never says such an id of its own: one
    // that it got from an upstream is another Weir's.
    private RecordId? FindNamed(UsageRecord record, string reference)
    {
        if (record.SeenBy.HasFlag(UsageSources.Gateway) || !CallerIds.TryParse(reference, out var id))
        {
            return null;
        }

        var started = RecordCodec.ToMicroseconds(record.StartedAt);
        findNamed.Bind(1, id.Value);
        findNamed.Bind(2, record.Workspace.Value);
        findNamed.Bind(3, (long)record.SeenBy);
        findNamed.Bind(4, started - Apart);
        findNamed.Bind(5, started + Apart);
        RecordId? found = findNamed.Step() ? new RecordId(findNamed.Int64(0)) : null;
        findNamed.Reset();
        return found;
    }

    private static bool GivesIds(UsageRecord record) => record is { Source: UsageSource.Gateway, IsTranslated: true };

    private SightingRun RunOf(long run)
    {
        if (!open.TryGetValue(run, out var known))
        {
            readIds.Bind(1, run);
            open[run] = known = new SightingRun(readIds.Step() ? readIds.Bytes(0) : []);
            readIds.Reset();
        }

        return known;
    }

    private static PreparedStatement Find(SqliteConnection connection, string column) =>
        new(
            connection,
            $"""
            SELECT r.id FROM entry e CROSS JOIN record r ON r.id = e.record {RecordRows.Joins}
            WHERE e.sequence = ?1 AND r.workspace = ?2 AND r.{column} = ?3
                AND ((1 << k.source) | d.also_seen_by) & ?4 = 0 AND r.started_at BETWEEN ?5 AND ?6
            """
        );

    private const string Named = $"""
        SELECT r.id FROM record r {RecordRows.Joins}
        WHERE r.id = coalesce((SELECT record FROM alias WHERE id = ?1), ?1) AND r.workspace = ?2 AND d.upstream_dialect <> 0
            AND k.source = 1 AND d.also_seen_by & ?3 = 0 AND r.started_at BETWEEN ?4 AND ?5
        """;

    private readonly record struct RunSpan(long Run, long First, long Last, UsageSources Sources);
}
