namespace Weir.Ledger.Rollups.Pages;

/// <summary>A page, read cell by cell in its order. Not thread-safe.</summary>
internal sealed class PageWalk : IDisposable
{
    private readonly PageReader reader = new();
    private readonly PageColumns columns;
    private readonly byte[] durations;
    private readonly byte[] firstTokens;
    private int at;
    private int durationAt;
    private int firstTokenAt;

    /// <summary>Begins at the first cell.</summary>
    /// <param name="cells">The page's cells.</param>
    /// <param name="durations">Its sketches of durations; empty for none.</param>
    /// <param name="firstTokens">Those of times to first token; likewise.</param>
    /// <exception cref="InvalidDataException">It is no page.</exception>
    public PageWalk(byte[] cells, byte[] durations, byte[] firstTokens)
    {
        columns = new PageColumns(reader, cells);
        (this.durations, this.firstTokens) = (durations, firstTokens);
    }

    /// <summary>The cell that is next; null behind the last.</summary>
    public PageCell? Cell => at < columns.Count ? columns.Cell(at) : null;

    /// <inheritdoc />
    public void Dispose() => reader.Dispose();

    /// <summary>Adds what that cell comes to, and goes on to the next. False when a sketch cannot be read.</summary>
    public bool TryTake(Span<long> sums, Sketch duration, Sketch firstToken)
    {
        columns.AddTo(sums, at++);
        return duration.TryAdd(PageReader.NextSketch(durations, ref durationAt))
            && firstToken.TryAdd(PageReader.NextSketch(firstTokens, ref firstTokenAt));
    }
}
