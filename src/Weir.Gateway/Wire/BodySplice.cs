using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Gateway.Wire;

/// <summary>
/// The named edits of a request body, as splices: what is not edited goes out as the very bytes that came in, never
/// copied and never written anew.
/// </summary>
internal static class BodySplice
{
    private static readonly byte[] IncludeUsageMember = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] IncludeUsageMemberAndMore = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] Options = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] OptionsMember = "\"stream_options\":{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] OptionsMemberAndMore = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();
    private static readonly byte[] True = "true"u8.ToArray();

    /// <summary>
    /// The body with the edits made, in order, as segments of the body and of the new text. Without an edit it is one
    /// segment: the body itself.
    /// </summary>
    /// <param name="body">The body that <paramref name="head"/> was read from.</param>
    /// <param name="head">A head without a fault.</param>
    /// <param name="model">The model to ask for; null, or the one that stands there, leaves it. A body that names no model stays without one.</param>
    /// <param name="includeUsage">Whether to see to it that <c>stream_options.include_usage</c> is true.</param>
    /// <param name="more">Other edits of the same body, which touch neither; null for none.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Apply(
        ReadOnlyMemory<byte> body,
        in RequestHead head,
        string? model,
        bool includeUsage,
        IReadOnlyCollection<BodyEdit>? more = null
    )
    {
        var edits = new List<BodyEdit>(2);
        if (model is not null && head.Model is not null && model != head.Model)
        {
            edits.Add(At(head.ModelAt, Quote(model)));
        }

        if (includeUsage && head.IncludeUsage != true)
        {
            edits.Add(UsageEdit(body.Span, head));
        }

        if (more is not null)
        {
            edits.AddRange(more);
        }

        return Apply(body, edits);
    }

    /// <summary>The body with these edits made, as segments. No two of them take away the same byte; the list is put in order.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Apply(ReadOnlyMemory<byte> body, List<BodyEdit> edits)
    {
        if (edits.Count == 0)
        {
            return [body];
        }

        // What is put in stands before what is taken away at the same place.
        edits.Sort(static (a, b) => (a.Start, a.End).CompareTo((b.Start, b.End)));
        var segments = new List<ReadOnlyMemory<byte>>((edits.Count * 2) + 1);
        var done = 0;
        foreach (var edit in edits)
        {
            Add(segments, body[done..edit.Start]);
            Add(segments, edit.Text);
            done = edit.End;
        }

        Add(segments, body[done..]);
        return segments;
    }

    /// <summary>Segments in one piece: the only one as it is, else a copy.</summary>
    public static ReadOnlyMemory<byte> Flat(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        if (segments.Count == 1)
        {
            return segments[0];
        }

        var whole = new byte[LengthOf(segments)];
        var at = 0;
        foreach (var segment in segments)
        {
            segment.CopyTo(whole.AsMemory(at));
            at += segment.Length;
        }

        return whole;
    }

    /// <summary>The segments' length together, in bytes.</summary>
    public static long LengthOf(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        var length = 0L;
        foreach (var segment in segments)
        {
            length += segment.Length;
        }

        return length;
    }

    private static BodyEdit UsageEdit(ReadOnlySpan<byte> body, in RequestHead head)
    {
        if (!IsEmpty(head.IncludeUsageAt))
        {
            return At(head.IncludeUsageAt, True);
        }

        if (!IsEmpty(head.StreamOptionsAt))
        {
            var start = head.StreamOptionsAt.Start.Value;
            if (body[start] != (byte)'{')
            {
                return At(head.StreamOptionsAt, Options);
            }

            var inside = start + 1;
            return At(inside..inside, OpensEmpty(body[inside..]) ? IncludeUsageMember : IncludeUsageMemberAndMore);
        }

        var first = body.IndexOf((byte)'{') + 1;
        return At(first..first, OpensEmpty(body[first..]) ? OptionsMember : OptionsMemberAndMore);
    }

    private static bool OpensEmpty(ReadOnlySpan<byte> inside) => inside.TrimStart(" \t\r\n"u8) is [(byte)'}', ..];

    private static bool IsEmpty(Range range) => range.Start.Value == range.End.Value;

    private static byte[] Quote(string text)
    {
        var inner = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        var quoted = new byte[inner.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        inner.CopyTo(quoted.AsSpan(1));
        return quoted;
    }

    private static void Add(List<ReadOnlyMemory<byte>> segments, ReadOnlyMemory<byte> segment)
    {
        if (!segment.IsEmpty)
        {
            segments.Add(segment);
        }
    }

    private static BodyEdit At(Range at, ReadOnlyMemory<byte> text) => new(at.Start.Value, at.End.Value, text);
}
