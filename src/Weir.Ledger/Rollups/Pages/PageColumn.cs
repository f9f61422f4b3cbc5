namespace Weir.Ledger.Rollups.Pages;

/// <summary>The columns of a page in the order they are stored. Stored: numbers never change, new ones come at the end.</summary>
internal static class PageColumn
{
    /// <summary>Which span of the page's day a cell is of, from 0.</summary>
    public const int Slot = 0;

    /// <summary>The session, or the tag's name; 0 in the wide set.</summary>
    public const int First = 1;

    /// <summary>The agent, or the tag's value; 0 in the wide set.</summary>
    public const int Second = 2;

    /// <summary>The combination of the wide set.</summary>
    public const int Key = 3;

    /// <summary>The first of <see cref="Measures"/>.</summary>
    public const int FirstMeasure = 4;

    /// <summary>How many there are.</summary>
    public const int Count = FirstMeasure + Measures.Count;
}
