using Weir.Gateway.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Hands the objects of a JSON array that arrives in pieces to a reader, each as soon as it is whole. Any chunk
/// boundaries; an object above 16 MiB is dropped. What stands between the objects is not judged.
/// </summary>
internal sealed class JsonArraySplitter(DialectReader reader)
{
    private PooledBytes element;
    private int depth;
    private bool inString;
    private bool afterBackslash;
    private bool tooLong;

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        // The array itself is depth 1, so an element begins and ends at depth 2.
        var start = depth > 1 ? 0 : -1;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (inString)
            {
                i += PassString(bytes[i..]) - 1;
                continue;
            }

            switch (bytes[i])
            {
                case (byte)'"':
                    inString = true;
                    break;
                case (byte)'{' or (byte)'[':
                    if (++depth == 2)
                    {
                        start = i;
                    }

                    break;
                case (byte)'}' or (byte)']' when depth > 0:
                    if (--depth == 1)
                    {
                        Take(bytes[start..(i + 1)]);
                        start = -1;
                        EndElement();
                    }

                    break;
                default:
                    break;
            }
        }

        if (start >= 0)
        {
            Take(bytes[start..]);
        }
    }

    /// <summary>Gives the buffer back; an element that is not whole is dropped.</summary>
    public void Complete() => element.Dispose();

    private int PassString(ReadOnlySpan<byte> bytes)
    {
        if (afterBackslash)
        {
            afterBackslash = false;
            return 1;
        }

        var stop = bytes.IndexOfAny((byte)'"', (byte)'\\');
        if (stop < 0)
        {
            return bytes.Length;
        }

        inString = bytes[stop] != (byte)'"';
        afterBackslash = inString;
        return stop + 1;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        tooLong |= element.Length + bytes.Length > SseReader.MaxEventBytes;
        if (tooLong)
        {
            element.Clear();
        }
        else
        {
            element.Append(bytes);
        }
    }

    private void EndElement()
    {
        if (!tooLong)
        {
            reader.OnEvent(default, element.Span);
        }

        tooLong = false;
        element.Clear();
    }
}
