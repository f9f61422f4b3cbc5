using System.Buffers;

namespace Weir.Tokens;

/// <summary>
/// Byte-pair encoding of one piece: of all neighbours whose union is a token, those of the lowest rank (the leftmost of
/// equals) become one, until none is left.
/// </summary>
internal static class BytePairs
{
    /// <summary>
    /// A longer piece is cut here. It bounds the memory (about thirty bytes a byte); a word of a megabyte is no text, and
    /// a cut costs at most a few tokens of its hundred thousand.
    /// </summary>
    public const int LongestPiece = 1 << 20;

    // Below it a scan for the lowest rank beats a heap.
    private const int ShortPiece = 96;

    // From here on one at a time in the process: what many callers send together must not add up.
    private const int LargePiece = 64 * 1024;

    private static readonly Lock Large = new();

    /// <summary>Counts the tokens of a piece, and adds their ranks to <paramref name="ranks"/> where one is given.</summary>
    public static int Encode(Vocabulary vocabulary, ReadOnlySpan<byte> piece, List<int>? ranks)
    {
        var whole = vocabulary.Rank(piece);
        if (whole != Vocabulary.None)
        {
            ranks?.Add(whole);
            return 1;
        }

        if (piece.Length <= ShortPiece)
        {
            return EncodeShort(vocabulary, piece, ranks);
        }

        if (piece.Length < LargePiece)
        {
            return EncodeLong(vocabulary, piece, ranks);
        }

        lock (Large)
        {
            var count = 0;
            while (!piece.IsEmpty)
            {
                var length = CutLength(piece);
                count += EncodeLong(vocabulary, piece[..length], ranks);
                piece = piece[length..];
            }

            return count;
        }
    }

    private static int CutLength(ReadOnlySpan<byte> piece)
    {
        if (piece.Length <= LongestPiece)
        {
            return piece.Length;
        }

        var length = LongestPiece;
        while ((piece[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return length;
    }

    private static int EncodeShort(Vocabulary vocabulary, ReadOnlySpan<byte> piece, List<int>? ranks)
    {
        // Token i is piece[starts[i]..starts[i + 1]], and pairs[i] the rank of its union with the next.
        Span<int> starts = stackalloc int[ShortPiece + 1];
        Span<int> pairs = stackalloc int[ShortPiece];
        var count = piece.Length;
        for (var i = 0; i < count; i++)
        {
            starts[i] = i;
            pairs[i] = i + 2 <= count ? vocabulary.Rank(piece.Slice(i, 2)) : Vocabulary.None;
        }

        starts[count] = count;
        while (true)
        {
            var lowest = 0;
            for (var i = 1; i < count; i++)
            {
                if (pairs[i] < pairs[lowest])
                {
                    lowest = i;
                }
            }

            if (pairs[lowest] == Vocabulary.None)
            {
                break;
            }

            starts[(lowest + 2)..(count + 1)].CopyTo(starts[(lowest + 1)..]);
            pairs[(lowest + 1)..count].CopyTo(pairs[lowest..]);
            count--;
            pairs[lowest] =
                lowest + 1 < count ? vocabulary.Rank(piece[starts[lowest]..starts[lowest + 2]]) : Vocabulary.None;
            if (lowest > 0)
            {
                pairs[lowest - 1] = vocabulary.Rank(piece[starts[lowest - 1]..starts[lowest + 1]]);
            }
        }

        for (var i = 0; i < count && ranks is not null; i++)
        {
            ranks.Add(vocabulary.Rank(piece[starts[i]..starts[i + 1]]));
        }

        return count;
    }

    private static int EncodeLong(Vocabulary vocabulary, ReadOnlySpan<byte> piece, List<int>? ranks)
    {
        var length = piece.Length;
        // Of the token that begins at i: where the next and the one before begin, and the rank of its union with the next.
        var next = ArrayPool<int>.Shared.Rent(length + 1);
        var previous = ArrayPool<int>.Shared.Rent(length + 1);
        var pairs = ArrayPool<int>.Shared.Rent(length);
        // A union takes one entry and leaves at most two: never more than twice the bytes.
        var entries = ArrayPool<ulong>.Shared.Rent(2 * length);
        try
        {
            var heap = new RankHeap(entries);
            for (var i = 0; i < length; i++)
            {
                next[i] = i + 1;
                previous[i] = i - 1;
                pairs[i] = i + 2 <= length ? vocabulary.Rank(piece.Slice(i, 2)) : Vocabulary.None;
                heap.Push(pairs[i], i);
            }

            next[length] = length;
            var count = length;
            while (heap.TryPop(out var rank, out var at))
            {
                // An entry outlives its pair; then another rank, or none, stands there.
                if (pairs[at] != rank)
                {
                    continue;
                }

                var gone = next[at];
                var after = next[gone];
                next[at] = after;
                pairs[gone] = -1;
                previous[after] = at;
                count--;
                pairs[at] = after < length ? vocabulary.Rank(piece[at..next[after]]) : Vocabulary.None;
                heap.Push(pairs[at], at);
                if (previous[at] is >= 0 and var before)
                {
                    pairs[before] = vocabulary.Rank(piece[before..after]);
                    heap.Push(pairs[before], before);
                }
            }

            for (var i = 0; i < length && ranks is not null; i = next[i])
            {
                ranks.Add(vocabulary.Rank(piece[i..next[i]]));
            }

            return count;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(next);
            ArrayPool<int>.Shared.Return(previous);
            ArrayPool<int>.Shared.Return(pairs);
            ArrayPool<ulong>.Shared.Return(entries);
        }
    }

    /// <summary>Pairs by rank, then by place.</summary>
    private ref struct RankHeap(Span<ulong> entries)
    {
        private readonly Span<ulong> entries = entries;
        private int count;

        public void Push(int rank, int at)
        {
            if (rank == Vocabulary.None)
            {
                return;
            }

            var entry = ((ulong)rank << 32) | (uint)at;
            var i = count++;
            while (i > 0)
            {
                var parent = (i - 1) / 2;
                if (entries[parent] <= entry)
                {
                    break;
                }

                entries[i] = entries[parent];
                i = parent;
            }

            entries[i] = entry;
        }

        public bool TryPop(out int rank, out int at)
        {
            if (count == 0)
            {
                (rank, at) = (Vocabulary.None, 0);
                return false;
            }

            (rank, at) = ((int)(entries[0] >> 32), (int)(uint)entries[0]);
            var last = entries[--count];
            var i = 0;
            while (true)
            {
                var child = (2 * i) + 1;
                if (child >= count)
                {
                    break;
                }

                if (child + 1 < count && entries[child + 1] < entries[child])
                {
                    child++;
                }

                if (last <= entries[child])
                {
                    break;
                }

                entries[i] = entries[child];
                i = child;
            }

            entries[i] = last;
            return true;
        }
    }
}
