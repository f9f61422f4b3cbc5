using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// The body of an answer that is compressed as it is written. Used as the server's own is: by one writer at a time.
/// </summary>
/// <param name="plain">The server's own.</param>
/// <param name="coder">Compresses into it, and gives out all that it has when it is flushed.</param>
internal sealed class CodedBody(IHttpResponseBodyFeature plain, Stream coder) : IHttpResponseBodyFeature
{
    private static readonly StreamPipeWriterOptions KeepsOpen = new(leaveOpen: true);

    /// <inheritdoc />
    public Stream Stream => coder;

    /// <inheritdoc />
    public PipeWriter Writer { get; } = PipeWriter.Create(coder, KeepsOpen);

    /// <inheritdoc />
    public void DisableBuffering() => plain.DisableBuffering();

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken = default) => plain.StartAsync(cancellationToken);

    /// <inheritdoc />
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(coder, path, offset, count, cancellationToken);

    /// <inheritdoc />
    public Task CompleteAsync() => FinishAsync();

    /// <summary>Writes what is left, and the coding's own end.</summary>
    public async Task FinishAsync()
    {
        try
        {
            await Writer.CompleteAsync();
            await coder.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The caller has gone.
        }
    }
}
