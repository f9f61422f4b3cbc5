namespace Weir.Exports;

/// <summary>The formats of an export. Their names are the API's words in lower case.</summary>
public enum ExportFormat
{
    /// <summary>Comma-separated values (RFC 4180), one line for each request, with a heading.</summary>
    Csv,

    /// <summary>One JSON document in each line.</summary>
    Ndjson,

    /// <summary>One JSON array.</summary>
    Json,

    /// <summary>A workbook of Office Open XML.</summary>
    Xlsx,

    /// <summary>FOCUS 1.2 (FinOps Open Cost and Usage Specification) as comma-separated values, one line for each charge.</summary>
    Focus,

    /// <summary>Apache Parquet. Needs DuckDB's library.</summary>
    Parquet,

    /// <summary>A report of sums on paper: no single requests.</summary>
    Pdf,
}

/// <summary>What there is to know of formats.</summary>
public static class ExportFormats
{
    /// <summary>Their names, for messages: <c>csv, ndjson, json, xlsx, focus, parquet or pdf</c>.</summary>
    public const string Names = "csv, ndjson, json, xlsx, focus, parquet or pdf";

    /// <summary>The format of a name as the API writes it; null when there is none.</summary>
    public static ExportFormat? Parse(string name) =>
        Enum.GetValues<ExportFormat>().Cast<ExportFormat?>().FirstOrDefault(format => NameOf(format!.Value) == name);

    /// <summary>The API's name of a format.</summary>
    public static string NameOf(ExportFormat format) => format.ToString().ToLowerInvariant();

    /// <summary>The media type of a format's files.</summary>
    public static string MediaType(ExportFormat format) =>
        format switch
        {
            ExportFormat.Csv or ExportFormat.Focus => "text/csv; charset=utf-8",
            ExportFormat.Ndjson => "application/x-ndjson",
            ExportFormat.Json => "application/json",
            ExportFormat.Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ExportFormat.Parquet => "application/vnd.apache.parquet",
            _ => "application/pdf",
        };

    /// <summary>What the name of a format's file is offered as.</summary>
    public static string FileName(ExportFormat format) =>
        format switch
        {
            ExportFormat.Focus => "weir-focus-1.2.csv",
            ExportFormat.Pdf => "weir-report.pdf",
            _ => $"weir-requests.{NameOf(format)}",
        };

    /// <summary>True when its first bytes can be had before the last request is read.</summary>
    public static bool IsStreamed(ExportFormat format) => format is not (ExportFormat.Parquet or ExportFormat.Pdf);
}
