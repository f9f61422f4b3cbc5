using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Weir.Ledger.Ingest;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>
/// Sums per combination of dimensions, and per span of time where asked for, gathered from rollups and records over one
/// connection. Not thread-safe.
/// </summary>
internal sealed class GroupedSums(SqliteConnection connection, NameTable names, UsageQuery query)
{
    private const string CellSums = """
        sum(c.requests), sum(c.errors), sum(c.unpriced), sum(c.estimated), sum(c.input), sum(c.cache_read),
        sum(c.cache_write_5m), sum(c.cache_write_1h), sum(c.output), sum(c.reasoning), sum(c.cost), sum(c.billed),
        sum(c.savings), group_concat(nullif(hex(c.latency), '')), group_concat(nullif(hex(c.first_token), ''))
        """;

    private const string RecordSums = """
        count(*), sum(r.status > 2),
        sum(r.cost IS NULL AND coalesce(r.input, r.cache_read, r.cache_write_5m, r.cache_write_1h, r.output) IS NOT NULL),
        sum(r.quality = 1), sum(r.input), sum(r.cache_read), sum(r.cache_write_5m),
        sum(r.cache_write_1h), sum(r.output), sum(r.reasoning), sum(r.cost),
        sum(CASE WHEN r.billing = 0 THEN r.cost END), sum(r.requested_cost - r.cost), group_concat(r.duration),
        group_concat(r.first_token)
        """;

    private readonly Dictionary<Group, RollupSums> groups = [];

    /// <summary>The groups and their sums so far.</summary>
    public IReadOnlyDictionary<Group, RollupSums> Groups => groups;

    /// <summary>Whether rollups can answer: tags are in records alone.</summary>
    public static bool RollupsCanAnswer(UsageQuery query) =>
        !query.GroupBy.Any(d => d.Kind == UsageDimensionKind.Tag)
        && !query.Filters.Any(f => f.Dimension.Kind == UsageDimensionKind.Tag);

    /// <summary>Whether session or agent are asked for.</summary>
    public static bool NeedsLineage(UsageQuery query) =>
        query.GroupBy.Any(DimensionColumn.IsLineage) || query.Filters.Any(f => DimensionColumn.IsLineage(f.Dimension));

    /// <summary>The query's range in microseconds, rounded up to them as records are rounded down.</summary>
    public static (long From, long To) Microseconds(UsageQuery query) => (Ceiling(query.From), Ceiling(query.To));

    /// <summary>Adds the whole range, from wherever it is found fastest.</summary>
    public void AddRange()
    {
        var (from, to) = Microseconds(query);
        Add(
            RollupsCanAnswer(query)
                ? RangePlan.Of(from, to, RollupWidth.Day, NeedsLineage(query) ? RollupWidth.Hour : RollupWidth.Quarter)
                : RangePlan.OfRecords(from, to),
            null
        );
    }

    /// <summary>Adds the parts of a plan; <paramref name="stepSeconds"/> groups by spans of time beside.</summary>
    public void Add(RangePlan plan, long? stepSeconds)
    {
        foreach (var (width, from, to) in plan.Cells)
        {
            // Records without session and agent stand in the wide set alone.
            AddCells(RollupKey.Wide, width, from, to, stepSeconds, NeedsLineage(query));
            if (NeedsLineage(query))
            {
                AddCells(RollupKey.Lineage, width, from, to, stepSeconds, withoutLineage: false);
            }
        }

        foreach (var (from, to) in plan.Records)
        {
            AddRecords(from, to, stepSeconds);
        }
    }

    /// <summary>The texts of a group's values.</summary>
    public ImmutableArray<string?> Texts(Group group)
    {
        var texts = ImmutableArray.CreateBuilder<string?>(query.GroupBy.Length);
        for (var i = 0; i < query.GroupBy.Length; i++)
        {
            texts.Add(DimensionColumn.Text(query.GroupBy[i], group.Values[i], connection, names));
        }

        return texts.MoveToImmutable();
    }

    private static long Ceiling(DateTimeOffset time)
    {
        var floor = RecordCodec.ToMicroseconds(time);
        return time.UtcTicks % TimeSpan.TicksPerMicrosecond == 0 ? floor : floor + 1;
    }

    private static string Step(string seconds, long step) =>
        // SQLite's division cuts towards zero; times before 1970 are below it.
        string.Create(CultureInfo.InvariantCulture, $"({seconds} - ((({seconds} % {step}) + {step}) % {step}))");

    private void AddCells(int set, RollupWidth width, long from, long to, long? step, bool withoutLineage)
    {
        using var command = connection.CreateCommand();
        var keys = Keys("k", step is { } s ? Step("c.start", s) : null, command);
        command.CommandText = $"""
            SELECT {keys.Select}{CellSums}
            FROM rollup c JOIN rollup_key k ON k.id = c.key
            WHERE c.workspace = $workspace AND c.set_no = $set AND c.width = $width AND c.start >= $from AND c.start < $to
                {(withoutLineage ? "AND k.lineage = 0" : "")} {Conditions("k", command)}
            {keys.GroupBy}
            """;
        command.Parameters.AddWithValue("$workspace", query.Workspace.Value);
        command.Parameters.AddWithValue("$set", set);
        command.Parameters.AddWithValue("$width", (int)width);
        command.Parameters.AddWithValue("$from", from);
        command.Parameters.AddWithValue("$to", to);
        Gather(command, keys.Count, AddSketches);
    }

    private void AddRecords(long from, long to, long? step)
    {
        using var command = connection.CreateCommand();
        // started_at is in microseconds and may lie before 1970.
        var keys = Keys("r", step is { } s ? $"{Step("r.started_at", s * 1_000_000)} / 1000000" : null, command);
        command.CommandText = $"""
            SELECT {keys.Select}{RecordSums}
            FROM record r
            WHERE r.workspace = $workspace AND r.started_at >= $from AND r.started_at < $to {Conditions("r", command)}
            {keys.GroupBy}
            """;
        command.Parameters.AddWithValue("$workspace", query.Workspace.Value);
        command.Parameters.AddWithValue("$from", from);
        command.Parameters.AddWithValue("$to", to);
        Gather(command, keys.Count, AddDurations);
    }

    private (string Select, string GroupBy, int Count) Keys(string alias, string? time, SqliteCommand command)
    {
        var columns = new List<string>();
        if (time is not null)
        {
            columns.Add(time);
        }

        foreach (var dimension in query.GroupBy)
        {
            if (DimensionColumn.Of(dimension) is { } column)
            {
                columns.Add($"{alias}.{column}");
            }
            else
            {
                var name = $"$p{command.Parameters.Count}";
                command.Parameters.AddWithValue(name, dimension.Tag);
                columns.Add($"tag({alias}.tags, {name})");
            }
        }

        var select = string.Concat(columns.Select(c => c + ", "));
        var groupBy = columns.Count == 0 ? "" : $"GROUP BY {string.Join(", ", Enumerable.Range(1, columns.Count))}";
        return (select, groupBy, columns.Count);
    }

    private string Conditions(string alias, SqliteCommand command) =>
        string.Concat(
            query.Filters.Select(f =>
                $" AND {DimensionColumn.Condition(f, alias, query.Workspace, connection, command)}"
            )
        );

    private void Gather(SqliteCommand command, int keyCount, Action<Sketch, string> addTimes)
    {
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            if (row.IsDBNull(keyCount) || row.GetInt64(keyCount) == 0)
            {
                continue; // a sum over nothing, or a cell that nothing is left of
            }

            var values = new object?[keyCount];
            for (var i = 0; i < keyCount; i++)
            {
                values[i] = row.IsDBNull(i) ? null : row.GetValue(i);
            }

            var timed = keyCount > query.GroupBy.Length;
            var group = timed ? new Group((long)values[0]!, values[1..]) : new Group(0, values);
            if (!groups.TryGetValue(group, out var sums))
            {
                groups[group] = sums = new RollupSums();
            }

            for (var i = 0; i < RollupSums.Count; i++)
            {
                sums.Values[i] += row.IsDBNull(keyCount + i) ? 0 : row.GetInt64(keyCount + i);
            }

            AddTimes(sums.Latency, row, keyCount + RollupSums.Count, addTimes);
            AddTimes(sums.FirstToken, row, keyCount + RollupSums.Count + 1, addTimes);
        }
    }

    private static void AddTimes(Sketch to, SqliteDataReader row, int column, Action<Sketch, string> add)
    {
        if (!row.IsDBNull(column))
        {
            add(to, row.GetString(column));
        }
    }

    // SQLite joins the sketches and durations of a group as text: an aggregate of our own would keep its state by its name
    // in this library, not by the group.
    private static void AddSketches(Sketch to, string joined)
    {
        foreach (var part in joined.AsSpan().Split(','))
        {
            if (!to.TryAdd(Convert.FromHexString(joined.AsSpan(part))))
            {
                throw new InvalidDataException("A stored sketch cannot be read.");
            }
        }
    }

    private static void AddDurations(Sketch to, string joined)
    {
        foreach (var part in joined.AsSpan().Split(','))
        {
            to.Add(long.Parse(joined.AsSpan(part), CultureInfo.InvariantCulture), 1);
        }
    }
}

/// <summary>The values of a combination: numbers as stored, texts for tags; and the start of a span in seconds.</summary>
internal readonly struct Group(long start, object?[] values) : IEquatable<Group>
{
    /// <summary>Seconds since 1970; 0 where no spans are asked for.</summary>
    public long Start { get; } = start;

    /// <summary>In the order of the query's dimensions.</summary>
    public object?[] Values { get; } = values;

    /// <inheritdoc />
    public bool Equals(Group other) => Start == other.Start && Values.AsSpan().SequenceEqual(other.Values);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Group other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Start);
        foreach (var value in Values)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }
}
