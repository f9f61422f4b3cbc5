using Weir.Client;

namespace Weir.Exports.Parquet;

/// <summary>
/// Hands pages from a loop that awaits them to a thread that waits for them, one at a time: neither is ever more than a page ahead.
/// One of each.
/// </summary>
internal sealed class RowFeed : IDisposable
{
    private readonly SemaphoreSlim room = new(1);
    private readonly SemaphoreSlim filled = new(0);
    private IReadOnlyList<RequestItem>? page = [];
    private IReadOnlyList<RequestItem>? read = [];
    private int place;
    private volatile bool isBroken;

    /// <summary>Gives pages to a reader until there are no more, and waits until it has ended.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="reader">What calls <see cref="Next"/>.</param>
    /// <param name="cancellationToken">Breaks off; the reader is told by an exception.</param>
    public async Task FillAsync(
        IAsyncEnumerable<IReadOnlyList<RequestItem>> pages,
        Task reader,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var next in pages.WithCancellation(cancellationToken))
            {
                if (!await PutAsync(next, reader, cancellationToken))
                {
                    // It has ended before the rows have: it says why.
                    break;
                }
            }

            await PutAsync(null, reader, cancellationToken);
        }
        catch
        {
            isBroken = true;
            filled.Release();
            await Task.WhenAny(reader);
            throw;
        }

        await reader;
    }

    /// <summary>The next row; null after the last. Waits for it.</summary>
    /// <exception cref="OperationCanceledException">There will be none.</exception>
    public RequestItem? Next()
    {
        while (read is not null && place == read.Count)
        {
            filled.Wait();
            if (isBroken)
            {
                throw new OperationCanceledException("The export was broken off.");
            }

            (read, place) = (page, 0);
            room.Release();
        }

        return read?[place++];
    }

    public void Dispose()
    {
        room.Dispose();
        filled.Dispose();
    }

    private async Task<bool> PutAsync(
        IReadOnlyList<RequestItem>? next,
        Task reader,
        CancellationToken cancellationToken
    )
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var roomy = room.WaitAsync(over.Token);
        if (await Task.WhenAny(roomy, reader) != roomy)
        {
            await over.CancelAsync();
            return false;
        }

        await roomy;
        page = next;
        filled.Release();
        return true;
    }
}
