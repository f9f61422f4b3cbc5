using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Archive;

/// <summary>A row of <c>archived_month</c>: a month whose records that started from <see cref="Start"/> until before <see cref="Upto"/> stand in a file.</summary>
/// <param name="Id">The row's number, never used twice.</param>
/// <param name="Workspace">Whose records.</param>
/// <param name="Start">In microseconds since 1970, like the other times.</param>
/// <param name="Upto">Up to where records have left <c>record</c>; <see cref="Until"/> when all have.</param>
/// <param name="Until">The month's end.</param>
/// <param name="Rows">How many records the file has.</param>
/// <param name="Sequence">The newest entry of any of them.</param>
/// <param name="Highest">The largest of their ids.</param>
/// <param name="Ids">Where their ids lie.</param>
/// <param name="File">The file's name, relative to the folder of archived records.</param>
/// <param name="Digest">What the file's head and directory hash to.</param>
internal sealed record ArchivedMonth(
    long Id,
    int Workspace,
    long Start,
    long Upto,
    long Until,
    long Rows,
    long Sequence,
    long Highest,
    IdRanges Ids,
    string File,
    byte[] Digest
)
{
    /// <summary>The folder of archived records in a data folder.</summary>
    public const string Folder = "records";

    private const string Columns =
        "id, workspace, start, upto, until, rows, sequence, highest, ids, file, digest FROM archived_month";

    /// <summary>The table that a cache has its records in.</summary>
    public string Table => $"m{Id}";

    /// <summary>Opens its file.</summary>
    /// <exception cref="ArchiveException">It is not there, or not as it was written.</exception>
    public MonthReader Open(string folder) => MonthReader.Open(Path.Combine(folder, File), Digest);

    /// <summary>All, in no order.</summary>
    public static List<ArchivedMonth> All(SqliteConnection connection)
    {
        using var row = new PreparedStatement(connection, $"SELECT {Columns}");
        return Read(row);
    }

    /// <summary>Those of a workspace that have records between two moments, by time.</summary>
    public static List<ArchivedMonth> Between(SqliteConnection connection, int workspace, long from, long to)
    {
        using var row = new PreparedStatement(
            connection,
            $"SELECT {Columns} WHERE workspace = ? AND start < ? AND upto > ? AND upto > start ORDER BY start"
        );
        row.Bind(1, workspace);
        row.Bind(2, to);
        row.Bind(3, from);
        return Read(row);
    }

    private static List<ArchivedMonth> Read(PreparedStatement row)
    {
        List<ArchivedMonth> months = [];
        while (row.Step())
        {
            months.Add(
                new ArchivedMonth(
                    row.Int64(0),
                    (int)row.Int64(1),
                    row.Int64(2),
                    row.Int64(3),
                    row.Int64(4),
                    row.Int64(5),
                    row.Int64(6),
                    row.Int64(7),
                    IdRanges.Read(row.Bytes(8)),
                    row.Text(9)!,
                    row.Bytes(10).ToArray()
                )
            );
        }

        return months;
    }
}
