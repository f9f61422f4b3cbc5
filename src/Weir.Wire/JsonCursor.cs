using System.Buffers;

namespace Weir.Wire;

/// <summary>What a JSON value is, by its first byte.</summary>
public enum JsonKind : byte
{
    /// <summary>No value stands here.</summary>
    None,

    /// <summary>An opening brace.</summary>
    Object,

    /// <summary>An opening bracket.</summary>
    Array,

    /// <summary>A quote.</summary>
    String,

    /// <summary>A digit or a minus.</summary>
    Number,

    /// <summary><c>true</c>, by its first letter.</summary>
    True,

    /// <summary><c>false</c>, by its first letter.</summary>
    False,

    /// <summary><c>null</c>, by its first letter.</summary>
    Null,
}

/// <summary>
/// A forward reader over JSON bytes that never throws and never allocates: the first fault sets <see cref="Failed"/>,
/// and from then on every call says no. The levels that are entered are read strictly; what is skipped is matched by its
/// brackets alone (see <see cref="JsonStructure"/>). Of each property or element the value must be read or skipped
/// once before the next is asked for.
/// </summary>
public ref struct JsonCursor(ReadOnlySpan<byte> json)
{
    /// <summary>Real tool schemas nest far less; nothing here recurses, so the bound guards those who read after us.</summary>
    public const int MaxDepth = 256;

    private static readonly SearchValues<byte> StringStops = SearchValues.Create([
        (byte)'"',
        (byte)'\\',
        .. Enumerable.Range(0, 32).Select(b => (byte)b),
    ]);

    private readonly ReadOnlySpan<byte> json = json;
    private int at;
    private bool opened;

    /// <summary>Whether a fault was met.</summary>
    public bool Failed { get; private set; }

    /// <summary>Whether the fault was nesting above <see cref="MaxDepth"/>.</summary>
    public bool WasTooDeep { get; private set; }

    /// <summary>The offset of the next byte to read.</summary>
    public readonly int Position => at;

    /// <summary>Passes over white space and tells what comes next.</summary>
    public JsonKind Peek()
    {
        SkipWhiteSpace();
        if (Failed || at >= json.Length)
        {
            return JsonKind.None;
        }

        return json[at] switch
        {
            (byte)'{' => JsonKind.Object,
            (byte)'[' => JsonKind.Array,
            (byte)'"' => JsonKind.String,
            (byte)'t' => JsonKind.True,
            (byte)'f' => JsonKind.False,
            (byte)'n' => JsonKind.Null,
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => JsonKind.Number,
            _ => JsonKind.None,
        };
    }

    /// <summary>Steps into the object that comes next; when something else does, stays before it and says no.</summary>
    public bool EnterObject() => Enter(JsonKind.Object);

    /// <summary>Steps into the array that comes next; when something else does, stays before it and says no.</summary>
    public bool EnterArray() => Enter(JsonKind.Array);

    /// <summary>Moves to the next property's value; at the object's end steps out and says no.</summary>
    public bool NextProperty(out ReadOnlySpan<byte> name, out bool escaped)
    {
        name = default;
        escaped = false;
        if (!NextItem((byte)'}') || !ReadString(out name, out escaped))
        {
            return false;
        }

        SkipWhiteSpace();
        if (at >= json.Length || json[at] != (byte)':')
        {
            return Fail();
        }

        at++;
        return true;
    }

    /// <summary>Moves to the next element; at the array's end steps out and says no.</summary>
    public bool NextElement() => NextItem((byte)']');

    /// <summary>Reads a string, without its quotes, as it stands in the bytes.</summary>
    public bool ReadString(out ReadOnlySpan<byte> raw, out bool escaped)
    {
        raw = default;
        escaped = false;
        if (Peek() != JsonKind.String)
        {
            return Fail();
        }

        var start = at + 1;
        var end = start;
        while (true)
        {
            var stop = json[end..].IndexOfAny(StringStops);
            if (stop < 0 || json[end + stop] < 0x20)
            {
                return Fail();
            }

            end += stop;
            if (json[end] == (byte)'"')
            {
                raw = json[start..end];
                at = end + 1;
                opened = false;
                return !escaped || JsonText.HasValidEscapes(raw) || Fail();
            }

            escaped = true;
            end += 2;
            if (end > json.Length)
            {
                return Fail();
            }
        }
    }

    /// <summary>Reads <c>true</c> or <c>false</c>; of anything else, skips it and says no.</summary>
    public bool ReadBool(out bool value)
    {
        var kind = Peek();
        value = kind == JsonKind.True;
        Skip();
        return !Failed && kind is JsonKind.True or JsonKind.False;
    }

    /// <summary>Reads a token count: a whole number from 0 to <see cref="MaxCount"/>, written in digits; of anything else, skips it and gives null.</summary>
    public long? ReadCount()
    {
        var kind = Peek();
        var digits = Skip();
        if (Failed || kind != JsonKind.Number || digits.Length > 13)
        {
            return null;
        }

        long value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return null;
            }

            value = (value * 10) + (digit - '0');
        }

        return value <= MaxCount ? value : null;
    }

    /// <summary>The highest count that is believed: a price of thousands of dollars a million still fits a long with it.</summary>
    public const long MaxCount = 10_000_000_000;

    /// <summary>Passes over the next value and returns its bytes; empty when it failed.</summary>
    public ReadOnlySpan<byte> Skip()
    {
        var kind = Peek();
        var start = at;
        var ok = kind switch
        {
            JsonKind.Object or JsonKind.Array => SkipContainer(),
            JsonKind.String => ReadString(out _, out _),
            JsonKind.Number => SkipNumber(),
            JsonKind.True => SkipLiteral("true"u8),
            JsonKind.False => SkipLiteral("false"u8),
            JsonKind.Null => SkipLiteral("null"u8),
            _ => Fail(),
        };
        return ok ? json[start..at] : default;
    }

    /// <summary>
    /// As <see cref="Skip"/>, but of a string seeks the end alone: for large texts that nobody reads. A string's bytes
    /// come with their quotes.
    /// </summary>
    public ReadOnlySpan<byte> Pass()
    {
        if (Peek() != JsonKind.String)
        {
            return Skip();
        }

        opened = false;
        var start = at;
        var end = JsonStructure.SkipString(json, start);
        if (end < 0)
        {
            Fail();
            return default;
        }

        at = end;
        return json[start..end];
    }

    /// <summary>Whether nothing but white space is left.</summary>
    public bool AtEnd()
    {
        SkipWhiteSpace();
        return !Failed && at >= json.Length;
    }

    private bool Enter(JsonKind kind)
    {
        if (Peek() != kind)
        {
            return false;
        }

        at++;
        opened = true;
        return true;
    }

    private bool NextItem(byte close)
    {
        if (Failed)
        {
            return false;
        }

        SkipWhiteSpace();
        if (at >= json.Length)
        {
            return Fail();
        }

        var first = opened;
        opened = false;
        if (json[at] == close)
        {
            at++;
            return false;
        }

        if (first)
        {
            return true;
        }

        if (json[at] != (byte)',')
        {
            return Fail();
        }

        at++;
        return true;
    }

    private bool SkipContainer()
    {
        opened = false;
        var end = JsonStructure.SkipContainer(json, at, MaxDepth);
        if (end < 0)
        {
            WasTooDeep = end == JsonStructure.TooDeep;
            return Fail();
        }

        at = end;
        return true;
    }

    private bool SkipLiteral(ReadOnlySpan<byte> literal)
    {
        opened = false;
        if (!json[at..].StartsWith(literal))
        {
            return Fail();
        }

        at += literal.Length;
        return true;
    }

    private bool SkipNumber()
    {
        opened = false;
        if (json[at] == (byte)'-')
        {
            at++;
        }

        var whole = SkipDigits();
        if (whole == 0 || (whole > 1 && json[at - whole] == (byte)'0'))
        {
            return Fail();
        }

        if (at < json.Length && json[at] == (byte)'.')
        {
            at++;
            if (SkipDigits() == 0)
            {
                return Fail();
            }
        }

        if (at < json.Length && (json[at] | 0x20) == (byte)'e')
        {
            at++;
            if (at < json.Length && json[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            if (SkipDigits() == 0)
            {
                return Fail();
            }
        }

        return true;
    }

    private int SkipDigits()
    {
        var start = at;
        while (at < json.Length && json[at] is >= (byte)'0' and <= (byte)'9')
        {
            at++;
        }

        return at - start;
    }

    private void SkipWhiteSpace()
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }
    }

    private bool Fail()
    {
        Failed = true;
        return false;
    }
}
