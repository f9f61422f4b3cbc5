using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Weir.Client.Json;

namespace Weir.Client;

/// <content>Exports as files.</content>
public sealed partial class WeirClient
{
    /// <summary>Begins to make a file.</summary>
    public Task<ExportItem> StartExportAsync(NewExport export, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "exports",
            JsonContent.Create(export, WeirJson.Default.NewExport),
            WeirJson.Default.ExportItem,
            cancellationToken
        );

    /// <summary>The exports of the last day.</summary>
    public Task<ExportList> ExportsAsync(CancellationToken cancellationToken) =>
        GetAsync("exports", WeirJson.Default.ExportList, cancellationToken);

    /// <summary>How far an export is.</summary>
    public Task<ExportItem> ExportAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"exports/{Uri.EscapeDataString(id)}", WeirJson.Default.ExportItem, cancellationToken);

    /// <summary>Cancels an export, and removes its file.</summary>
    public Task RemoveExportAsync(string id, CancellationToken cancellationToken) =>
        RemoveAsync($"exports/{Uri.EscapeDataString(id)}", cancellationToken);

    private async Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await http.DeleteAsync(new Uri(path, UriKind.Relative), cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new WeirApiException(response.StatusCode, await ReadProblemAsync(response, cancellationToken));
        }
    }

    /// <summary>An export's file from a byte on; from its first one where the server has another by now.</summary>
    /// <param name="id">Which.</param>
    /// <param name="offset">How many bytes are known already; less than there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ExportDownload> ExportFileAsync(string id, long offset, CancellationToken cancellationToken) =>
        DownloadAsync($"exports/{Uri.EscapeDataString(id)}/file", id, offset, cancellationToken);

    private async Task<ExportDownload> DownloadAsync(
        string path,
        string tag,
        long offset,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
            request.Headers.IfRange = new RangeConditionHeaderValue($"\"{tag}\"");
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            if (!response.IsSuccessStatusCode)
            {
                throw new WeirApiException(response.StatusCode, await ReadProblemAsync(response, cancellationToken));
            }

            var content = await response.Content.ReadAsStreamAsync(cancellationToken);
            return new ExportDownload(
                response,
                content,
                response.StatusCode == HttpStatusCode.PartialContent ? offset : 0
            );
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}

/// <summary>A file on its way.</summary>
public sealed class ExportDownload : IDisposable
{
    private readonly HttpResponseMessage response;

    internal ExportDownload(HttpResponseMessage response, Stream content, long offset)
    {
        this.response = response;
        Content = content;
        Offset = offset;
    }

    /// <summary>Its bytes; reading throws <see cref="IOException"/> where the connection breaks.</summary>
    public Stream Content { get; }

    /// <summary>The byte of the file that <see cref="Content"/> begins with.</summary>
    public long Offset { get; }

    /// <inheritdoc />
    public void Dispose() => response.Dispose();
}
