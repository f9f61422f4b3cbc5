using System.Globalization;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Weir.Client;
using Weir.Client.Json;
using Weir.Ledger;

namespace Weir.Server.Api.Usage;

/// <summary>The formats of an export.</summary>
internal enum ExportFormat
{
    /// <summary>Comma-separated values, one line for each request, with a heading.</summary>
    Csv,

    /// <summary>One JSON document in each line.</summary>
    Ndjson,

    /// <summary>One JSON array.</summary>
    Json,
}

/// <summary>
/// Requests, newest first, as a stream: page by page from the ledger, so that a range of any size needs the memory of one
/// page, and at the caller's own pace.
/// </summary>
internal sealed class UsageExport(UsageQueries queries, UsageQuery query, ExportFormat format)
    : IResult,
        IEndpointMetadataProvider
{
    private const int PageSize = 500;

    /// <summary>The format of a name; null when there is none.</summary>
    public static ExportFormat? Format(string word) =>
        word switch
        {
            "csv" => ExportFormat.Csv,
            "ndjson" => ExportFormat.Ndjson,
            "json" => ExportFormat.Json,
            _ => null,
        };

    /// <inheritdoc />
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(
                StatusCodes.Status200OK,
                typeof(IReadOnlyList<RequestItem>),
                ["application/json"]
            )
        );

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var cancellationToken = httpContext.RequestAborted;
        // The first page is read before the status goes out, so that a failure can still be told.
        var page = await queries.RecordsAsync(query, null, PageSize, cancellationToken);
        var (type, extension) = format switch
        {
            ExportFormat.Csv => ("text/csv; charset=utf-8", "csv"),
            ExportFormat.Ndjson => ("application/x-ndjson", "ndjson"),
            _ => ("application/json", "json"),
        };
        response.ContentType = type;
        response.Headers.ContentDisposition = $"attachment; filename=\"weir-requests.{extension}\"";
        var output = response.BodyWriter;
        Write(
            output,
            format switch
            {
                ExportFormat.Csv => Csv.Heading,
                ExportFormat.Json => "[",
                _ => "",
            }
        );
        var first = true;
        while (true)
        {
            foreach (var stored in page.Items)
            {
                Item(output, UsageShapes.Request(stored), first);
                first = false;
            }

            await output.FlushAsync(cancellationToken);
            if (page.Next is null)
            {
                break;
            }

            page = await queries.RecordsAsync(query, page.Next, PageSize, cancellationToken);
        }

        Write(output, format == ExportFormat.Json ? "]\n" : "");
        await output.FlushAsync(cancellationToken);
    }

    private void Item(PipeWriter output, RequestItem item, bool first)
    {
        switch (format)
        {
            case ExportFormat.Csv:
                Write(output, Csv.Line(item));
                break;
            case ExportFormat.Ndjson:
                Write(output, JsonSerializer.Serialize(item, WeirJson.Written.RequestItem) + "\n");
                break;
            default:
                Write(output, (first ? "\n" : ",\n") + JsonSerializer.Serialize(item, WeirJson.Written.RequestItem));
                break;
        }
    }

    private static void Write(PipeWriter output, string text) => Encoding.UTF8.GetBytes(text, output);
}

/// <summary>Requests as comma-separated values (RFC 4180).</summary>
internal static class Csv
{
    private static readonly (string Name, Func<RequestItem, object?> Value)[] Columns =
    [
        ("id", item => item.Id),
        ("startedAt", item => UtcTimeConverter.ToText(item.StartedAt)),
        ("durationMs", item => item.DurationMs),
        ("timeToFirstTokenMs", item => item.TimeToFirstTokenMs),
        ("provider", item => item.Provider),
        ("model", item => item.Model),
        ("requestedModel", item => item.RequestedModel),
        ("status", item => item.Status),
        ("httpStatus", item => item.HttpStatus),
        ("errorType", item => item.ErrorType),
        ("inputTokens", item => item.InputTokens),
        ("cacheReadTokens", item => item.CacheReadTokens),
        ("cacheWrite5mTokens", item => item.CacheWrite5mTokens),
        ("cacheWrite1hTokens", item => item.CacheWrite1hTokens),
        ("outputTokens", item => item.OutputTokens),
        ("reasoningTokens", item => item.ReasoningTokens),
        ("costUsd", item => Usd(item.CostUsd)),
        ("billedUsd", item => Usd(item.BilledUsd)),
        ("savingsUsd", item => Usd(item.SavingsUsd)),
        ("billing", item => item.Billing),
        ("estimated", item => item.Estimated ? "true" : "false"),
        ("priceVersion", item => item.PriceVersion),
        ("key", item => item.Key),
        ("user", item => item.User),
        ("team", item => item.Team),
        ("project", item => item.Project),
        ("session", item => item.Session),
        ("agent", item => item.Agent),
        ("client", item => item.Client),
        ("source", item => item.Source),
        ("route", item => item.Route),
        ("dialect", item => item.Dialect),
        ("streaming", item => item.Streaming ? "true" : "false"),
        ("upstreamId", item => item.UpstreamId),
        ("messageId", item => item.MessageId),
        ("attempts", item => item.Attempts.Count),
        ("tags", item => string.Join(';', item.Tags.Select(tag => $"{tag.Key}={tag.Value}"))),
        ("upstreamDialect", item => item.UpstreamDialect),
        ("dropped", item => string.Join(';', item.Dropped)),
    ];

    /// <summary>The first line.</summary>
    public static string Heading { get; } = string.Join(',', Columns.Select(column => column.Name)) + "\r\n";

    /// <summary>The line of a request; what is unknown is empty.</summary>
    public static string Line(RequestItem item)
    {
        var line = new StringBuilder();
        for (var i = 0; i < Columns.Length; i++)
        {
            line.Append(i == 0 ? "" : ",").Append(Cell(Columns[i].Value(item)));
        }

        return line.Append("\r\n").ToString();
    }

    private static string Cell(object? value)
    {
        if (value is not string text)
        {
            return value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : "";
        }

        // A spreadsheet runs a cell that begins like a formula, and callers choose the names that stand here.
        if (text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !IsNumber(text))
        {
            text = "'" + text;
        }

        return text.AsSpan().IndexOfAny("\",\r\n") < 0
            ? text
            : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static bool IsNumber(string text) =>
        decimal.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out _
        );

    private static string? Usd(decimal? usd) => usd?.ToString("0.#########", CultureInfo.InvariantCulture);
}
