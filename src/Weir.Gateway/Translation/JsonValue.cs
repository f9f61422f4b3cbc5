using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using Weir.Wire;

namespace Weir.Gateway.Translation;

/// <summary>
/// One JSON value inside a body, as it stands there. Of an object or array nothing is looked at before somebody enters it, and
/// what nobody enters (a schema, a tool's input) is passed on by its brackets: a request of a coding agent is nearly all of
/// that, and to take it apart would cost more than all the rest. The default value is "there is none". Entering a level that
/// is not well-formed throws <see cref="JsonException"/>, which whoever was given the body catches. Immutable.
/// </summary>
internal readonly struct JsonValue
{
    // Not a memory: to get at the bytes of one is dear where it is done for every property.
    private readonly byte[]? body;
    private readonly int start;
    private readonly int length;

    private JsonValue(byte[]? body, int start, int length)
    {
        this.body = body;
        this.start = start;
        this.length = length;
    }

    /// <summary>The value's bytes; empty when there is none.</summary>
    public ReadOnlySpan<byte> Raw => new(body, start, length);

    /// <summary>The value's memory; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Memory => new(body, start, length);

    /// <summary>What it is, by its first byte.</summary>
    public JsonValueKind ValueKind =>
        length == 0
            ? JsonValueKind.Undefined
            : body![start] switch
            {
                (byte)'{' => JsonValueKind.Object,
                (byte)'[' => JsonValueKind.Array,
                (byte)'"' => JsonValueKind.String,
                (byte)'t' => JsonValueKind.True,
                (byte)'f' => JsonValueKind.False,
                (byte)'n' => JsonValueKind.Null,
                _ => JsonValueKind.Number,
            };

    /// <summary>The one value that these bytes are; none when they are not one, by its brackets.</summary>
    public static JsonValue Parse(ReadOnlyMemory<byte> bytes)
    {
        var cursor = new JsonCursor(bytes.Span);
        cursor.Peek();
        var first = cursor.Position;
        var count = cursor.Skip().Length;
        if (!cursor.AtEnd())
        {
            return default;
        }

        return MemoryMarshal.TryGetArray(bytes, out var array)
            ? new JsonValue(array.Array, array.Offset + first, count)
            : new JsonValue(bytes.ToArray(), first, count);
    }

    /// <summary>A value inside this one.</summary>
    /// <param name="at">Where it begins, from this one's first byte.</param>
    /// <param name="count">How long it is.</param>
    public JsonValue Inside(int at, int count) => new(body, start + at, count);

    /// <summary>Whether there is a value.</summary>
    public bool Exists() => length > 0;

    /// <summary>The property of that name; none when this is no object or has none of it, or has null there. Of several the last.</summary>
    public JsonValue Get(ReadOnlySpan<byte> name)
    {
        var found = default(JsonValue);
        if (ValueKind == JsonValueKind.Object)
        {
            foreach (var member in Members())
            {
                if (member.NameEquals(name))
                {
                    found = member.Value;
                }
            }
        }

        return found.ValueKind == JsonValueKind.Null ? default : found;
    }

    /// <summary>The property's text; empty when it is none.</summary>
    public RawText Text(ReadOnlySpan<byte> name) => RawText.Of(Get(name));

    /// <summary>Whether this is a string of these ASCII characters.</summary>
    public bool IsText(ReadOnlySpan<byte> ascii) => ValueKind == JsonValueKind.String && RawText.Of(this).Is(ascii);

    /// <summary>Whether the property is a string of these ASCII characters.</summary>
    public bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ascii) => Get(name).IsText(ascii);

    /// <summary>The property as a flag; null when it is none.</summary>
    public bool? Flag(ReadOnlySpan<byte> name) =>
        Get(name).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    /// <summary>The whole number from 0; null when it is none.</summary>
    public long? Count() =>
        ValueKind == JsonValueKind.Number
        && Utf8Parser.TryParse(Raw, out long value, out var used)
        && used == length
        && value >= 0
            ? value
            : null;

    /// <summary>The number itself; none when this is none.</summary>
    public JsonValue Number() => ValueKind == JsonValueKind.Number ? this : default;

    /// <summary>The number, about; false when it is none or beyond what a double holds.</summary>
    public bool TryGetDouble(out double value)
    {
        value = 0;
        return ValueKind == JsonValueKind.Number
            && Utf8Parser.TryParse(Raw, out value, out var used)
            && used == length
            && double.IsFinite(value);
    }

    /// <summary>Whether it is an array or an object with anything in it.</summary>
    public bool HasContent =>
        ValueKind is JsonValueKind.Array or JsonValueKind.Object && !Raw[1..^1].Trim(" \t\r\n"u8).IsEmpty;

    /// <summary>The properties of an object, all found at once.</summary>
    public JsonFields Fields() => new(this);

    /// <summary>The elements of an array; none of anything else.</summary>
    public ItemEnumerator Items() => new(this);

    /// <summary>The properties of an object; none of anything else.</summary>
    public MemberEnumerator Members() => new(this);

    /// <summary>The elements of an array.</summary>
    internal ref struct ItemEnumerator
    {
        private readonly JsonValue value;
        private readonly bool entered;
        private JsonCursor cursor;

        /// <summary>Enters the array; anything else has no elements.</summary>
        public ItemEnumerator(JsonValue value)
        {
            this.value = value;
            cursor = new JsonCursor(value.Raw);
            entered = value.length > 0 && cursor.EnterArray();
        }

        /// <summary>The element.</summary>
        public JsonValue Current { get; private set; }

        /// <summary>This.</summary>
        public readonly ItemEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext()
        {
            if (!entered)
            {
                return false;
            }

            if (!cursor.NextElement())
            {
                ThrowIf(cursor.Failed);
                return false;
            }

            Current = Take(ref cursor, value);
            return true;
        }
    }

    /// <summary>The properties of an object.</summary>
    internal ref struct MemberEnumerator
    {
        private readonly JsonValue value;
        private readonly bool entered;
        private JsonCursor cursor;

        /// <summary>Enters the object; anything else has no properties.</summary>
        public MemberEnumerator(JsonValue value)
        {
            this.value = value;
            cursor = new JsonCursor(value.Raw);
            entered = value.length > 0 && cursor.EnterObject();
        }

        /// <summary>The property.</summary>
        public JsonMember Current { get; private set; }

        /// <summary>This.</summary>
        public readonly MemberEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext()
        {
            if (!entered)
            {
                return false;
            }

            if (!cursor.NextProperty(out var name, out var escaped))
            {
                ThrowIf(cursor.Failed);
                return false;
            }

            Current = new JsonMember(name, escaped, Take(ref cursor, value));
            return true;
        }
    }

    private static JsonValue Take(ref JsonCursor cursor, JsonValue value)
    {
        // Escapes are not looked at: texts go on as they stand, and whoever decodes one finds out.
        cursor.Peek();
        var count = cursor.Pass().Length;
        ThrowIf(cursor.Failed);
        return value.Inside(cursor.Position - count, count);
    }

    private static void ThrowIf(bool failed)
    {
        if (failed)
        {
            throw new JsonException("The JSON is not well-formed.");
        }
    }
}

/// <summary>A property: its name, as it stands there, and its value.</summary>
internal readonly ref struct JsonMember(ReadOnlySpan<byte> name, bool escaped, JsonValue value)
{
    private readonly bool escaped = escaped;

    /// <summary>The name as it stands there, escapes and all.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>The value.</summary>
    public JsonValue Value { get; } = value;

    /// <summary>Whether the name is this, which is ASCII.</summary>
    public bool NameEquals(ReadOnlySpan<byte> ascii) => JsonText.Is(Name, escaped, ascii);
}
