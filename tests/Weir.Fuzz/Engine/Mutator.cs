namespace Weir.Fuzz.Engine;

/// <summary>Makes new inputs of old ones. Not thread-safe.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words, int longest)
{
    private const int Short = 2048;

    private static readonly byte[] Openers = "[{(\"-"u8.ToArray();
    private static readonly byte[][] BadText =
    [
        [0xff],
        [0xc0, 0xaf],
        [0xed, 0xa0, 0x80],
        [0xf4, 0x90, 0x80, 0x80],
        [0xe2, 0x82],
    ];

    /// <summary>A mutation of the first, which may take in pieces of the second.</summary>
    public byte[] Mutate(byte[] seed, byte[] other)
    {
        var bytes = new List<byte>(seed);
        for (var left = 1 << random.Next(4); left > 0; left--)
        {
            Once(bytes, other);
        }

        // Short inputs are tried faster; long ones reach the bounds of buffers.
        var most = random.Next(16) == 0 ? longest : Math.Min(longest, Short);
        if (bytes.Count > most)
        {
            bytes.RemoveRange(most, bytes.Count - most);
        }

        return [.. bytes];
    }

    private void Once(List<byte> bytes, byte[] other)
    {
        var at = random.Next(bytes.Count + 1);
        var last = Math.Max(0, bytes.Count - 1);
        switch (random.Next(15))
        {
            case 0 when bytes.Count > 0:
                bytes[Math.Min(at, last)] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[Math.Min(at, last)] = (byte)random.Next(256);
                break;
            case 2:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(1 << random.Next(8), bytes.Count - at));
                break;
            case 4: // a block stands here too
                bytes.InsertRange(at, Block(bytes));
                break;
            case 5: // a block goes to another place
            {
                var from = random.Next(bytes.Count + 1);
                var block = bytes.GetRange(from, Length(bytes.Count - from));
                bytes.RemoveRange(from, block.Count);
                bytes.InsertRange(random.Next(bytes.Count + 1), block);
                break;
            }
            case 6: // a block again and again
            {
                var block = Block(bytes);
                for (var times = random.Next(2, 40); times > 0 && bytes.Count < longest; times--)
                {
                    bytes.InsertRange(at, block);
                }

                break;
            }
            case 7: // the beginning of this, the end of another
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(random.Next(other.Length + 1)));
                break;
            case 8:
                bytes.InsertRange(at, Block([.. other]));
                break;
            case 9 or 10 or 11:
                Word(bytes, at);
                break;
            case 12: // deep nesting, or one very long word
                bytes.InsertRange(at, Enumerable.Repeat(Openers[random.Next(Openers.Length)], 1 << random.Next(4, 13)));
                break;
            case 13:
                bytes.InsertRange(at, BadText[random.Next(BadText.Length)]);
                break;
            default: // cut off
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }

    private void Word(List<byte> bytes, int at)
    {
        var word = words[random.Next(words.Count)];
        if (random.Next(2) == 0)
        {
            // In place of a number or name that stands there.
            var end = at;
            while (end < bytes.Count && (char.IsAsciiLetterOrDigit((char)bytes[end]) || bytes[end] is (byte)'_'))
            {
                end++;
            }

            bytes.RemoveRange(at, end - at);
        }

        bytes.InsertRange(at, word);
    }

    private List<byte> Block(List<byte> bytes)
    {
        var from = random.Next(bytes.Count + 1);
        return bytes.GetRange(from, Length(bytes.Count - from));
    }

    private int Length(int most) => Math.Min(most, random.Next(1 << random.Next(1, 12)));
}
