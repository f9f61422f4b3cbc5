namespace Weir.Fuzz.Plain;

/// <summary>One server-sent event with the bytes that it came in, its blank line included.</summary>
internal sealed record PlainEvent(string Name, string Data, bool HasData, byte[] Raw, int Lines);

/// <summary>
/// Server-sent events as the HTML standard tells to read them, from the whole stream; texts are Latin-1, so that every
/// byte is one character. A last event without its blank line counts.
/// </summary>
internal static class PlainEvents
{
    public static List<PlainEvent> Read(byte[] stream)
    {
        var text = System.Text.Encoding.Latin1.GetString(stream);
        var events = new List<PlainEvent>();
        var at = text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? 3 : 0;
        var (start, name, data, lines) = (0, "", (string?)null, 0);
        while (at < text.Length)
        {
            var end = text.IndexOfAny(['\r', '\n'], at);
            var line = end < 0 ? text[at..] : text[at..end];
            at =
                end < 0 ? text.Length
                : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2
                : end + 1;
            if (line.Length == 0)
            {
                events.Add(new PlainEvent(name, data ?? "", data is not null, stream[start..at], lines));
                (start, name, data, lines) = (at, "", null, 0);
                continue;
            }

            lines++;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            value = value.StartsWith(' ') ? value[1..] : value;
            if (field == "data")
            {
                data = data is null ? value : $"{data}\n{value}";
            }
            else if (field == "event")
            {
                name = value;
            }
        }

        if (start < text.Length)
        {
            events.Add(new PlainEvent(name, data ?? "", data is not null, stream[start..], lines));
        }

        return events;
    }
}
