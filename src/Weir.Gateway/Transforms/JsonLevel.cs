using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Gateway.Wire;
using Weir.Wire;

namespace Weir.Gateway.Transforms;

/// <summary>One object or array of an <see cref="OpenedBody"/>, with all that stands on it.</summary>
internal sealed class JsonLevel
{
    private readonly OpenedBody body;
    private readonly ReadOnlyMemory<byte> json;
    private readonly int inside;
    private readonly List<JsonItem> items = [];

    private JsonLevel(OpenedBody body, ReadOnlyMemory<byte> json, int inside, bool isArray)
    {
        this.body = body;
        this.json = json;
        this.inside = inside;
        IsArray = isArray;
    }

    /// <summary>Whether it is an array; else an object.</summary>
    public bool IsArray { get; }

    /// <summary>What is there now, in order.</summary>
    public IEnumerable<JsonItem> Items => items.Where(item => !item.IsGone);

    /// <summary>The level that begins at an offset; null for what is no object or array, and when it cannot be read.</summary>
    public static JsonLevel? Open(OpenedBody body, ReadOnlyMemory<byte> json, int at)
    {
        var cursor = new JsonCursor(json.Span[at..]);
        var isArray = cursor.Peek() == JsonKind.Array;
        if (!cursor.EnterObject() && !cursor.EnterArray())
        {
            return null;
        }

        var level = new JsonLevel(body, json, at + cursor.Position, isArray);
        var isWhole = isArray ? level.ReadElements(ref cursor, at) : level.ReadMembers(ref cursor, at);
        if (isWhole && !cursor.Failed)
        {
            return level;
        }

        body.Distrust();
        return null;
    }

    /// <summary>What a name means here: members, or one element; empty for nothing.</summary>
    public List<JsonItem> Find(ReadOnlySpan<byte> token)
    {
        var found = new List<JsonItem>();
        var index = IsArray ? JsonPointer.IndexOf(token) : -1;
        var other = body.HasTwoSpellings && !IsArray ? JsonPointer.OtherSpelling(token) : [];
        foreach (var item in Items)
        {
            if (IsArray ? index-- == 0 : HasName(item, token) || (other.Length > 0 && HasName(item, other)))
            {
                found.Add(item);
            }
        }

        return found;
    }

    /// <summary>Looks inside a value; null for one that is no object or array, and when it cannot be read.</summary>
    public JsonLevel? Enter(JsonItem item) =>
        item.Level ??= item.Value is { } value ? Open(body, value, 0) : Open(body, json, item.ValueAt);

    /// <summary>The JSON of a value, as it is now where it is no object or array.</summary>
    public ReadOnlySpan<byte> TextOf(JsonItem item) => (item.Value ?? json[item.ValueAt..item.End]).Span;

    /// <summary>The text of a string, its added part aside; null for what is no text, and for one of more than 64 bytes.</summary>
    public string? WordOf(JsonItem item)
    {
        var cursor = new JsonCursor(TextOf(item));
        return cursor.Peek() == JsonKind.String && cursor.ReadString(out var raw, out var escaped)
            ? JsonText.ToText(raw, escaped, 64)
            : null;
    }

    /// <summary>Gives an item another value.</summary>
    public static void Put(JsonItem item, ReadOnlyMemory<byte> value)
    {
        item.Value = value;
        item.Level = null;
        item.Added = [];
    }

    /// <summary>Puts a member last.</summary>
    public JsonItem Add(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value)
    {
        var item = new JsonItem { Name = name, Value = value };
        items.Add(item);
        return item;
    }

    /// <summary>Puts an element behind another, or first.</summary>
    public void AddElement(ReadOnlyMemory<byte> value, JsonItem? behind) =>
        items.Insert(behind is null ? 0 : items.IndexOf(behind) + 1, new JsonItem { Value = value });

    /// <summary>Puts an element last.</summary>
    public void AddElement(ReadOnlyMemory<byte> value) => items.Add(new JsonItem { Value = value });

    /// <summary>Adds to the end of a string, whose own bytes stay. False when the value is none.</summary>
    /// <param name="item">The item.</param>
    /// <param name="text">The inside of a JSON string: escaped, without quotes.</param>
    /// <param name="between">What parts it from what is there; nothing is put before the first.</param>
    public bool Lengthen(JsonItem item, ReadOnlySpan<byte> text, ReadOnlySpan<byte> between)
    {
        var now = TextOf(item);
        if (now[0] != (byte)'"')
        {
            return false;
        }

        byte[] added = now.Length == 2 && item.Added.Length == 0 ? [.. text] : [.. between, .. text];
        if (item.Value is null)
        {
            item.Added = [.. item.Added, .. added];
        }
        else
        {
            item.Value = (byte[])[.. now[..^1], .. added, (byte)'"'];
        }

        return true;
    }

    /// <summary>Adds what became of the level to the edits of its bytes.</summary>
    public void Tell(List<BodyEdit> edits)
    {
        JsonItem? kept = null;
        JsonItem? firstGone = null;
        JsonItem? lastGone = null;
        var fresh = new List<JsonItem>();
        foreach (var item in items)
        {
            if (!item.IsOriginal)
            {
                if (!item.IsGone)
                {
                    fresh.Add(item);
                }

                continue;
            }

            if (item.IsGone)
            {
                firstGone ??= item;
                lastGone = item;
                continue;
            }

            // Between two that stay, or before the first: each comma goes with what stands before it.
            if (firstGone is not null || (kept is null && fresh.Count > 0))
            {
                edits.Add(new BodyEdit((firstGone ?? item).Start, item.Start, Joined(fresh, after: true)));
            }
            else if (fresh.Count > 0)
            {
                edits.Add(new BodyEdit(kept!.End, kept.End, Joined(fresh, before: true)));
            }

            TellOf(item, edits);
            (kept, firstGone, lastGone) = (item, null, null);
            fresh.Clear();
        }

        if (firstGone is null && fresh.Count == 0)
        {
            return;
        }

        var (start, end) = kept is null ? (firstGone?.Start ?? inside, inside) : (kept.End, kept.End);
        edits.Add(new BodyEdit(start, Math.Max(lastGone?.End ?? end, start), Joined(fresh, before: kept is not null)));
    }

    private void TellOf(JsonItem item, List<BodyEdit> edits)
    {
        if (item.Name is { } name)
        {
            edits.Add(new BodyEdit(item.Start, item.NameEnd, Quoted(name.Span)));
        }

        if (item.Value is not null)
        {
            edits.Add(new BodyEdit(item.ValueAt, item.End, Fresh(item)));
            return;
        }

        item.Level?.Tell(edits);
        if (item.Added.Length > 0)
        {
            edits.Add(new BodyEdit(item.End - 1, item.End - 1, item.Added));
        }
    }

    private byte[] Joined(List<JsonItem> fresh, bool before = false, bool after = false)
    {
        var text = new List<byte>();
        foreach (var item in fresh)
        {
            if (before || (!after && text.Count > 0))
            {
                text.Add((byte)',');
            }

            if (!IsArray)
            {
                text.AddRange(Quoted(item.Name!.Value.Span));
                text.Add((byte)':');
            }

            text.AddRange(Fresh(item).Span);
            if (after)
            {
                text.Add((byte)',');
            }
        }

        return [.. text];
    }

    /// <summary>The JSON of a value that was given.</summary>
    private static ReadOnlyMemory<byte> Fresh(JsonItem item)
    {
        if (item.Level is not { } level)
        {
            return item.Value!.Value;
        }

        var edits = new List<BodyEdit>();
        level.Tell(edits);
        return BodySplice.Flat(BodySplice.Apply(item.Value!.Value, edits));
    }

    private static byte[] Quoted(ReadOnlySpan<byte> name) =>
        [
            (byte)'"',
            .. JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes,
            (byte)'"',
        ];

    private bool HasName(JsonItem item, ReadOnlySpan<byte> token)
    {
        if (item.Name is { } given)
        {
            return given.Span.SequenceEqual(token);
        }

        var raw = json.Span[(item.Start + 1)..(item.NameEnd - 1)];
        if (!item.IsEscaped)
        {
            return raw.SequenceEqual(token);
        }

        Span<byte> plain = stackalloc byte[2 * JsonPointer.LongestToken];
        var length = JsonText.Unescape(raw, plain);
        return length >= 0 && plain[..length].SequenceEqual(token);
    }

    private bool ReadMembers(ref JsonCursor cursor, int at)
    {
        var span = json.Span;
        var from = inside;
        while (cursor.NextProperty(out var raw, out var escaped))
        {
            // Between two members stand a comma and white space alone: the next quote opens the name.
            var start = from + span[from..].IndexOf((byte)'"');
            cursor.Peek();
            var value = at + cursor.Position;
            cursor.Pass();
            from = at + cursor.Position;
            items.Add(
                new JsonItem
                {
                    Start = start,
                    NameEnd = start + raw.Length + 2,
                    ValueAt = value,
                    End = from,
                    IsEscaped = escaped,
                }
            );
            if (!body.Counts())
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadElements(ref JsonCursor cursor, int at)
    {
        while (cursor.NextElement())
        {
            cursor.Peek();
            var start = at + cursor.Position;
            cursor.Pass();
            items.Add(
                new JsonItem
                {
                    Start = start,
                    NameEnd = start,
                    ValueAt = start,
                    End = at + cursor.Position,
                }
            );
            if (!body.Counts())
            {
                return false;
            }
        }

        return true;
    }
}
