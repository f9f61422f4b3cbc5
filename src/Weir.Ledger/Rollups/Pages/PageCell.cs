namespace Weir.Ledger.Rollups.Pages;

/// <summary>Which cell of a page: the span of its day, and the combination. Ordered as pages are.</summary>
/// <param name="Slot">See <see cref="PageColumn.Slot"/>.</param>
/// <param name="First">See <see cref="PageColumn.First"/>.</param>
/// <param name="Second">See <see cref="PageColumn.Second"/>.</param>
/// <param name="Key">See <see cref="PageColumn.Key"/>.</param>
internal readonly record struct PageCell(long Slot, long First, long Second, long Key) : IComparable<PageCell>
{
    /// <inheritdoc />
    public int CompareTo(PageCell other)
    {
        var order = Slot.CompareTo(other.Slot);
        order = order != 0 ? order : First.CompareTo(other.First);
        order = order != 0 ? order : Second.CompareTo(other.Second);
        return order != 0 ? order : Key.CompareTo(other.Key);
    }
}
