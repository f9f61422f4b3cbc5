using Weir.Client;

namespace Weir.Exports;

/// <summary>What a column's cells are.</summary>
internal enum CellKind
{
    /// <summary>Text; may be null.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>Dollars, exact to nine decimals.</summary>
    Money,

    /// <summary>A measured number.</summary>
    Number,

    /// <summary>A moment, UTC.</summary>
    Time,

    /// <summary>True or false.</summary>
    Flag,
}

/// <summary>One value of a row, by its kind; <see cref="IsNull"/> is "unknown".</summary>
internal readonly struct Cell
{
    private Cell(CellKind kind, bool isNull)
    {
        Kind = kind;
        IsNull = isNull;
    }

    public CellKind Kind { get; }

    public bool IsNull { get; }

    /// <summary>Of <see cref="CellKind.Text"/>.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Of <see cref="CellKind.Whole"/>, <see cref="CellKind.Flag"/> (0 or 1), and of a time: its ticks in UTC.</summary>
    public long Whole { get; private init; }

    /// <summary>Of <see cref="CellKind.Money"/>.</summary>
    public decimal Money { get; private init; }

    /// <summary>Of <see cref="CellKind.Number"/>.</summary>
    public double Number { get; private init; }

    /// <summary>Of <see cref="CellKind.Time"/>.</summary>
    public DateTime Time => new(Whole, DateTimeKind.Utc);

    public static Cell Of(string? text) => new(CellKind.Text, text is null) { Text = text ?? "" };

    public static Cell Of(long? value) => new(CellKind.Whole, value is null) { Whole = value ?? 0 };

    public static Cell Of(decimal? usd) => new(CellKind.Money, usd is null) { Money = usd ?? 0 };

    public static Cell Of(double? value) => new(CellKind.Number, value is null) { Number = value ?? 0 };

    public static Cell Of(DateTimeOffset time) => new(CellKind.Time, false) { Whole = time.UtcTicks };

    public static Cell Of(bool flag) => new(CellKind.Flag, false) { Whole = flag ? 1 : 0 };
}

/// <summary>A column of an export.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Kind">What its cells are.</param>
/// <param name="Of">A request's cell.</param>
internal sealed record Column(string Name, CellKind Kind, Func<RequestItem, Cell> Of);
