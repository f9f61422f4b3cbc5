using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Translation;

/// <summary>
/// Writes JSON to a buffer from pieces that are JSON already: texts with their escapes, values as they stood. Commas are put
/// where they belong; that objects and arrays are closed is the writer's care. Names are ASCII without escapes. Not
/// thread-safe.
/// </summary>
internal sealed class JsonOut(PooledBuffer to)
{
    private static readonly SearchValues<byte> Special = SearchValues.Create([
        (byte)'"',
        (byte)'\\',
        .. Enumerable.Range(0, 32).Select(b => (byte)b),
    ]);

    private bool afterValue;

    /// <summary>Where it writes.</summary>
    public PooledBuffer Buffer => to;

    /// <summary>Begins a new document behind whatever has been written.</summary>
    public void Restart() => afterValue = false;

    /// <summary>Opens an object.</summary>
    public void Object()
    {
        Comma();
        to.Append("{"u8);
        afterValue = false;
    }

    /// <summary>Opens an object that is the value of a property.</summary>
    public void Object(ReadOnlySpan<byte> name)
    {
        Name(name);
        Object();
    }

    /// <summary>Closes an object.</summary>
    public void EndObject()
    {
        to.Append("}"u8);
        afterValue = true;
    }

    /// <summary>Opens an array.</summary>
    public void Array()
    {
        Comma();
        to.Append("["u8);
        afterValue = false;
    }

    /// <summary>Opens an array that is the value of a property.</summary>
    public void Array(ReadOnlySpan<byte> name)
    {
        Name(name);
        Array();
    }

    /// <summary>Closes an array.</summary>
    public void EndArray()
    {
        to.Append("]"u8);
        afterValue = true;
    }

    /// <summary>The name of the property whose value comes next.</summary>
    public void Name(ReadOnlySpan<byte> name)
    {
        var room = to.Reserve(name.Length + 4);
        var at = 0;
        if (afterValue)
        {
            room[at++] = (byte)',';
        }

        room[at++] = (byte)'"';
        name.CopyTo(room[at..]);
        at += name.Length;
        room[at++] = (byte)'"';
        room[at++] = (byte)':';
        to.Advance(at);
        afterValue = false;
    }

    /// <summary>A text that is escaped already.</summary>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        var room = to.Reserve(escaped.Length + 3);
        var at = 0;
        if (afterValue)
        {
            room[at++] = (byte)',';
        }

        room[at++] = (byte)'"';
        escaped.CopyTo(room[at..]);
        at += escaped.Length;
        room[at++] = (byte)'"';
        to.Advance(at);
        afterValue = true;
    }

    /// <inheritdoc cref="Text(ReadOnlySpan{byte})" />
    public void Text(RawText text) => Text(text.Span);

    /// <inheritdoc cref="Text(ReadOnlySpan{byte})" />
    public void Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> escaped)
    {
        Name(name);
        Text(escaped);
    }

    /// <inheritdoc cref="Text(ReadOnlySpan{byte})" />
    public void Text(ReadOnlySpan<byte> name, RawText text) => Text(name, text.Span);

    /// <summary>A text that is not escaped yet.</summary>
    public void Plain(ReadOnlySpan<byte> name, string text) =>
        Text(name, JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);

    /// <summary>A value that is JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        Comma();
        to.Append(json);
        afterValue = true;
    }

    /// <inheritdoc cref="Raw(ReadOnlySpan{byte})" />
    public void Raw(ReadOnlySpan<byte> name, ReadOnlySpan<byte> json)
    {
        Name(name);
        Raw(json);
    }

    /// <summary>A value that is JSON already, in one line: an event's data must be one.</summary>
    public void RawLine(ReadOnlySpan<byte> name, ReadOnlySpan<byte> json)
    {
        Name(name);
        for (var end = json.IndexOfAny("\r\n"u8); end >= 0; end = json.IndexOfAny("\r\n"u8))
        {
            // Inside a string no line ends.
            to.Append(json[..end]);
            json = json[(end + 1)..];
        }

        Raw(json);
    }

    /// <summary>A number.</summary>
    public void Number(ReadOnlySpan<byte> name, long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var count);
        Raw(name, digits[..count]);
    }

    /// <summary>True or false.</summary>
    public void Bool(ReadOnlySpan<byte> name, bool value) => Raw(name, value ? "true"u8 : "false"u8);

    /// <summary>Nothing.</summary>
    public void Null(ReadOnlySpan<byte> name) => Raw(name, "null"u8);

    /// <summary>Opens a text that is written in pieces by <see cref="Piece"/> and <see cref="Quote"/>.</summary>
    public void OpenText()
    {
        Comma();
        to.Append("\""u8);
    }

    /// <summary>A piece of an open text, escaped already.</summary>
    public void Piece(ReadOnlySpan<byte> escaped) => to.Append(escaped);

    /// <summary>A piece of an open text that is escaped here: UTF-8, a JSON value for one.</summary>
    public void Quote(ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            var stop = utf8.IndexOfAny(Special);
            if (stop < 0)
            {
                to.Append(utf8);
                return;
            }

            to.Append(utf8[..stop]);
            var b = utf8[stop];
            switch (b)
            {
                case (byte)'"':
                    to.Append("\\\""u8);
                    break;
                case (byte)'\\':
                    to.Append("\\\\"u8);
                    break;
                case (byte)'\n':
                    to.Append("\\n"u8);
                    break;
                case (byte)'\r':
                    to.Append("\\r"u8);
                    break;
                case (byte)'\t':
                    to.Append("\\t"u8);
                    break;
                default:
                    to.Append("\\u00"u8);
                    to.Append([Hex(b >> 4), Hex(b & 15)]);
                    break;
            }

            utf8 = utf8[(stop + 1)..];
        }
    }

    /// <summary>Closes an open text.</summary>
    public void CloseText()
    {
        to.Append("\""u8);
        afterValue = true;
    }

    private static byte Hex(int digit) => (byte)"0123456789abcdef"[digit];

    private void Comma()
    {
        if (afterValue)
        {
            to.Append(","u8);
            afterValue = false;
        }
    }
}
