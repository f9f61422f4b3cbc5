using System.Collections.Immutable;

namespace Weir.Cli.Top;

/// <summary>What a piece of text is to say by its look; the screen decides on colours.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Faint,
    Accent,
    Good,
    Warning,
    Bad,
}

/// <summary>Text in one tone.</summary>
internal readonly record struct Piece(string Text, Tone Tone);

/// <summary>One line of a screen: pieces of text, nothing in them that a terminal could heed. Equal when they look alike.</summary>
internal sealed class Line : IEquatable<Line>
{
    /// <summary>Nothing.</summary>
    public static readonly Line Empty = new([], isSelected: false);

    private Line(ImmutableArray<Piece> pieces, bool isSelected)
    {
        Pieces = pieces;
        IsSelected = isSelected;
    }

    /// <summary>From left to right.</summary>
    public ImmutableArray<Piece> Pieces { get; }

    /// <summary>Whether it is marked, over the whole width of the screen.</summary>
    public bool IsSelected { get; }

    /// <summary>How many cells it takes.</summary>
    public int Width => Pieces.Sum(piece => Cells.Width(piece.Text));

    /// <summary>The text alone.</summary>
    public string Text => string.Concat(Pieces.Select(piece => piece.Text));

    /// <summary>A line of one piece.</summary>
    public static Line Of(string text, Tone tone = Tone.Plain) => Empty.Add(text, tone);

    /// <summary>With more text at its end.</summary>
    public Line Add(string text, Tone tone = Tone.Plain) =>
        text.Length == 0 ? this : new Line(Pieces.Add(new Piece(Cells.Harmless(text), tone)), IsSelected);

    /// <summary>With another line's pieces at its end.</summary>
    public Line Add(Line other) => new(Pieces.AddRange(other.Pieces), IsSelected);

    /// <summary>With spaces up to a width.</summary>
    public Line PadTo(int width) => Add(new string(' ', Math.Max(0, width - Width)));

    /// <summary>With text at the right edge; without it where there is no room.</summary>
    public Line AddAtRight(string text, int width, Tone tone) =>
        Width + 2 + Cells.Width(text) <= width ? PadTo(width - Cells.Width(text)).Add(text, tone) : this;

    /// <summary>Cut to a width, with an ellipsis where it is longer.</summary>
    public Line Fit(int width)
    {
        if (Width <= width)
        {
            return this;
        }

        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var left = width;
        foreach (var piece in Pieces)
        {
            var room = Cells.Width(piece.Text);
            if (room > left || (room == left && piece != Pieces[^1]))
            {
                pieces.Add(piece with { Text = Cells.Fit(piece.Text + " ", left) });
                break;
            }

            pieces.Add(piece);
            left -= room;
        }

        return new Line(pieces.ToImmutable(), IsSelected);
    }

    /// <summary>Without its first cells.</summary>
    public Line Skip(int cells)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        foreach (var piece in Pieces)
        {
            pieces.Add(piece with { Text = Cells.Skip(piece.Text, cells) });
            cells = Math.Max(0, cells - Cells.Width(piece.Text));
        }

        return new Line(pieces.ToImmutable(), IsSelected);
    }

    /// <summary>The same, marked.</summary>
    public Line Selected() => new(Pieces, isSelected: true);

    /// <inheritdoc />
    public bool Equals(Line? other) =>
        other is not null && IsSelected == other.IsSelected && Pieces.AsSpan().SequenceEqual(other.Pieces.AsSpan());

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Line);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Pieces.Length, IsSelected, Text);

    /// <inheritdoc />
    public override string ToString() => Text;
}
