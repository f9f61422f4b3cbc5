using Weir.Client;
using Weir.Exports.Focus;
using Weir.Exports.Parquet;
using Weir.Exports.Pdf;
using Weir.Exports.Pdf.Views;
using Weir.Exports.Text;
using Weir.Exports.Xlsx;

namespace Weir.Exports;

/// <summary>What an export needs to know beside its rows.</summary>
public sealed record ExportContext
{
    /// <summary>The id of the workspace that the requests are of: the billing account of FOCUS.</summary>
    public required string WorkspaceId { get; init; }

    /// <summary>Its name.</summary>
    public required string WorkspaceName { get; init; }

    /// <summary>When the export was made.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>A folder that exists, for what does not fit into memory; what is put there is removed again.</summary>
    public required string ScratchFolder { get; init; }
}

/// <summary>Requests in, bytes out. Thread-safe.</summary>
/// <param name="libraries">Where DuckDB's library is looked for.</param>
public sealed class RequestExporter(LibraryPlaces libraries)
{
    /// <summary>What a format needs and is not here, with what to do about it; null when it can be written.</summary>
    public string? Missing(ExportFormat format) =>
        format switch
        {
            ExportFormat.Parquet => DuckDbLibrary.Find(libraries) is null ? DuckDbLibrary.Missing(libraries) : null,
            ExportFormat.Pdf => PaperFonts.Missing,
            _ => null,
        };

    /// <summary>
    /// Writes requests, page by page as they come; memory is bounded by a page, for Parquet by what DuckDB is allowed beside it
    /// (<see cref="ParquetFile.MemoryLimit"/>).
    /// </summary>
    /// <param name="format">Any but <see cref="ExportFormat.Pdf"/>, which shows sums.</param>
    /// <param name="pages">The requests, in the order in which they are to stand.</param>
    /// <param name="output">Where the bytes go; need not be seekable, and is left open.</param>
    /// <param name="context">What else is to be known.</param>
    /// <param name="cancellationToken">Breaks off; what was written is then no whole file.</param>
    /// <exception cref="ExportException">The format's library refused; its message is for the caller.</exception>
    /// <exception cref="IOException">The output or the scratch folder cannot be written.</exception>
    public Task WriteAsync(
        ExportFormat format,
        IAsyncEnumerable<IReadOnlyList<RequestItem>> pages,
        Stream output,
        ExportContext context,
        CancellationToken cancellationToken
    ) =>
        format switch
        {
            ExportFormat.Csv => TextFiles.WriteCsvAsync(
                RequestColumns.All,
                static _ => true,
                pages,
                output,
                cancellationToken
            ),
            ExportFormat.Ndjson => TextFiles.WriteJsonAsync(isArray: false, pages, output, cancellationToken),
            ExportFormat.Json => TextFiles.WriteJsonAsync(isArray: true, pages, output, cancellationToken),
            ExportFormat.Focus => TextFiles.WriteCsvAsync(
                FocusColumns.For(context),
                FocusColumns.IsCharge,
                pages,
                output,
                cancellationToken
            ),
            ExportFormat.Xlsx => XlsxFile.WriteAsync(
                RequestColumns.All,
                SheetWriter.MostLines,
                context.MadeAt,
                pages,
                output,
                cancellationToken
            ),
            ExportFormat.Parquet => ParquetFile.WriteAsync(
                libraries,
                RequestColumns.All,
                pages,
                output,
                context.ScratchFolder,
                cancellationToken
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a format of single requests"),
        };

    /// <summary>Writes a report of sums as PDF.</summary>
    /// <param name="report">What it shows.</param>
    /// <param name="output">Where the bytes go; left open.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="ExportException">It was built without letters (<see cref="Missing"/>).</exception>
    public static async Task WriteReportAsync(UsageReport report, Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(ReportFile.Draw(report), cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    /// <summary>An answer of a usage route as PDF.</summary>
    /// <param name="head">What stands above it.</param>
    /// <param name="view">The answer.</param>
    /// <returns>The document; null for an answer that has no form on paper: single requests.</returns>
    /// <exception cref="ExportException">It was built without letters (<see cref="Missing"/>).</exception>
    public static byte[]? Draw(PaperHead head, object view) => ViewFile.Draw(head, view);
}

/// <summary>An export that cannot be made; the message is for whoever asked for it.</summary>
public sealed class ExportException(string message) : Exception(message);
