using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Weir.Capture.Sync;

/// <summary>What a server answered to a batch.</summary>
/// <param name="IsStored">Whether it is stored there.</param>
/// <param name="Records">Records that it could read.</param>
/// <param name="New">Requests that nobody had told it before.</param>
/// <param name="Refused">Records that it refused, by reason.</param>
/// <param name="MayComeAgain">When it is not stored: whether the same may be sent again.</param>
/// <param name="RetryAfter">When it is not stored: how long to wait before; null when it did not say.</param>
/// <param name="Reason">When it is not stored: why.</param>
internal sealed record SyncAnswer(
    bool IsStored,
    long Records,
    long New,
    IReadOnlyDictionary<string, long> Refused,
    bool MayComeAgain = false,
    TimeSpan? RetryAfter = null,
    string? Reason = null
)
{
    /// <summary>It is not stored.</summary>
    public static SyncAnswer NotStored(string reason, bool mayComeAgain, TimeSpan? retryAfter = null) =>
        new(false, 0, 0, ImmutableDictionary<string, long>.Empty, mayComeAgain, retryAfter, reason);
}

/// <summary>How far a sending has come.</summary>
public sealed record SyncProgress
{
    /// <summary>Files read of those that had changed.</summary>
    public int Files { get; init; }

    /// <summary>Files that had changed.</summary>
    public int FilesInAll { get; init; }

    /// <summary>Batches that the server has stored.</summary>
    public int Batches { get; init; }

    /// <summary>Records in them.</summary>
    public long Records { get; init; }

    /// <summary>Requests in them that nobody had told the server before.</summary>
    public long Requests { get; init; }

    /// <summary>Records that the server refused, by reason.</summary>
    public ImmutableSortedDictionary<string, long> Refused { get; init; } =
        ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>What is waited for; null for nothing.</summary>
    public string? Waiting { get; init; }
}

/// <summary>A server does not take what is sent, and will not.</summary>
public sealed class SyncRefusedException(string message) : Exception(message);

/// <summary>
/// Brings one batch after another to a server: each is sent again, under the same id, until the server says that it is stored.
/// Not thread-safe.
/// </summary>
/// <param name="send">Sends a body, compressed with gzip, once.</param>
/// <param name="patience">How often a batch is tried; null for ever.</param>
/// <param name="told">Told how far it is; null for nobody.</param>
/// <param name="clock">Where the time comes from.</param>
internal sealed class BatchSender(
    Func<ReadOnlyMemory<byte>, CancellationToken, Task<SyncAnswer>> send,
    int? patience,
    IProgress<SyncProgress>? told,
    TimeProvider clock
)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private SyncProgress progress = new();

    /// <summary>How far it is.</summary>
    public SyncProgress Progress => progress;

    /// <summary>Notes how many files there are to read.</summary>
    public void Begin(int files) => Note(progress with { FilesInAll = progress.FilesInAll + files });

    /// <summary>Notes that a file was read.</summary>
    public void FileRead() => Note(progress with { Files = progress.Files + 1 });

    /// <summary>Sends one batch until it is stored.</summary>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="lines">The records.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SyncRefusedException">It is refused, or patience is at its end.</exception>
    public async Task SendAsync(BatchOrigin origin, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var body = Compress(CaptureBatch.Head(id, origin), lines.Span);
        for (var attempt = 1; ; attempt++)
        {
            var answer = await send(body, cancellationToken);
            if (answer.IsStored)
            {
                var refused = progress.Refused;
                foreach (var (reason, count) in answer.Refused)
                {
                    refused = refused.SetItem(reason, refused.GetValueOrDefault(reason) + count);
                }

                Note(
                    progress with
                    {
                        Batches = progress.Batches + 1,
                        Records = progress.Records + answer.Records,
                        Requests = progress.Requests + answer.New,
                        Refused = refused,
                        Waiting = null,
                    }
                );
                return;
            }

            if (!answer.MayComeAgain || attempt == patience)
            {
                throw new SyncRefusedException(answer.Reason ?? "the server does not take it");
            }

            Note(progress with { Waiting = answer.Reason });
            await Task.Delay(Pause(attempt, answer.RetryAfter), clock, cancellationToken);
        }
    }

    // Machines that were all sent away at once must not all come again at once.
    private static TimeSpan Pause(int attempt, TimeSpan? asked)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempt - 1, 10)) * (0.5 + Random.Shared.NextDouble());
        pause = pause < LongestPause ? pause : LongestPause;
        return asked is { } wait && wait > pause ? wait : pause;
    }

    private void Note(SyncProgress next)
    {
        progress = next;
        told?.Report(next);
    }

    private static byte[] Compress(ReadOnlySpan<byte> head, ReadOnlySpan<byte> lines)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(head);
            gzip.Write(lines);
        }

        return packed.ToArray();
    }
}
