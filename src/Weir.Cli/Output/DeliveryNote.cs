using Weir.Capture.Sync;

namespace Weir.Cli.Output;

/// <summary>Tells on standard error how far a sending is: as it goes on a terminal, else what it waits for alone. Thread-safe.</summary>
internal sealed class DeliveryNote : IProgress<SyncProgress>
{
    private readonly Lock gate = new();
    private string? waiting;

    /// <inheritdoc />
    public void Report(SyncProgress value)
    {
        lock (gate)
        {
            if (value.Waiting is { } reason && reason != waiting)
            {
                Console.Error.WriteLine($"weir: waiting: {reason}");
            }
            else if (!Console.IsErrorRedirected && value.Waiting is null)
            {
                Console.Error.Write(
                    $"\r\u001b[Kweir: {Figures.Count(value.Files)} of {Figures.Count(value.FilesInAll)} files, {Figures.Count(value.Records)} records sent\r"
                );
            }

            waiting = value.Waiting;
        }
    }
}
