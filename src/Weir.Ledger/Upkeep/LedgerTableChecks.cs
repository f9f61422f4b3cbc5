using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Archive;
using Weir.Ledger.Queries;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Upkeep;

/// <summary>What the ledger's tables say of one another. Each check reads on a connection in a transaction and adds one finding.</summary>
internal sealed class LedgerTableChecks(
    List<LedgerFinding> findings,
    MonthIds archived,
    Action<string, double>? progress
)
{
    private static readonly ImmutableArray<string> NameColumns =
    [
        .. DimensionColumn
            .Wide.Where(kind => kind is not (UsageDimensionKind.Source or UsageDimensionKind.Status))
            .Select(kind => $"rollup_key.{DimensionColumn.Of(kind)}"),
        "record_kind.error_type_id",
        "record_kind.price_mode_id",
        "record_kind.price_version_id",
        "record_kind.dropped_id",
        "record.session_id",
        "record.agent_id",
        "record.parent_agent_id",
        "record.handoff_reason_id",
    ];

    /// <summary>The checks, in their order.</summary>
    public ImmutableArray<(string Name, LedgerPart Part, Func<SqliteConnection, bool> Run)> All =>
        [
            ("counters", LedgerPart.Records, Counters),
            ("names", LedgerPart.Records, Names),
            ("references", LedgerPart.Records, References),
            ("entries", LedgerPart.Records, Entries),
            ("sightings", LedgerPart.Records, SightingRuns),
            ("cursors", LedgerPart.Journal, Cursors),
        ];

    private bool Counters(SqliteConnection connection)
    {
        var state = LedgerState.Read(connection);
        var newest = Number(connection, "SELECT coalesce(max(sequence), 0) FROM entry");
        var told = Number(connection, "SELECT coalesce(max(sequence), 0) FROM record");
        return Add(
            "counters",
            LedgerPart.Records,
            newest > state.Entries || told > state.Entries
                    ? Text($"meta says {state.Entries} entries, and there is one of number {Math.Max(newest, told)}")
                : state.Written < 0 || state.Position.Sequence < 0
                    ? Text($"meta says {state.Written} records stored, up to number {state.Position.Sequence}")
                : null,
            Text($"{state.Entries} entries, {state.Written} records of the journal stored")
        );
    }

    private bool Names(SqliteConnection connection)
    {
        progress?.Invoke("names", 0);
        long count = 0;
        long wrong = 0;
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT workspace, hash, text FROM name";
            using var rows = command.ExecuteReader();
            for (; rows.Read(); count++)
            {
                wrong +=
                    NameTable.Hash(new WorkspaceId(rows.GetInt32(0)), rows.GetString(2)) == rows.GetInt64(1) ? 0 : 1;
            }
        }

        return Add(
            "names",
            LedgerPart.Records,
            wrong > 0 ? Text($"{wrong} of {count} names are not what they were filed as") : null,
            Text($"{count} names, each as it was filed")
        );
    }

    private bool References(SqliteConnection connection)
    {
        progress?.Invoke("references", 0);
        var faults = new List<string>();
        foreach (var column in NameColumns)
        {
            var (table, name) = (column.Split('.')[0], column.Split('.')[1]);
            Count(
                $"SELECT count(*) FROM {table} t WHERE t.{name} <> 0 AND t.{name} NOT IN (SELECT id FROM name)",
                column
            );
        }

        Count("SELECT count(*) FROM record WHERE combination NOT IN (SELECT id FROM rollup_key)", "record.combination");
        Count("SELECT count(*) FROM record WHERE kind NOT IN (SELECT id FROM record_kind)", "record.kind");
        if (Words(connection) is > 0 and var words)
        {
            faults.Add(Text($"{words} of witness.record refer to nothing"));
        }

        return Add(
            "references",
            LedgerPart.Records,
            faults.Count > 0 ? string.Join("; ", faults) : null,
            "what records refer to is there"
        );

        void Count(string sql, string column)
        {
            if (Number(connection, sql) is > 0 and var missing)
            {
                faults.Add(Text($"{missing} of {column} refer to nothing"));
            }
        }
    }

    /// <summary>How many words there are on records that stand neither here nor in an archived month.</summary>
    private long Words(SqliteConnection connection)
    {
        var months = ArchivedMonth.All(connection);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT record FROM witness WHERE record NOT IN (SELECT id FROM record)";
        using var rows = command.ExecuteReader();
        var missing = 0L;
        while (rows.Read())
        {
            var id = rows.GetInt64(0);
            missing += months.Exists(month => archived.Has(month, id)) ? 0 : 1;
        }

        return missing;
    }

    private bool Entries(SqliteConnection connection)
    {
        progress?.Invoke("entries", 0);
        var wrong = Number(
            connection,
            """
            SELECT count(*) FROM record r LEFT JOIN entry e ON e.sequence = r.sequence
            WHERE e.record IS NOT r.id OR e.revision IS NOT r.revision OR e.workspace IS NOT r.workspace
            """
        );
        var holes = Number(connection, "SELECT count(*) FROM entry WHERE revision > 1 AND before IS NULL");
        return Add(
            "entries",
            LedgerPart.Records,
            wrong > 0 ? Text($"{wrong} records are not told by the entry that made them so")
                : holes > 0 ? Text($"{holes} changes do not say what was before")
                : null,
            "each record is as its entry says"
        );
    }

    private bool SightingRuns(SqliteConnection connection)
    {
        long count = 0;
        var faults = new List<string>();
        var newest = Sightings.Run(LedgerState.Read(connection).Entries);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT run, first, last, ids FROM sighting_run ORDER BY run";
        using var rows = command.ExecuteReader();
        for (; rows.Read(); count++)
        {
            var run = rows.GetInt64(0);
            var ids = rows.IsDBNull(3) ? [] : rows.GetFieldValue<byte[]>(3);
            if (run > newest || rows.GetInt64(1) > rows.GetInt64(2) || !SightingRun.IsSound(ids))
            {
                faults.Add(Text($"run {run}"));
            }
        }

        return Add(
            "sightings",
            LedgerPart.Records,
            faults.Count > 0 ? $"ids are not filed as they should be in {string.Join(", ", faults.Take(5))}" : null,
            Text($"{count} runs of ids, sorted")
        );
    }

    private bool Cursors(SqliteConnection connection)
    {
        var ahead = new List<string>();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT follower FROM cursor WHERE sequence > (SELECT coalesce(max(value), 0) FROM meta WHERE key = $key)";
        command.Parameters.AddWithValue("$key", LedgerState.EntriesKey);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            ahead.Add(rows.GetString(0));
        }

        return Add(
            "cursors",
            LedgerPart.Journal,
            ahead.Count > 0 ? $"{string.Join(", ", ahead)} read further than there are entries" : null,
            "no follower is ahead"
        );
    }

    private bool Add(string check, LedgerPart part, string? fault, string sound)
    {
        findings.Add(new LedgerFinding(check, part, fault is not null, fault ?? sound));
        return fault is null;
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
