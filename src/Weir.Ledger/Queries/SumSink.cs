using Weir.Foundation.Storage;

namespace Weir.Ledger.Queries;

/// <summary>Takes in the rows that <see cref="GroupedSums"/> reads, and says which columns it needs of them.</summary>
internal abstract class SumSink
{
    /// <summary>Columns of <c>rollup</c> as <c>c</c>.</summary>
    public abstract string CellColumns { get; }

    /// <summary>Columns of <c>record</c> as <c>r</c>.</summary>
    public abstract string RecordColumns { get; }

    /// <summary>Adds a cell.</summary>
    /// <param name="group">The number of its group.</param>
    /// <param name="start">Its start in seconds since 1970.</param>
    /// <param name="row">The row.</param>
    /// <param name="first">The first of <see cref="CellColumns"/>.</param>
    /// <param name="sign">1; -1 takes it out.</param>
    public abstract void AddCell(int group, long start, PreparedStatement row, int first, int sign);

    /// <summary>Adds a record.</summary>
    /// <param name="group">The number of its group.</param>
    /// <param name="seconds">Its start in whole seconds since 1970.</param>
    /// <param name="row">The row.</param>
    /// <param name="first">The first of <see cref="RecordColumns"/>.</param>
    public abstract void AddRecord(int group, long seconds, PreparedStatement row, int first);
}
