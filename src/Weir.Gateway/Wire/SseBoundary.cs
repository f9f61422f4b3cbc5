using Weir.Foundation;

namespace Weir.Gateway.Wire;

/// <summary>
/// Follows a stream of server-sent events and tells whether it stands between two events, where a ping may be put in
/// without breaking one. A carriage return at the end of a chunk leaves it undecided, for a line feed may still belong
/// to it: that is no boundary. Not thread-safe; a default value stands at the stream's beginning.
/// </summary>
internal struct SseBoundary
{
    private static readonly byte[] AnthropicPing = "event: ping\ndata: {\"type\": \"ping\"}\n\n"u8.ToArray();
    private static readonly byte[] CommentPing = ": ping\n\n"u8.ToArray();

    private bool insideLine;
    private bool insideEvent;
    private bool afterReturn;

    /// <summary>Whether the stream stands at its beginning or behind a blank line.</summary>
    public readonly bool AtBoundary => !insideLine && !insideEvent && !afterReturn;

    /// <summary>The ping that a dialect's clients understand; empty where there is none (Gemini's have no word for it).</summary>
    public static ReadOnlyMemory<byte> Ping(Dialect dialect) =>
        dialect switch
        {
            Dialect.AnthropicMessages => AnthropicPing,
            Dialect.OpenAIChat or Dialect.OpenAIResponses => CommentPing,
            _ => ReadOnlyMemory<byte>.Empty,
        };

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (afterReturn && !bytes.IsEmpty)
        {
            afterReturn = false;
            if (bytes[0] == (byte)'\n')
            {
                bytes = bytes[1..];
            }
        }

        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                insideLine = true;
                return;
            }

            insideEvent = insideLine || end > 0;
            insideLine = false;
            var terminator = bytes[end];
            bytes = bytes[(end + 1)..];
            if (terminator == (byte)'\r')
            {
                if (bytes.IsEmpty)
                {
                    afterReturn = true;
                }
                else if (bytes[0] == (byte)'\n')
                {
                    bytes = bytes[1..];
                }
            }
        }
    }
}
