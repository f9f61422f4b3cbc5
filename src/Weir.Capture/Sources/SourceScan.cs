using System.Collections.Concurrent;
using System.Threading.Channels;
using Weir.Capture.Agents;
using Weir.Capture.Content;
using Weir.Capture.Joining;
using Weir.Wire.Compression;

namespace Weir.Capture.Sources;

/// <summary>
/// Reads what has changed in files, several at once, and hands it on in the files' order, so that of two copies of a request the
/// same one is always met first. Not thread-safe.
/// </summary>
internal sealed class SourceScan
{
    private const int Ahead = 8; // files that may be read and wait for an earlier one
    private const int MostReaders = 4;

    private readonly ConcurrentDictionary<string, FileCursor> cursors;
    private readonly ChannelWriter<Haul> to;
    private readonly Func<AgentHome, Origin> originOf;
    private readonly SealedContent? content;
    private readonly ConcurrentBag<Catch> free = [];

    /// <param name="cursors">How far each file was read.</param>
    /// <param name="to">Where to hand it on.</param>
    /// <param name="originOf">What holds for all that is caught in a home.</param>
    /// <param name="content">Where the lines themselves are kept; null when they are not.</param>
    public SourceScan(
        Dictionary<string, FileCursor> cursors,
        ChannelWriter<Haul> to,
        Func<AgentHome, Origin> originOf,
        SealedContent? content = null
    )
    {
        this.content = content;
        this.cursors = new ConcurrentDictionary<string, FileCursor>(cursors, StringComparer.Ordinal);
        this.to = to;
        this.originOf = originOf;
    }

    /// <summary>How far each file was read.</summary>
    public IEnumerable<FileCursor> Cursors => cursors.Values;

    /// <summary>Those of the files that are not as they were left.</summary>
    public List<FoundFile> Changed(List<FoundFile> files) =>
        files.FindAll(file =>
            !cursors.TryGetValue(file.Path, out var known)
            || known.Length != file.Length
            || known.Modified != file.Modified
            || (known.Problem == UnpackedFile.NoLibrary && ZstdDecoder.IsAvailable)
        );

    /// <summary>Reads files.</summary>
    /// <param name="files">Which.</param>
    /// <param name="read">Told after each how long it is.</param>
    /// <param name="cancellationToken">Breaks off between two files.</param>
    public async Task ReadAsync(List<FoundFile> files, Action<FoundFile>? read, CancellationToken cancellationToken)
    {
        using var ahead = new SemaphoreSlim(Ahead);
        var hauls = Array.ConvertAll(
            files.ToArray(),
            _ => new TaskCompletionSource<Haul>(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        var next = -1;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var readers = Enumerable
            .Range(0, Math.Min(Math.Clamp(Environment.ProcessorCount, 1, MostReaders), files.Count))
            .Select(_ => Task.Run(ReadNextAsync, CancellationToken.None))
            .ToArray();
        try
        {
            for (var i = 0; i < hauls.Length; i++)
            {
                var haul = await hauls[i].Task.WaitAsync(cancellationToken);
                hauls[i] = null!;
                var cursor = haul.Cursor!;
                await to.WriteAsync(haul, cancellationToken);
                cursors[cursor.Path] = cursor;
                ahead.Release();
                read?.Invoke(files[i]);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(readers);
        }

        async Task ReadNextAsync()
        {
            using var reading = new FileReading();
            while (Volatile.Read(ref next) < files.Count - 1 && !stop.IsCancellationRequested)
            {
                await ahead.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (
                    !stop.IsCancellationRequested
                    && Interlocked.Increment(ref next) is var index
                    && index < files.Count
                )
                {
                    hauls[index].SetResult(Read(reading, files[index], moreFollows: index < files.Count - 1));
                }
            }
        }
    }

    private Haul Read(FileReading reading, FoundFile file, bool moreFollows)
    {
        var caught = free.TryTake(out var used) ? used : new Catch();
        var origin = originOf(file.Home);
        var cursor = reading.Read(
            file,
            cursors.GetValueOrDefault(file.Path),
            caught,
            content is null ? null : piece => content.Append(origin.Workspace, [.. caught.Sessions.Keys], piece)
        );
        return new Haul(origin, caught, cursor, Done) { MoreFollows = moreFollows };
    }

    private void Done(Haul haul)
    {
        haul.Caught.Clear();
        free.Add(haul.Caught);
    }
}
