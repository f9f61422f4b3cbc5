using System.Globalization;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Upkeep;

/// <summary>
/// Looks a ledger over without changing it: the file, what its tables say of one another, the journal, and every sum against the
/// records. May be run beside a server that is using it: what it reads is of one moment, and sums month by month, so that the
/// write-ahead log does not grow behind it. Not thread-safe.
/// </summary>
public sealed class LedgerInspector
{
    private const long Second = 1_000_000;
    private static readonly long Earliest = RecordCodec.ToMicroseconds(DateTimeOffset.MinValue);
    private static readonly long Latest = RecordCodec.ToMicroseconds(DateTimeOffset.MaxValue);

    private readonly string dataFolder;
    private readonly bool everyIndex;
    private readonly int most;
    private readonly Action<string, double>? progress;
    private readonly List<LedgerFinding> findings = [];
    private readonly List<SumDifference> differences = [];
    private readonly HashSet<(int Workspace, long Day)> days = [];
    private long records;
    private long combinations;
    private long differing;

    private LedgerInspector(string dataFolder, bool everyIndex, int most, Action<string, double>? progress)
    {
        this.dataFolder = dataFolder;
        this.everyIndex = everyIndex;
        this.most = most;
        this.progress = progress;
    }

    /// <summary>Looks.</summary>
    /// <param name="dataFolder">The data folder, of a server that runs or not.</param>
    /// <param name="everyIndex">Whether SQLite is also to hold every index against its table, which takes several times as long.</param>
    /// <param name="most">At most so many differences are told one by one; all are counted.</param>
    /// <param name="progress">Told what is looked at, and how far from 0 to 1.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static LedgerInspection Inspect(
        string dataFolder,
        bool everyIndex,
        int most,
        Action<string, double>? progress,
        CancellationToken cancellationToken
    )
    {
        var inspector = new LedgerInspector(dataFolder, everyIndex, most, progress);
        inspector.Run(cancellationToken);
        return new LedgerInspection
        {
            Findings = [.. inspector.findings],
            Records = inspector.records,
            Combinations = inspector.combinations,
            Differing = inspector.differing,
            Differences = [.. inspector.differences],
            Days = [.. inspector.days],
        };
    }

    private void Run(CancellationToken cancellationToken)
    {
        var database = new SqliteDatabase(Path.Combine(dataFolder, "ledger.db"));
        if (!File.Exists(database.Path))
        {
            findings.Add(new LedgerFinding("file", LedgerPart.File, true, $"{database.Path} is not there"));
            return;
        }

        using var connections = new QueryConnections(
            database,
            new LedgerDoor(),
            new LedgerMeasures(TimeProvider.System),
            Text($"records-{Environment.ProcessId}.db")
        );
        LedgerState state = default;
        if (
            !Guarded("schema", LedgerPart.File, () => connections.Read(Schema, cancellationToken))
            || !Guarded(
                "counters",
                LedgerPart.Records,
                () => state = connections.Read(LedgerState.Read, cancellationToken)
            )
        )
        {
            return;
        }

        progress?.Invoke("file", 0);
        Guarded("file", LedgerPart.File, () => connections.Read(FileCheck, cancellationToken));
        var checks = new LedgerTableChecks(findings, connections.Ids, progress);
        foreach (var check in checks.All)
        {
            Guarded(check.Name, check.Part, () => connections.Read(c => check.Run(c), cancellationToken));
        }

        Guarded("journal", LedgerPart.Journal, () => findings.Add(JournalCheck.Run(dataFolder, state)));
        if (Guarded("sums", LedgerPart.Sums, () => Sums(connections, cancellationToken)))
        {
            findings.Add(
                new LedgerFinding(
                    "sums",
                    LedgerPart.Sums,
                    differing > 0,
                    differing == 0
                        ? Text($"{combinations} sums agree with {records} records")
                        : Text(
                            $"{differing} of {combinations} sums differ from {records} records, on {days.Count} days"
                        )
                )
            );
        }
    }

    /// <summary>False when the file could not be read so far: that is a finding of its own.</summary>
    private bool Guarded(string name, LedgerPart part, Action check)
    {
        try
        {
            check();
            return true;
        }
        catch (SqliteException e)
        {
            findings.Add(
                new LedgerFinding(name, e.SqliteErrorCode is 11 or 26 ? LedgerPart.File : part, true, e.Message)
            );
            return false;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or InvalidCastException or FormatException)
        {
            findings.Add(new LedgerFinding(name, part, true, e.Message));
            return false;
        }
    }

    private bool Schema(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM schema_migration";
        var steps = (long)command.ExecuteScalar()!;
        if (steps != LedgerSchema.Migrations.Length)
        {
            throw new InvalidDataException(
                steps < LedgerSchema.Migrations.Length
                    ? Text(
                        $"ledger.db has schema {steps}: start this version once, which brings it to {LedgerCopy.Schema}"
                    )
                    : Text(
                        $"ledger.db has schema {steps}, this version knows {LedgerCopy.Schema}: use the newer version"
                    )
            );
        }

        return true;
    }

    private bool FileCheck(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = everyIndex ? "PRAGMA integrity_check(5)" : "PRAGMA quick_check(5)";
        using var rows = command.ExecuteReader();
        var found = new List<string>();
        while (rows.Read())
        {
            found.AddRange(rows.GetString(0).Split('\n').Where(line => line is not ("" or "ok")));
        }

        findings.Add(
            new LedgerFinding(
                "file",
                LedgerPart.File,
                found.Count > 0,
                found.Count > 0 ? string.Join("; ", found.Take(5))
                    : everyIndex ? "ledger.db is whole, its indexes too"
                    : "ledger.db is whole"
            )
        );
        return true;
    }

    private void Sums(QueryConnections connections, CancellationToken cancellationToken)
    {
        var workspaces = connections.Read(Workspaces, cancellationToken);
        for (var i = 0; i < workspaces.Count; i++)
        {
            var workspace = workspaces[i];
            // What was deleted on purpose is no difference.
            var kept = connections.Read(c => KeptSince.Of(c, workspace.Value), cancellationToken).Records;
            for (var from = Math.Max(Earliest, kept); from < Latest; )
            {
                var at = from;
                var next = connections.Read(
                    c => new LedgerAuditor(c, workspace).NextFrom(at, Latest),
                    cancellationToken
                );
                if (next is not { } found)
                {
                    break;
                }

                var month = RollupWidths.MonthOf(RollupWidths.Floor(found, Second) / Second);
                var end = Math.Min(Latest, RollupWidths.NextMonth(month) * Second);
                var audit = connections.Read(
                    c => new LedgerAuditor(c, workspace, Differs).Run(Math.Max(at, month * Second), end),
                    cancellationToken
                );
                records += audit.Records;
                combinations += audit.Combinations;
                differing += audit.Differences;
                progress?.Invoke(
                    Text($"sums {DateTimeOffset.FromUnixTimeSeconds(month):yyyy-MM}"),
                    (double)i / workspaces.Count
                );
                from = end;
            }
        }
    }

    private void Differs(SumDifference difference)
    {
        if (differences.Count < most)
        {
            differences.Add(difference);
        }

        days.Add((difference.Workspace.Value, difference.From.ToUnixTimeSeconds()));
    }

    private static List<WorkspaceId> Workspaces(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT workspace FROM record UNION SELECT workspace FROM archived_month UNION SELECT workspace FROM rollup UNION SELECT workspace FROM rollup_page";
        using var rows = command.ExecuteReader();
        var found = new List<WorkspaceId>();
        while (rows.Read())
        {
            found.Add(new WorkspaceId(rows.GetInt32(0)));
        }

        return found;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
