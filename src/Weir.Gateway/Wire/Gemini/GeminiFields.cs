using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// Members of Gemini's messages, which may be written in camel case or with underscores, and counts as numbers or texts
/// (https://protobuf.dev/programming-guides/json). Names are given in camel case. Pure.
/// </summary>
internal static class GeminiFields
{
    private const int LongestName = 64;

    /// <summary>The member; undefined when there is none.</summary>
    public static JsonValue Field(this JsonValue element, ReadOnlySpan<byte> name)
    {
        var found = element.Get(name);
        if (found.Exists())
        {
            return found;
        }

        Span<byte> other = stackalloc byte[LongestName];
        return element.Get(WithUnderscores(name, other));
    }

    /// <summary>The member's text; empty when it is none.</summary>
    public static RawText FieldText(this JsonValue element, ReadOnlySpan<byte> name) => RawText.Of(element.Field(name));

    /// <summary>Whether it is the member of that name.</summary>
    public static bool IsField(this JsonMember member, ReadOnlySpan<byte> name)
    {
        if (member.NameEquals(name))
        {
            return true;
        }

        Span<byte> other = stackalloc byte[LongestName];
        return member.NameEquals(WithUnderscores(name, other));
    }

    /// <summary>A whole number, or the text of one; null for anything else.</summary>
    public static long? Whole(this JsonValue element) =>
        element.ValueKind switch
        {
            JsonValueKind.Number
                when Utf8Parser.TryParse(element.Raw, out long number, out var used) && used == element.Raw.Length =>
                number,
            JsonValueKind.String
                when long.TryParse(
                    RawText.Of(element).Span,
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var number
                ) => number,
            _ => null,
        };

    /// <summary>The elements of a list, or the only one where it is written without brackets.</summary>
    public static List<JsonValue> List(this JsonValue element) =>
        element.ValueKind switch
        {
            JsonValueKind.Array => element.Elements(),
            JsonValueKind.Undefined => [],
            _ => [element],
        };

    /// <summary>The elements of a list; none of anything else.</summary>
    public static List<JsonValue> Elements(this JsonValue element)
    {
        var found = new List<JsonValue>();
        foreach (var item in element.Items())
        {
            found.Add(item);
        }

        return found;
    }

    private static ReadOnlySpan<byte> WithUnderscores(ReadOnlySpan<byte> name, Span<byte> to)
    {
        var length = 0;
        foreach (var b in name)
        {
            if (b is >= (byte)'A' and <= (byte)'Z')
            {
                to[length++] = (byte)'_';
            }

            to[length++] = (byte)(b | 0x20);
        }

        return to[..length];
    }
}
