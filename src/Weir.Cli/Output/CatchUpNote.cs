using Weir.Capture;
using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>Tells on a terminal how far the reading of agents' logs is, when it takes long enough to be noticed. Thread-safe.</summary>
internal sealed class CatchUpNote(TimeProvider clock) : IProgress<CaptureProgress>, IDisposable
{
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    private readonly long began = clock.GetTimestamp();
    private readonly Lock gate = new();
    private long told;

    /// <summary>Whether it says nothing.</summary>
    public bool IsQuiet { get; init; }

    /// <inheritdoc />
    public void Report(CaptureProgress value) => Tell(value.Bytes, value.BytesInAll, value.Requests);

    /// <summary>The same, of what a running server tells.</summary>
    public void Report(CaptureSources value) => Tell(value.Bytes, value.BytesInAll, value.Requests);

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            if (told != 0)
            {
                Console.Error.Write("\r\u001b[K");
                told = 0;
            }
        }
    }

    private void Tell(long bytes, long bytesInAll, long requests)
    {
        if (IsQuiet || Console.IsErrorRedirected || clock.GetElapsedTime(began) < Unnoticed)
        {
            return;
        }

        lock (gate)
        {
            if (told == 0 || clock.GetElapsedTime(told) >= Between)
            {
                told = clock.GetTimestamp();
                var share = bytesInAll == 0 ? 1 : (double)bytes / bytesInAll;
                Console.Error.Write($"\rweir: reading logs {share:0%}, {Figures.Count(requests)} requests ");
            }
        }
    }
}
