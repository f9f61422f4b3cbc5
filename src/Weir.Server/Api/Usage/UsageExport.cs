using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Weir.Client;
using Weir.Exports;
using Weir.Server.Exports;

namespace Weir.Server.Api.Usage;

/// <summary>
/// Requests, newest first, as a stream: page by page from the ledger, so that a range of any size needs the memory of one
/// page, and at the caller's own pace. Parquet and PDF begin when they are whole.
/// </summary>
internal sealed class UsageExport(ExportMaker maker, ExportQuestion question) : IResult, IEndpointMetadataProvider
{
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
        var first =
            question.Format == ExportFormat.Pdf ? null : await maker.FirstPageAsync(question.Query, cancellationToken);
        response.ContentType = ExportFormats.MediaType(question.Format);
        response.Headers.ContentDisposition = $"attachment; filename=\"{ExportFormats.FileName(question.Format)}\"";
        await maker.WriteAsync(question, first, response.Body, read: null, cancellationToken);
    }
}
