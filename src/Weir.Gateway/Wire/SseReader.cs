namespace Weir.Gateway.Wire;

/// <summary>
/// Splits bytes into server-sent events as the HTML standard does: lines end with LF, CR or CRLF, a byte order mark at
/// the beginning is dropped, comments and unknown fields are passed over, one space after the colon goes, the lines of
/// data are joined with LF, and an event without data is none. Any chunk boundaries. An event whose one line of data
/// lies in the chunk that ends it is handed on in place; otherwise its bytes are collected in a pooled buffer. An event
/// above <see cref="MaxEventBytes"/> is dropped. Not thread-safe.
/// </summary>
internal abstract class SseReader
{
    /// <summary>The largest line, and the largest event's data, that is read.</summary>
    public const int MaxEventBytes = 16 * 1024 * 1024;

    private const int LongestName = 64;
    private const int MarkDone = 3;

    private readonly byte[] name = new byte[LongestName];
    private int nameLength;
    private PooledBytes line;
    private PooledBytes data;
    private bool hasData;
    private bool lineTooLong;
    private bool eventTooLong;
    private bool afterReturn;
    private int markMatched;

    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> chunk)
    {
        var at = markMatched == MarkDone ? 0 : DropMark(chunk);
        if (afterReturn && at < chunk.Length)
        {
            afterReturn = false;
            at += chunk[at] == (byte)'\n' ? 1 : 0;
        }

        // The event's data, when it is one line of this chunk: not copied unless the chunk ends before the event.
        var place = ReadOnlySpan<byte>.Empty;
        while (at < chunk.Length)
        {
            var length = chunk[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (length < 0)
            {
                break;
            }

            var text = chunk.Slice(at, length);
            at += length + 1;
            if (chunk[at - 1] == (byte)'\r')
            {
                afterReturn = at == chunk.Length;
                at += !afterReturn && chunk[at] == (byte)'\n' ? 1 : 0;
            }

            if (line.Length > 0)
            {
                AppendToLine(text);
                EndCollectedLine(ref place);
            }
            else if (text.IsEmpty)
            {
                Dispatch(place);
                place = default;
            }
            else if (TakeField(text, out var value))
            {
                if (hasData)
                {
                    AppendToData(ref place, value);
                }
                else
                {
                    hasData = true;
                    place = value;
                }
            }
        }

        if (!place.IsEmpty)
        {
            data.Append(place);
        }

        if (at < chunk.Length)
        {
            AppendToLine(chunk[at..]);
        }
    }

    /// <summary>
    /// Ends the stream and gives the buffers back. A last event whose blank line is missing is handed on as well: the
    /// standard drops it, but what the provider said in it, it bills.
    /// </summary>
    public void Complete()
    {
        var place = ReadOnlySpan<byte>.Empty;
        if (line.Length > 0)
        {
            EndCollectedLine(ref place);
        }

        Dispatch(place);
        line.Dispose();
        data.Dispose();
    }

    /// <summary>One event: its name (empty when it has none, cut at 64 bytes) and its data. Both live for the call alone.</summary>
    protected abstract void OnEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> eventData);

    private void EndCollectedLine(ref ReadOnlySpan<byte> place)
    {
        if (lineTooLong)
        {
            lineTooLong = false;
            eventTooLong = true;
        }
        else if (TakeField(line.Span, out var value))
        {
            if (hasData)
            {
                AppendToData(ref place, value);
            }
            else
            {
                hasData = true;
                data.Append(value);
            }
        }

        line.Clear();
    }

    /// <summary>Takes a line's field; true with its value when it is data.</summary>
    private bool TakeField(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> value)
    {
        var colon = text.IndexOf((byte)':');
        var field = colon < 0 ? text : text[..colon];
        value = colon < 0 ? default : text[(colon + 1)..];
        if (!value.IsEmpty && value[0] == (byte)' ')
        {
            value = value[1..];
        }

        if (field.SequenceEqual("data"u8))
        {
            return true;
        }

        if (field.SequenceEqual("event"u8))
        {
            nameLength = Math.Min(value.Length, LongestName);
            value[..nameLength].CopyTo(name);
        }

        return false;
    }

    private void AppendToData(ref ReadOnlySpan<byte> place, ReadOnlySpan<byte> value)
    {
        data.Append(place);
        place = default;
        if (data.Length + value.Length + 1 > MaxEventBytes)
        {
            eventTooLong = true;
            data.Clear();
            return;
        }

        data.Append("\n"u8);
        data.Append(value);
    }

    private void AppendToLine(ReadOnlySpan<byte> text)
    {
        if (lineTooLong)
        {
            return;
        }

        if (line.Length + text.Length > MaxEventBytes)
        {
            // One byte stays, for a line that has begun is not a blank one.
            lineTooLong = true;
            line.Clear();
            line.Append(" "u8);
            return;
        }

        line.Append(text);
    }

    private void Dispatch(ReadOnlySpan<byte> place)
    {
        if (hasData && !eventTooLong)
        {
            OnEvent(name.AsSpan(0, nameLength), data.Length > 0 ? data.Span : place);
        }

        nameLength = 0;
        hasData = false;
        eventTooLong = false;
        data.Clear();
    }

    private int DropMark(ReadOnlySpan<byte> chunk)
    {
        var at = 0;
        while (at < chunk.Length && markMatched < MarkDone)
        {
            if (chunk[at] == Mark[markMatched])
            {
                markMatched++;
                at++;
                continue;
            }

            AppendToLine(Mark[..markMatched]);
            markMatched = MarkDone;
        }

        return at;
    }
}
