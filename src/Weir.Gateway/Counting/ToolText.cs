using Weir.Gateway.Pipeline;
using Weir.Wire;

namespace Weir.Gateway.Counting;

/// <summary>
/// The tools of a request as OpenAI's models are shown them, in TypeScript: measured by those who asked models to repeat it,
/// never published. Other vendors' are counted by their JSON.
/// </summary>
/// <remarks>A schema is read anew at each level, for its members come in any order; below <see cref="Deepest"/> levels a type is any.</remarks>
internal sealed class ToolText(RequestTally tally) : IDisposable
{
    private const int Deepest = 12;

    private readonly PooledBuffer text = new(0);

    /// <summary>Adds a function by its members, JSON values all.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> description, ReadOnlySpan<byte> schema)
    {
        if (!tally.Rules.ToolsAsTypeScript)
        {
            tally.Text(name);
            tally.Text(description);
            tally.Text(schema);
            return;
        }

        if (text.Length == 0)
        {
            text.Append("namespace functions {\n\n"u8);
        }

        if (description.Length > 2)
        {
            text.Append("// "u8);
            String(description);
            text.Append("\n"u8);
        }

        text.Append("type "u8);
        String(name);
        var fields = new RequestFields(schema);
        if (IsEmptyObject(fields[Field.Properties]))
        {
            text.Append(" = () => any;\n\n"u8);
            return;
        }

        text.Append(" = (_: {\n"u8);
        Properties(fields, 0, 0);
        text.Append("\n}) => any;\n\n"u8);
    }

    /// <summary>Counts what was added.</summary>
    public void Count()
    {
        if (text.Length > 0)
        {
            text.Append("} // namespace functions"u8);
            tally.Plain(text.Span);
        }
    }

    /// <inheritdoc />
    public void Dispose() => text.Dispose();

    private void Properties(in RequestFields schema, int indent, int depth)
    {
        var cursor = new JsonCursor(schema[Field.Properties]);
        if (!cursor.EnterObject())
        {
            return;
        }

        var isFirst = true;
        while (cursor.NextProperty(out var name, out _))
        {
            if (!isFirst)
            {
                text.Append("\n"u8);
            }

            isFirst = false;
            var fields = new RequestFields(cursor.Pass());
            if (indent < 2 && fields[Field.Description] is { Length: > 2 } description)
            {
                Indent(indent);
                text.Append("// "u8);
                String(description);
                text.Append("\n"u8);
            }

            Indent(indent);
            Unescaped(name);
            text.Append(IsRequired(schema[Field.Required], name) ? ": "u8 : "?: "u8);
            Type(fields, indent, depth + 1);
            text.Append(","u8);
        }
    }

    private void Type(in RequestFields schema, int indent, int depth)
    {
        if (depth > Deepest)
        {
            text.Append("any"u8);
            return;
        }

        if (schema[Field.Enum] is { IsEmpty: false } values && (Is(schema, "string"u8) || IsNumber(schema)))
        {
            Join(values, indent, depth, isSchema: false);
        }
        else if (Is(schema, "string"u8))
        {
            text.Append("string"u8);
        }
        else if (IsNumber(schema))
        {
            text.Append("number"u8);
        }
        else if (Is(schema, "boolean"u8))
        {
            text.Append("boolean"u8);
        }
        else if (Is(schema, "null"u8))
        {
            text.Append("null"u8);
        }
        else if (Is(schema, "array"u8))
        {
            if (schema[Field.Items] is { IsEmpty: false } items)
            {
                Type(new RequestFields(items), indent, depth + 1);
            }
            else
            {
                text.Append("any"u8);
            }

            text.Append("[]"u8);
        }
        else if (Is(schema, "object"u8))
        {
            text.Append("{\n"u8);
            Properties(schema, indent + 2, depth);
            text.Append("\n"u8);
            Indent(indent);
            text.Append("}"u8);
        }
        else if (schema.Either(Field.AnyOf, Field.OneOf) is { IsEmpty: false } choices)
        {
            Join(choices, indent, depth, isSchema: true);
        }
        else
        {
            text.Append("any"u8);
        }
    }

    private void Join(ReadOnlySpan<byte> list, int indent, int depth, bool isSchema)
    {
        var cursor = new JsonCursor(list);
        var isFirst = true;
        for (cursor.EnterArray(); cursor.NextElement(); isFirst = false)
        {
            if (!isFirst)
            {
                text.Append(" | "u8);
            }

            var value = cursor.Pass();
            if (isSchema)
            {
                Type(new RequestFields(value), indent, depth + 1);
            }
            else
            {
                Value(value);
            }
        }
    }

    /// <summary>A value as JavaScript writes it: whoever sent it may have escaped more.</summary>
    private void Value(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value[0] != (byte)'"' || !value.Contains((byte)'\\'))
        {
            text.Append(value);
            return;
        }

        text.Append("\""u8);
        foreach (var b in Plain(value[1..^1]))
        {
            switch (b)
            {
                case (byte)'"':
                case (byte)'\\':
                    text.Append([(byte)'\\', b]);
                    break;
                case < 0x20:
                    text.Append(Control(b));
                    break;
                default:
                    text.Append([b]);
                    break;
            }
        }

        text.Append("\""u8);
    }

    private static ReadOnlySpan<byte> Control(byte b) =>
        b switch
        {
            (byte)'\b' => "\\b"u8,
            (byte)'\f' => "\\f"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' => "\\t"u8,
            // The others are in nobody's list of choices.
            _ => "\\u0000"u8,
        };

    private static bool IsRequired(ReadOnlySpan<byte> required, ReadOnlySpan<byte> name)
    {
        var cursor = new JsonCursor(required);
        if (cursor.EnterArray())
        {
            while (cursor.NextElement())
            {
                var value = cursor.Pass();
                if (value.Length >= 2 && IsSameText(value[1..^1], name))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // Long names are equal when they are written alike.
    private static bool IsSameText(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.SequenceEqual(other) || one.Length > 128 || other.Length > 128)
        {
            return one.SequenceEqual(other);
        }

        return Plain(one).AsSpan().SequenceEqual(Plain(other));
    }

    // Gemini writes its types in capitals.
    private static bool Is(in RequestFields schema, ReadOnlySpan<byte> type) =>
        schema[Field.Type] is { Length: > 2 } value && System.Text.Ascii.EqualsIgnoreCase(value[1..^1], type);

    private static bool IsNumber(in RequestFields schema) => Is(schema, "number"u8) || Is(schema, "integer"u8);

    private static bool IsEmptyObject(ReadOnlySpan<byte> value)
    {
        var cursor = new JsonCursor(value);
        return !cursor.EnterObject() || !cursor.NextProperty(out _, out _);
    }

    private void Indent(int width)
    {
        for (var i = 0; i < width; i++)
        {
            text.Append(" "u8);
        }
    }

    private void String(ReadOnlySpan<byte> value)
    {
        if (value.Length >= 2 && value[0] == (byte)'"')
        {
            Unescaped(value[1..^1]);
        }
    }

    private void Unescaped(ReadOnlySpan<byte> inside) =>
        text.Append(inside.Contains((byte)'\\') ? Plain(inside) : inside);

    private static byte[] Plain(ReadOnlySpan<byte> inside)
    {
        var plain = new byte[inside.Length];
        return plain[..JsonText.UnescapeAny(inside, plain)];
    }
}
