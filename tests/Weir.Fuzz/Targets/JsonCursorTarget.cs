using System.Text;
using System.Text.Json;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>
/// The JSON reader: entering everything, it takes what the framework takes and reads the same values; skipping, it
/// ends where the framework and a scan byte by byte end.
/// </summary>
internal sealed class JsonCursorTarget : FuzzTarget
{
    private const int Deepest = 200;

    public override string Name => "json";

    public override string Group => "request";

    public override IEnumerable<byte[]> Seeds() =>
        [
            .. Bodies.All,
            "[1,-0,1e400,0.5E-3,\"\\u00e9\\n\",true,false,null,[[]],{\"\":{}}]"u8.ToArray(),
            .. Fixtures.In("wire"),
        ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        using var document = Json.Parse(input);
        var cursor = new JsonCursor(input);
        var shape = new StringBuilder();
        var walked = Walk(ref cursor, document?.RootElement, 1, shape) && cursor.AtEnd();
        if (System.Text.Unicode.Utf8.IsValid(input) && shape.Length > 0)
        {
            MustEqual(document is not null, walked, "what is JSON");
        }

        var whole = new JsonCursor(input);
        whole.Skip();
        var skipped = whole.AtEnd();
        Must(document is null || skipped, "valid JSON can be skipped");
        var passing = new JsonCursor(input);
        passing.Pass();
        Must(!skipped || passing.AtEnd(), "what can be skipped can be passed over");
        var scanned = "";
        for (var start = 0; start < input.Length && scanned.Length < 8; start++)
        {
            if (input[start] is (byte)'{' or (byte)'[')
            {
                foreach (var depth in new[] { 2, JsonCursor.MaxDepth })
                {
                    var end = JsonStructure.SkipContainer(input, start, depth);
                    MustEqual(Scan(input, start, depth), end, "where the brackets close");
                    scanned += end < 0 ? end : "+";
                }
            }
        }

        shape.Length = Math.Min(shape.Length, 24);
        return $"{walked} {skipped} {cursor.WasTooDeep} {scanned} {shape}";
    }

    private static bool Walk(ref JsonCursor cursor, JsonElement? plain, int depth, StringBuilder shape)
    {
        var kind = cursor.Peek();
        if (depth > Deepest)
        {
            // Json.Parse does not judge what is deeper, so neither does this.
            shape.Clear();
            cursor.Skip();
            return false;
        }

        shape.Append((int)kind);
        switch (kind)
        {
            case JsonKind.Object:
                cursor.EnterObject();
                var properties = plain?.EnumerateObject().ToList();
                var index = 0;
                while (cursor.NextProperty(out var name, out var escaped))
                {
                    var property = properties?[index++];
                    CheckText(property is { } p ? Json.NameOf(p) : null, name, escaped);
                    if (!Walk(ref cursor, property?.Value, depth + 1, shape) && shape.Length == 0)
                    {
                        return false;
                    }
                }

                MustEqual(properties?.Count ?? index, index, "how many members there are");
                break;
            case JsonKind.Array:
                cursor.EnterArray();
                var elements = plain?.EnumerateArray().ToList();
                var at = 0;
                while (cursor.NextElement())
                {
                    if (!Walk(ref cursor, elements?[at++], depth + 1, shape) && shape.Length == 0)
                    {
                        return false;
                    }
                }

                MustEqual(elements?.Count ?? at, at, "how many elements there are");
                break;
            case JsonKind.String:
                if (cursor.ReadString(out var raw, out var hasEscapes) && plain is { } text)
                {
                    CheckText(Json.TextOf(text), raw, hasEscapes);
                }

                break;
            case JsonKind.Number:
                var count = cursor.ReadCount();
                if (plain is { } number && count is { } value)
                {
                    MustEqual(number.GetRawText(), $"{value}", "a count is what stands there");
                }

                break;
            default:
                cursor.Skip();
                break;
        }

        return !cursor.Failed;
    }

    private static void CheckText(string? plain, ReadOnlySpan<byte> raw, bool escaped)
    {
        if (plain is not null)
        {
            MustEqual(plain, JsonText.ToText(raw, escaped, int.MaxValue / 6), "a text");
            MustEqual(plain.Length, JsonText.CountCharacters(raw), "a text's characters");
        }
    }

    private static int Scan(ReadOnlySpan<byte> text, int start, int limit)
    {
        var depth = 0;
        var inString = false;
        for (var i = start; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'\\' when i + 1 < text.Length && text[i + 1] is (byte)'"' or (byte)'\\':
                    // A backslash escapes a quote wherever it stands: outside strings it is malformed anyway.
                    i++;
                    break;
                case (byte)'\\':
                    break;
                case (byte)'"':
                    inString = !inString;
                    break;
                case (byte)'{' or (byte)'[' when !inString:
                    if (++depth > limit)
                    {
                        return JsonStructure.TooDeep;
                    }

                    break;
                case (byte)'}' or (byte)']' when !inString:
                    if (--depth == 0)
                    {
                        return text[i] - text[start] == 2 ? i + 1 : JsonStructure.Unclosed;
                    }

                    break;
            }
        }

        return JsonStructure.Unclosed;
    }
}
