using Weir.Gateway.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Meters a batch's results as they pass, line by line, in bounded memory. An answer that is a part of the file (a range, or a
/// download that broke) gives what it cuts through to the <see cref="LineFragments"/>. A line above 16 MiB is passed over.
/// </summary>
/// <param name="format">How the answers are written.</param>
/// <param name="source">Names the file.</param>
/// <param name="start">Where in the file the answer begins; null when that means nothing (it is compressed).</param>
/// <param name="length">How long the file is; null when it is not told.</param>
/// <param name="fragments">Pieces of lines.</param>
/// <param name="take">Records an answer; false when there is no room for it.</param>
internal sealed class BatchMeter(
    BatchFormat format,
    string source,
    long? start,
    long? length,
    LineFragments fragments,
    Func<BatchLine, bool> take
) : ResponseMeter, IDisposable
{
    private PooledBytes line;
    private long lineStart = start ?? 0;
    private bool startsLine = start is null or 0;
    private bool tooLong;
    private bool ended;

    /// <summary>Whether an answer could not be recorded: what holds it must not be passed on.</summary>
    public bool HasNoRoom { get; private set; }

    /// <summary>The fetching itself uses nothing.</summary>
    public override MeterReading Reading => default;

    public override void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !HasNoRoom)
        {
            var end = format == BatchFormat.GeminiInline ? -1 : bytes.IndexOf((byte)'\n');
            Append(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
            {
                return;
            }

            EndLine(endsLine: true);
            bytes = bytes[(end + 1)..];
            lineStart++;
        }
    }

    public override void Complete()
    {
        if (ended)
        {
            return;
        }

        ended = true;
        if (format == BatchFormat.GeminiInline)
        {
            if (!tooLong && startsLine)
            {
                BatchLines.ReadInline(line.Span, one => HasNoRoom |= !take(one));
            }

            line.Dispose();
            return;
        }

        EndLine(endsLine: length is null || lineStart + line.Length >= length);
        line.Dispose();
    }

    /// <summary>Without <see cref="Complete"/> the answer broke off: what came of its last line is kept for the next.</summary>
    public void Dispose()
    {
        if (!ended)
        {
            ended = true;
            if (format != BatchFormat.GeminiInline)
            {
                EndLine(endsLine: false);
            }

            line.Dispose();
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        tooLong |= line.Length + bytes.Length > SseReader.MaxEventBytes;
        if (tooLong)
        {
            lineStart += line.Length + bytes.Length;
            line.Clear();
        }
        else
        {
            line.Append(bytes);
        }
    }

    private void EndLine(bool endsLine)
    {
        var bytes = line.Span;
        if (!tooLong && !bytes.IsEmpty && !HasNoRoom)
        {
            if (BatchLines.Read(format, bytes) is { } whole)
            {
                HasNoRoom = !take(whole);
            }
            else if (start is not null && !(startsLine && endsLine))
            {
                Join(new LineFragment(lineStart, bytes.ToArray(), startsLine, endsLine));
            }
        }
        else if (bytes.IsEmpty && !tooLong && start is not null && startsLine != endsLine)
        {
            // The cut is where a line ends or begins, which its neighbour cannot know.
            Join(new LineFragment(lineStart, [], startsLine, endsLine));
        }

        lineStart += line.Length;
        startsLine = endsLine;
        tooLong = false;
        line.Clear();
    }

    private void Join(LineFragment piece)
    {
        if (fragments.Join(source, piece) is { } joined && BatchLines.Read(format, joined) is { } whole)
        {
            HasNoRoom = !take(whole);
        }
    }
}
