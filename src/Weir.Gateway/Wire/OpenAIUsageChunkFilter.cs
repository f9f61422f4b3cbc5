using Weir.Gateway.Pipeline;
using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>
/// Takes out of an OpenAI Chat stream the one event that is there only because Weir asked for usage and the caller did
/// not: a chunk whose <c>choices</c> is an empty array and whose <c>usage</c> is an object. Everything else goes out as
/// the bytes that came in, also the <c>"usage":null</c> that OpenAI then puts on every other chunk: clients take an
/// explicit null, and taking it out would mean writing each chunk anew. Not thread-safe.
/// </summary>
/// <remarks>
/// What is held back: an event goes out as soon as it is known not to be that one, which is when its <c>choices</c> opens
/// with an element, or when a line is no data. With the vendor's order of members that is within the first 200 bytes.
/// Only an event whose <c>choices</c> has not come is held to its blank line, and none beyond
/// <see cref="LongestHeld"/>, for the usage chunk has a few hundred bytes.
/// </remarks>
internal sealed class OpenAIUsageChunkFilter : IDisposable
{
    /// <summary>The largest event that is held back, in bytes.</summary>
    public const int LongestHeld = 16 * 1024;

    private PooledBytes held;
    private bool passing;
    private bool insideLine;
    private State state;

    /// <summary>Takes the next bytes and appends what may leave.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, PooledBuffer to)
    {
        while (!bytes.IsEmpty)
        {
            var length = NextPart(bytes, out var ended);
            Take(bytes[..length], ended, to);
            bytes = bytes[length..];
        }
    }

    /// <summary>The stream has ended: what is held leaves, unless it is the usage chunk without its blank line.</summary>
    public void Complete(PooledBuffer to)
    {
        if (!IsUsageChunk(held.Span))
        {
            to.Append(held.Span);
        }

        held.Clear();
    }

    /// <inheritdoc />
    public void Dispose() => held.Dispose();

    private void Take(ReadOnlySpan<byte> part, bool ended, PooledBuffer to)
    {
        if (state == State.DropFeed)
        {
            // The line feed of the removed event's last CRLF.
            state = State.None;
            return;
        }

        if (passing)
        {
            to.Append(part);
            passing = !ended;
            return;
        }

        // Most events come whole and need no copy.
        if (held.Length == 0 && (ended || IsAnother(part)))
        {
            if (!ended || !IsUsageChunk(part))
            {
                to.Append(part);
                passing = !ended;
            }
            else
            {
                OnRemoved();
            }

            return;
        }

        held.Append(part);
        var whole = held.Span;
        if (ended && IsUsageChunk(whole))
        {
            OnRemoved();
        }
        else if (ended || whole.Length > LongestHeld || IsAnother(whole))
        {
            to.Append(whole);
            passing = !ended;
        }
        else
        {
            return;
        }

        held.Clear();
    }

    private void OnRemoved() => state = state == State.MayFeed ? State.MayDropFeed : State.None;

    /// <summary>
    /// The length of the next part of one event; <paramref name="ended"/> when its blank line is in it. A line feed that
    /// belongs to a carriage return at the end of the chunk before is a part of its own.
    /// </summary>
    private int NextPart(ReadOnlySpan<byte> bytes, out bool ended)
    {
        ended = false;
        var begun = state;
        state = State.None;
        if (begun != State.None && bytes[0] == (byte)'\n')
        {
            // It neither begins a line nor ends one. Behind an event that was sent it is sent too, ahead of the next.
            state = begun == State.MayDropFeed ? State.DropFeed : State.None;
            ended = begun != State.MayFeedInside && !passing && held.Length == 0;
            return 1;
        }

        for (var at = 0; at < bytes.Length; )
        {
            var end = bytes[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                insideLine = true;
                return bytes.Length;
            }

            var blank = !insideLine && end == 0;
            insideLine = false;
            at += end + 1;
            if (bytes[at - 1] == (byte)'\r')
            {
                if (at == bytes.Length)
                {
                    state = blank ? State.MayFeed : State.MayFeedInside;
                }
                else if (bytes[at] == (byte)'\n')
                {
                    at++;
                }
            }

            if (blank)
            {
                ended = true;
                return at;
            }
        }

        return bytes.Length;
    }

    /// <summary>Whether what there is of an event shows already that it is not the usage chunk.</summary>
    private static bool IsAnother(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("data:"u8))
        {
            return !"data:"u8.StartsWith(text);
        }

        var at = text.IndexOf("\"choices\":"u8);
        if (at < 0)
        {
            return text is [_, _, _, _, _, (byte)' ', (byte)'[', ..] or [_, _, _, _, _, (byte)'[', ..];
        }

        var value = text[(at + "\"choices\":"u8.Length)..].TrimStart(" \t"u8);
        return value is [(byte)'[', .. var inside]
            && inside.TrimStart(" \t"u8) is { IsEmpty: false } first
            && first[0] != (byte)']';
    }

    private static bool IsUsageChunk(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("data:"u8) || IsAnother(text))
        {
            return false;
        }

        // A second line has a field of its own, however much it looks like the rest of the first.
        var line = text["data:"u8.Length..];
        var end = line.IndexOfAny((byte)'\n', (byte)'\r');
        var cursor = new JsonCursor(end < 0 ? line : line[..end]);
        if ((end >= 0 && !line[end..].Trim("\r\n"u8).IsEmpty) || !cursor.EnterObject())
        {
            return false;
        }

        var noChoices = false;
        var usage = false;
        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "choices"u8) && cursor.EnterArray())
            {
                noChoices = !cursor.NextElement();
                if (!noChoices)
                {
                    return false;
                }
            }
            else
            {
                usage |= JsonText.Is(name, escaped, "usage"u8) && cursor.Peek() == JsonKind.Object;
                cursor.Skip();
            }
        }

        return noChoices && usage && cursor.AtEnd();
    }

    private enum State : byte
    {
        /// <summary>Nothing is open.</summary>
        None,

        /// <summary>A line inside an event ended with a carriage return, to which a line feed may still belong.</summary>
        MayFeedInside,

        /// <summary>So did the blank line of an event that was let go.</summary>
        MayFeed,

        /// <summary>So did the blank line of the event that was removed.</summary>
        MayDropFeed,

        /// <summary>The part at hand is that line feed.</summary>
        DropFeed,
    }
}
