namespace Weir.Ledger;

/// <summary>Walks the lines of a text; a line break at the very end opens no further line.</summary>
internal ref struct LineReader(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> text = text;
    private int next;

    /// <summary>The line, without its break.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>Where the line begins.</summary>
    public int Start { get; private set; }

    /// <summary>Goes on to the next line; false when there is none.</summary>
    public bool Next()
    {
        if (next >= text.Length)
        {
            return false;
        }

        Start = next;
        var length = text[next..].IndexOf((byte)'\n');
        Line = length < 0 ? text[next..] : text.Slice(next, length);
        next += Line.Length + 1;
        return true;
    }
}
