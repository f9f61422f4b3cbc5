using System.Buffers.Text;
using System.Text;

namespace Weir.Bench.AgentLogs;

/// <summary>The line that is being written.</summary>
internal sealed class LineBuffer
{
    private byte[] bytes = new byte[64 * 1024];

    /// <summary>How long it is.</summary>
    public int Length { get; private set; }

    /// <summary>What it says.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>Begins anew.</summary>
    public void Clear() => Length = 0;

    /// <summary>Adds bytes.</summary>
    public LineBuffer Add(ReadOnlySpan<byte> more)
    {
        more.CopyTo(Room(more.Length));
        Length += more.Length;
        return this;
    }

    /// <summary>Adds a text as it is.</summary>
    public LineBuffer Add(string text)
    {
        Length += Encoding.UTF8.GetBytes(text, Room(text.Length * 3));
        return this;
    }

    /// <summary>Adds a number.</summary>
    public LineBuffer Add(long number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out var used);
        Length += used;
        return this;
    }

    /// <summary>Adds a moment as transcripts write it, to the millisecond.</summary>
    public LineBuffer Add(DateTime at)
    {
        at.TryFormat(
            Room(32),
            out var used,
            "yyyy-MM-ddTHH:mm:ss.fffZ",
            System.Globalization.CultureInfo.InvariantCulture
        );
        Length += used;
        return this;
    }

    private Span<byte> Room(int length)
    {
        if (bytes.Length - Length < length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + length));
        }

        return bytes.AsSpan(Length);
    }
}
