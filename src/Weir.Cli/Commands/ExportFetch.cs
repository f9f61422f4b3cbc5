using System.Net;
using Weir.Cli.Output;
using Weir.Client;

namespace Weir.Cli.Commands;

/// <summary>Waits for an export and takes its file, going on by ranges where a connection breaks.</summary>
internal sealed class ExportFetch(WeirClient client, TimeProvider clock, ProgressNote note)
{
    private const int MostBreaks = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterBreak = TimeSpan.FromSeconds(1);

    /// <summary>Waits until it is made, or failed.</summary>
    public async Task<ExportItem> WaitAsync(ExportItem export, CancellationToken cancellationToken)
    {
        while (export.State is "queued" or "running")
        {
            note.Tell("reading", export.Rows, export.RowsInAll ?? 0, $"{Figures.Count(export.Rows)} requests");
            await Task.Delay(Pause, clock, cancellationToken);
            export = await client.ExportAsync(export.Id, cancellationToken);
        }

        return export;
    }

    /// <summary>Takes the file, on from what there is of it.</summary>
    /// <returns>How many bytes came now.</returns>
    /// <exception cref="IOException">It broke too often, or what was taken before is not this file.</exception>
    public Task<long> TakeAsync(ExportItem export, Stream output, CancellationToken cancellationToken) =>
        TakeAsync(
            offset => client.ExportFileAsync(export.Id, offset, cancellationToken),
            export.Bytes,
            output,
            cancellationToken
        );

    /// <summary>Takes any file of so many bytes, opened from a byte on, on from what there is of it.</summary>
    /// <returns>How many bytes came now.</returns>
    /// <exception cref="IOException">It broke too often, or what was taken before is not this file.</exception>
    public async Task<long> TakeAsync(
        Func<long, Task<ExportDownload>> open,
        long bytes,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        var known = output.CanSeek ? output.Seek(0, SeekOrigin.End) : 0;
        var (taken, breaks) = (0L, 0);
        while (known < bytes)
        {
            try
            {
                using var download = await open(known);
                if (download.Offset != known)
                {
                    Rewind(output);
                    known = 0;
                }

                var buffer = new byte[1 << 16];
                int read;
                while ((read = await download.Content.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    (known, taken, breaks) = (known + read, taken + read, 0);
                    note.Tell("taking", known, bytes, $"{known / 1_000_000.0:0.0} MB");
                }
            }
            catch (Exception broken) when (IsBreak(broken) && ++breaks <= MostBreaks)
            {
                await Task.Delay(AfterBreak, clock, cancellationToken);
            }
        }

        await output.FlushAsync(cancellationToken);
        return taken;
    }

    private static bool IsBreak(Exception failure) =>
        failure is HttpIOException or HttpRequestException { StatusCode: null }
        || (failure is WeirApiException { Status: var status } && status >= HttpStatusCode.InternalServerError)
        || failure.InnerException is System.Net.Sockets.SocketException;

    private static void Rewind(Stream output)
    {
        if (!output.CanSeek)
        {
            throw new IOException("the server has another file by now, and what was written cannot be taken back");
        }

        output.SetLength(0);
    }
}
