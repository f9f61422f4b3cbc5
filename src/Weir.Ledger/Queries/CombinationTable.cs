using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Queries;

/// <summary>
/// The combinations of the wide set in memory, as far as there are not too many: a year's question meets every one of them, and
/// looking them up in the file took longer than adding up their sums. One for each reading connection; not thread-safe.
/// </summary>
internal sealed class CombinationTable
{
    private const int MostKept = 65_536;
    private static readonly int Stride = DimensionColumn.Wide.Length + 1;
    private static readonly ConditionalWeakTable<SqliteConnection, CombinationTable> Tables = [];

    private long[] values = [];
    private long known; // ids up to this one are in values, those that there are
    private long renamed;

    /// <summary>The table of a connection, as of its open transaction.</summary>
    public static CombinationTable Of(SqliteConnection connection)
    {
        var table = Tables.GetOrCreateValue(connection);
        table.Refresh(connection);
        return table;
    }

    /// <summary>The columns of <c>rollup_key</c> as <c>k</c> that a row of the table holds.</summary>
    public static string Columns { get; } =
        string.Join(", ", DimensionColumn.Wide.Select(k => $"k.{DimensionColumn.Of(k)}")) + ", k.lineage";

    /// <summary>
    /// A combination's numbers in the order of <see cref="DimensionColumn.Wide"/>, then 1 when its records have a session or an
    /// agent; empty when it is not kept here.
    /// </summary>
    public ReadOnlySpan<long> Find(long id) => id > 0 && id <= known ? values.AsSpan((int)id * Stride, Stride) : [];

    /// <summary>The ids of those that pass a query's filters; null when there are more of them, or more combinations than are kept here.</summary>
    public List<long>? Passing(QueryFilters filters, int most)
    {
        if (known + 1 >= MostKept)
        {
            return null;
        }

        var passing = new List<long>();
        var combination = new long[DimensionColumn.Count];
        for (var id = 1L; id <= known; id++)
        {
            var row = Find(id);
            for (var i = 0; i < Stride - 1; i++)
            {
                combination[(int)DimensionColumn.Wide[i]] = row[i];
            }

            if (filters.PassWide(combination))
            {
                if (passing.Count == most)
                {
                    return null;
                }

                passing.Add(id);
            }
        }

        return passing;
    }

    private void Refresh(SqliteConnection connection)
    {
        // People are renamed in place, for privacy: then everything is read anew.
        using (
            var row = StatementCache.Prepare(
                connection,
                $"SELECT coalesce(max(value), 0) FROM meta WHERE key = '{Storage.Sqlite.LedgerState.RenamedKey}'"
            )
        )
        {
            row.Step();
            if (row.Int64(0) is var times && times != renamed)
            {
                (known, renamed) = (0, times);
            }
        }

        using var rows = StatementCache.Prepare(
            connection,
            $"SELECT {Columns}, k.id FROM rollup_key k WHERE k.id > ? AND k.id < ? ORDER BY k.id"
        );
        rows.Bind(1, known);
        rows.Bind(2, MostKept);
        while (rows.Step())
        {
            var id = rows.Int64(Stride);
            if (values.Length < (id + 1) * Stride)
            {
                Array.Resize(ref values, (int)Math.Max((id + 1) * Stride, values.Length * 2));
            }

            for (var i = 0; i < Stride; i++)
            {
                values[(id * Stride) + i] = rows.Int64(i);
            }

            known = id;
        }
    }
}
