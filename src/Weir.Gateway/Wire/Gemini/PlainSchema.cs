using System.Text;
using System.Text.Json;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// Gemini's own schemas (https://ai.google.dev/api/caching#Schema) as JSON schemas: types are written small, what is
/// <c>nullable</c> has null as a second type, counts are numbers, and what orders properties is left out. Stateless.
/// </summary>
internal static class PlainSchema
{
    /// <summary>The schema; it lives on its own.</summary>
    public static JsonValue Of(JsonValue own)
    {
        using var buffer = new PooledBuffer(1024);
        Write(own, new JsonOut(buffer));
        return JsonValue.Parse(buffer.Span.ToArray());
    }

    private static void Write(JsonValue own, JsonOut to)
    {
        if (own.ValueKind != JsonValueKind.Object)
        {
            to.Raw("{}"u8);
            return;
        }

        to.Object();
        var isNullable = own.Flag("nullable"u8) == true;
        foreach (var member in own.Members())
        {
            WriteMember(member, isNullable, to);
        }

        to.EndObject();
    }

    private static void WriteMember(JsonMember member, bool isNullable, JsonOut to)
    {
        var value = member.Value;
        if (member.NameEquals("type"u8))
        {
            WriteType(RawText.Of(value), isNullable, to);
        }
        else if (member.NameEquals("properties"u8))
        {
            to.Object("properties"u8);
            foreach (var property in value.Members())
            {
                to.Name(property.Name);
                Write(property.Value, to);
            }

            to.EndObject();
        }
        else if (member.NameEquals("items"u8))
        {
            to.Name("items"u8);
            Write(value, to);
        }
        else if (member.IsField("anyOf"u8))
        {
            to.Array("anyOf"u8);
            foreach (var branch in value.Items())
            {
                Write(branch, to);
            }

            to.EndArray();
        }
        else if (member.IsField("minItems"u8))
        {
            WriteCount("minItems"u8, value, to);
        }
        else if (member.IsField("maxItems"u8))
        {
            WriteCount("maxItems"u8, value, to);
        }
        else if (member.IsField("minLength"u8))
        {
            WriteCount("minLength"u8, value, to);
        }
        else if (member.IsField("maxLength"u8))
        {
            WriteCount("maxLength"u8, value, to);
        }
        else if (member.IsField("minProperties"u8))
        {
            WriteCount("minProperties"u8, value, to);
        }
        else if (member.IsField("maxProperties"u8))
        {
            WriteCount("maxProperties"u8, value, to);
        }
        else if (
            !member.NameEquals("nullable"u8)
            && !member.NameEquals("example"u8)
            && !member.IsField("propertyOrdering"u8)
            && !(member.NameEquals("format"u8) && value.IsText("enum"u8))
        )
        {
            to.Raw(member.Name, value.Raw);
        }
    }

    private static void WriteType(RawText type, bool isNullable, JsonOut to)
    {
        Span<byte> small = stackalloc byte[16];
        var span = type.Span;
        if (span.Length is 0 or > 16 || type.Is("TYPE_UNSPECIFIED"u8))
        {
            return;
        }

        Ascii.ToLower(span, small, out var length);
        to.Name("type"u8);
        if (isNullable)
        {
            to.Array();
        }

        to.Text(small[..length]);
        if (isNullable)
        {
            to.Text("null"u8);
            to.EndArray();
        }
    }

    private static void WriteCount(ReadOnlySpan<byte> name, JsonValue value, JsonOut to)
    {
        if (value.Whole() is { } count)
        {
            to.Number(name, count);
        }
    }
}
