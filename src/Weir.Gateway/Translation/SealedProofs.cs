using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Translation;

/// <summary>
/// Takes out of a request what Weir sealed for a provider of another dialect. A session that began there goes on, in the
/// caller's dialect, with a provider that would refuse such thinking: it is nobody's signature. All other bytes stay as they
/// are. Pure.
/// </summary>
internal static class SealedProofs
{
    /// <summary>How a sealed proof begins where a dialect has bytes as base64 (Gemini).</summary>
    private static ReadOnlySpan<byte> Base64Mark => "d2VpcjEu"u8;

    private static ReadOnlySpan<byte> Mark => "weir1."u8;

    /// <summary>The body without them; null when it has none, or is not well-formed.</summary>
    public static byte[]? Without(Dialect dialect, ReadOnlyMemory<byte> body)
    {
        // Nearly every request ends here, after one vectorised pass.
        if (body.Span.IndexOf(dialect == Dialect.Gemini ? Base64Mark : Mark) < 0)
        {
            return null;
        }

        try
        {
            var cuts = new List<Range>();
            var root = JsonValue.Parse(body);
            foreach (
                var turn in root.Get(
                        dialect switch
                        {
                            Dialect.OpenAIResponses => "input"u8,
                            Dialect.Gemini => "contents"u8,
                            _ => "messages"u8,
                        }
                    )
                    .Items()
            )
            {
                Look(dialect, body, turn, cuts);
            }

            return cuts.Count == 0 ? null : Cut(body.Span, cuts);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Look(Dialect dialect, ReadOnlyMemory<byte> body, JsonValue turn, List<Range> cuts)
    {
        switch (dialect)
        {
            case Dialect.OpenAIResponses:
                if (turn.Text("encrypted_content"u8).StartsWith(Mark))
                {
                    cuts.Add(Place(body, turn));
                }

                break;
            case Dialect.OpenAIChat:
                if (turn.Get("reasoning_details"u8) is { ValueKind: JsonValueKind.Array } details)
                {
                    LookInside(body, details, "data"u8, Mark, whole: true, cuts);
                }

                break;
            case Dialect.Gemini:
                LookInside(body, turn.Get("parts"u8), "thoughtSignature"u8, Base64Mark, whole: false, cuts);
                break;
            default:
                LookInside(body, turn.Get("content"u8), "signature"u8, Mark, whole: true, cuts);
                break;
        }
    }

    private static void LookInside(
        ReadOnlyMemory<byte> body,
        JsonValue items,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> mark,
        bool whole,
        List<Range> cuts
    )
    {
        foreach (var item in items.Items())
        {
            if (!item.Text(name).StartsWith(mark))
            {
                continue;
            }

            if (whole)
            {
                cuts.Add(Place(body, item));
                continue;
            }

            foreach (var member in item.Members())
            {
                if (member.NameEquals(name))
                {
                    // From the name's quote to the value's end.
                    body.Span.Overlaps(member.Name, out var at);
                    cuts.Add((at - 1)..Place(body, member.Value).End);
                }
            }
        }
    }

    private static Range Place(ReadOnlyMemory<byte> body, JsonValue value)
    {
        body.Span.Overlaps(value.Raw, out var at);
        return at..(at + value.Raw.Length);
    }

    /// <summary>The bytes without these places, each with one of the commas beside it.</summary>
    private static byte[] Cut(ReadOnlySpan<byte> body, List<Range> cuts)
    {
        var left = new List<byte>(body.Length);
        var done = 0;
        foreach (var cut in cuts)
        {
            var (start, end) = (cut.Start.Value, cut.End.Value);
            left.AddRange(body[done..start]);
            done = end;
            var behind = end;
            while (behind < body.Length && IsSpace(body[behind]))
            {
                behind++;
            }

            if (behind < body.Length && body[behind] == (byte)',')
            {
                done = behind + 1;
                continue;
            }

            // The last of its list: the comma before it goes.
            var before = left.Count - 1;
            while (before >= 0 && IsSpace(left[before]))
            {
                before--;
            }

            if (before >= 0 && left[before] == (byte)',')
            {
                left.RemoveRange(before, left.Count - before);
            }
        }

        left.AddRange(body[done..]);
        return [.. left];
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
}
