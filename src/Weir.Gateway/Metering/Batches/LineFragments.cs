namespace Weir.Gateway.Metering;

/// <summary>A piece of a line.</summary>
/// <param name="Start">Where in the file it begins, in bytes.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="StartsLine">Whether the line begins with it.</param>
/// <param name="EndsLine">Whether the line ends with it.</param>
internal sealed record LineFragment(long Start, byte[] Bytes, bool StartsLine, bool EndsLine)
{
    /// <summary>Where the next byte stands.</summary>
    public long End => Start + Bytes.Length;
}

/// <summary>
/// The ends of files that were fetched in pieces, until the pieces meet. Bounded: the eldest goes when there are too many or
/// they hold too much. Thread-safe.
/// </summary>
internal sealed class LineFragments
{
    private const int MostFragments = 4096;
    private const int MostBytes = 32 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly LinkedList<(string Source, LineFragment Piece)> pieces = new();
    private long held;

    /// <summary>Adds a piece to those of its file that it touches or overlaps; the whole line when it is one now, else null.</summary>
    public byte[]? Join(string source, LineFragment piece)
    {
        lock (gate)
        {
            for (var node = pieces.First; node is not null; )
            {
                var next = node.Next;
                if (node.Value.Source == source && TryJoin(node.Value.Piece, piece) is { } joined)
                {
                    piece = joined;
                    Remove(node);
                    next = pieces.First;
                }

                node = next;
            }

            if (piece is { StartsLine: true, EndsLine: true })
            {
                return piece.Bytes;
            }

            if (piece.Bytes.Length > MostBytes / 2)
            {
                return null;
            }

            pieces.AddLast((source, piece));
            held += piece.Bytes.Length;
            while (held > MostBytes || pieces.Count > MostFragments)
            {
                Remove(pieces.First!);
            }

            return null;
        }
    }

    private static LineFragment? TryJoin(LineFragment a, LineFragment b)
    {
        if (a.Start > b.Start)
        {
            (a, b) = (b, a);
        }

        // Pieces that only touch belong to one line unless the first of them ended it.
        if (b.Start > a.End || (b.Start == a.End && (a.EndsLine || b.StartsLine)))
        {
            return null;
        }

        var tail = b.End > a.End ? b.Bytes[(int)(a.End - b.Start)..] : [];
        return new LineFragment(
            a.Start,
            [.. a.Bytes, .. tail],
            a.StartsLine || (b.Start == a.Start && b.StartsLine),
            a.EndsLine || b.EndsLine
        );
    }

    private void Remove(LinkedListNode<(string Source, LineFragment Piece)> node)
    {
        held -= node.Value.Piece.Bytes.Length;
        pieces.Remove(node);
    }
}
