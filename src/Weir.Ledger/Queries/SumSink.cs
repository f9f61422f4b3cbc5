using System.Collections.Immutable;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Queries;

/// <summary>Takes in the rows that <see cref="GroupedSums"/> reads, and says which columns it needs of them.</summary>
internal abstract class SumSink
{
    /// <summary>Which measures of cells it needs (<see cref="Rollups.Measures"/>), in the order that it takes them.</summary>
    public abstract ImmutableArray<int> CellMeasures { get; }

    /// <summary>Whether it needs the sketches of cells too.</summary>
    public virtual bool WithSketches => false;

    /// <summary>Columns of <c>record</c> as <c>r</c>.</summary>
    public abstract string RecordColumns { get; }

    /// <summary>Adds a cell.</summary>
    /// <param name="group">The number of its group.</param>
    /// <param name="start">Its start in seconds since 1970.</param>
    /// <param name="cell">What it holds.</param>
    /// <param name="sign">1; -1 takes it out.</param>
    public abstract void AddCell(int group, long start, in CellSums cell, int sign);

    /// <summary>Adds cells of one page. A year meets millions of them: what is asked for a cell alone costs more than adding it.</summary>
    public abstract void AddCells(in CellColumns cells);

    /// <summary>Adds a record.</summary>
    /// <param name="group">The number of its group.</param>
    /// <param name="seconds">Its start in whole seconds since 1970.</param>
    /// <param name="row">The row.</param>
    /// <param name="first">The first of <see cref="RecordColumns"/>.</param>
    /// <param name="sign">1; -1 takes it out.</param>
    public abstract void AddRecord(int group, long seconds, PreparedStatement row, int first, int sign);
}

/// <summary>What a sink gets of a cell.</summary>
/// <param name="measures">As <see cref="SumSink.CellMeasures"/> asks for them.</param>
/// <param name="latency">The stored sketch of durations; empty for none, and when sketches are not asked for.</param>
/// <param name="firstToken">That of times to first token likewise.</param>
internal readonly ref struct CellSums(
    ReadOnlySpan<long> measures,
    ReadOnlySpan<byte> latency,
    ReadOnlySpan<byte> firstToken
)
{
    /// <summary>The numbers.</summary>
    public ReadOnlySpan<long> Measures { get; } = measures;

    /// <summary>Durations.</summary>
    public ReadOnlySpan<byte> Latency { get; } = latency;

    /// <summary>Times to first token.</summary>
    public ReadOnlySpan<byte> FirstToken { get; } = firstToken;
}

/// <summary>Cells of one page, column by column.</summary>
internal readonly ref struct CellColumns
{
    public CellColumns() { }

    /// <summary>1; -1 takes them out.</summary>
    public int Sign { get; init; } = 1;

    /// <summary>The number of each one's group; negative for none.</summary>
    public required ReadOnlySpan<int> Groups { get; init; }

    /// <summary>Which span of the day each is of; they rise.</summary>
    public required ReadOnlySpan<long> Slots { get; init; }

    /// <summary>Where the first of them stands in the columns of <see cref="Measures"/>.</summary>
    public required int Begin { get; init; }

    /// <summary>The day's start in seconds since 1970.</summary>
    public required long Day { get; init; }

    /// <summary>How long a span is, in seconds.</summary>
    public required long Width { get; init; }

    /// <summary>As <see cref="SumSink.CellMeasures"/> asks for them; longer than the page may be, and empty when all are 0.</summary>
    public required long[][] Measures { get; init; }

    /// <summary>The sketches of durations, cell by cell (<see cref="PageReader.NextSketch"/>); empty when there are none.</summary>
    public ReadOnlySpan<byte> Latency { get; init; }

    /// <summary>Those of times to first token likewise.</summary>
    public ReadOnlySpan<byte> FirstToken { get; init; }

    /// <summary>A measure of the cells, by its place in <see cref="Measures"/>; empty when all are 0.</summary>
    public ReadOnlySpan<long> Measure(int at) =>
        Measures[at] is { Length: > 0 } column ? column.AsSpan(Begin, Groups.Length) : [];
}
