using System.Collections.Immutable;
using System.Globalization;
using Weir.Client;

namespace Weir.Exports.Parquet;

/// <summary>
/// Requests as Apache Parquet, through DuckDB, which takes them from here row group by row group as it writes them into a file of the
/// scratch folder; that is then sent. Money is DECIMAL(18,9), times are TIMESTAMP in UTC with microseconds.
/// </summary>
internal static class ParquetFile
{
    /// <summary>What DuckDB may hold in memory: one row group, and what it is compressed in.</summary>
    public const string MemoryLimit = "160MB";

    private const int RowGroup = 30_720;
    private const decimal MostMoney = 999_999_999.999_999_999m;

    /// <summary>Writes it.</summary>
    public static async Task WriteAsync(
        LibraryPlaces libraries,
        ImmutableArray<Column> columns,
        IAsyncEnumerable<IReadOnlyList<RequestItem>> pages,
        Stream output,
        string scratchFolder,
        CancellationToken cancellationToken
    )
    {
        var library = DuckDbLibrary.Find(libraries) ?? throw new ExportException(DuckDbLibrary.Missing(libraries));
        var folder = Path.Combine(scratchFolder, $"parquet-{Guid.NewGuid():N}");
        Private(folder);
        try
        {
            var made = Path.Combine(folder, "requests.parquet");
            using (var feed = new RowFeed())
            {
                // DuckDB asks for rows by a call that must come back with them, so it has a thread of its own.
                var writing = Task.Factory.StartNew(
                    () => Write(library, folder, made, columns, feed),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                );
                await feed.FillAsync(pages, writing, cancellationToken);
            }

            await using var file = new FileStream(
                made,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                0,
                useAsync: true
            );
            await file.CopyToAsync(output, cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string library, string folder, string made, ImmutableArray<Column> columns, RowFeed feed)
    {
        TableSource? source = null;
        try
        {
            using var database = DuckDb.Open(library, ":memory:");
            database.Run($"SET memory_limit = '{MemoryLimit}'");
            // One thread reads in order; with more, row groups would be held back until their turn.
            database.Run("SET threads = 1");
            database.Run($"SET temp_directory = {DuckDb.Quote(folder)}");
            // Nothing is fetched from anywhere: the writer of Parquet is in the library.
            database.Run("SET autoinstall_known_extensions = false");
            database.Run("SET autoload_known_extensions = false");
            source = database.Register(
                "requests",
                [.. columns.Select(column => (column.Name, TypeOf(column.Kind)))],
                rows => Put(rows, columns, feed)
            );
            database.Run(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"COPY (SELECT * FROM requests()) TO {DuckDb.Quote(made)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {RowGroup})"
                )
            );
        }
        finally
        {
            source?.Dispose();
        }
    }

    private static void Put(RowChunk rows, ImmutableArray<Column> columns, RowFeed feed)
    {
        while (rows.Count < rows.Most && feed.Next() is { } item)
        {
            foreach (var column in columns)
            {
                Put(rows, column.Of(item));
            }

            rows.EndRow();
        }
    }

    private static void Put(RowChunk rows, Cell cell)
    {
        if (cell.IsNull)
        {
            rows.Null();
            return;
        }

        switch (cell.Kind)
        {
            case CellKind.Text:
                rows.Text(cell.Text);
                break;
            case CellKind.Money when Math.Abs(cell.Money) > MostMoney:
                throw new ExportException("an amount does not fit into DECIMAL(18,9)");
            case CellKind.Money:
                rows.Whole((long)(cell.Money * 1_000_000_000m));
                break;
            case CellKind.Number:
                rows.Number(cell.Number);
                break;
            case CellKind.Time:
                rows.Whole((cell.Whole - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
                break;
            case CellKind.Flag:
                rows.Flag(cell.Whole != 0);
                break;
            default:
                rows.Whole(cell.Whole);
                break;
        }
    }

    private static DuckDbType TypeOf(CellKind kind) =>
        kind switch
        {
            CellKind.Text => DuckDbType.Text,
            CellKind.Whole => DuckDbType.BigInt,
            CellKind.Money => DuckDbType.Money,
            CellKind.Number => DuckDbType.Double,
            CellKind.Time => DuckDbType.Time,
            _ => DuckDbType.Boolean,
        };

    private static void Private(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }
    }
}
