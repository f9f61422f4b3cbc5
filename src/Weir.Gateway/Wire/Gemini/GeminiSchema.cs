using System.Text;
using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// JSON schemas as Gemini takes them: a subset of OpenAPI 3.0's (https://ai.google.dev/api/caching#Schema), in which an
/// unknown keyword is an error. References are inlined, <c>allOf</c> is flattened, constants become enums, lists of types
/// <c>nullable</c> or <c>anyOf</c>, and what has no place is left out; names of properties stay as they are. What may be
/// anything is a text, for a type must be named. Equal schemas become equal bytes. Not thread-safe.
/// </summary>
internal sealed class GeminiSchema
{
    /// <summary>Gemini refuses schemas that nest much deeper; what is deeper is told by its type alone.</summary>
    private const int MaxDepth = 24;

    /// <summary>References may unfold almost without end; beyond so many schemas each is told by its type alone.</summary>
    private const int MaxSchemas = 4_096;

    private readonly JsonValue root;
    private readonly JsonOut to;
    private readonly List<string> followed = [];
    private int depth;
    private int left = MaxSchemas;

    private GeminiSchema(JsonValue root, JsonOut to)
    {
        this.root = root;
        this.to = to;
    }

    /// <summary>Writes a schema as a value.</summary>
    public static void Write(JsonValue schema, JsonOut to)
    {
        schema = Sound(schema);
        new GeminiSchema(schema, to).Write(schema, merges: false, isNullable: false, default);
    }

    /// <summary>
    /// Writes <c>parameters</c>, the schema of a function's input, which must be an object; one without properties is left
    /// out, for Gemini refuses it.
    /// </summary>
    public static void WriteParameters(JsonValue schema, JsonOut to)
    {
        schema = Sound(schema);
        if (SchemaFacets.Collect(schema, schema, [], merges: true).HasProperties)
        {
            to.Name("parameters"u8);
            new GeminiSchema(schema, to).Write(schema, merges: true, isNullable: false, default);
        }
    }

    /// <summary>The schema; none when it is not well-formed all through, for it is too late to refuse it.</summary>
    private static JsonValue Sound(JsonValue schema) => RawJson.IsObject(schema.Raw) ? schema : default;

    /// <param name="schema">Any JSON value: a schema may be <c>true</c>.</param>
    /// <param name="merges">Whether it must be one object.</param>
    /// <param name="isNullable">Whether null is allowed whatever it says itself.</param>
    /// <param name="description">For one that has none; empty for none.</param>
    private void Write(JsonValue schema, bool merges, bool isNullable, RawText description)
    {
        var facets = SchemaFacets.Collect(schema, root, followed, merges);
        var own = RawText.Of(facets.Find("description"u8));
        description = own.IsEmpty ? description : own;
        isNullable |= facets.IsNullable;
        left--;
        if (facets.IsCyclic || depth >= MaxDepth || left <= 0)
        {
            WriteLeaf(merges ? SchemaType.Object : TypesOf(facets)[0], facets, isNullable, description);
            return;
        }

        depth++;
        followed.AddRange(facets.References);
        var types = merges ? [SchemaType.Object] : TypesOf(facets);
        if (facets.Branches.Count > 1 || types.Count > 1)
        {
            // Beside anyOf Vertex takes nothing else.
            to.Object();
            to.Array("anyOf"u8);
            for (var i = 0; i < facets.Branches.Count; i++)
            {
                Write(facets.Branches[i], merges: false, isNullable, i == 0 ? description : default);
            }

            for (var i = 0; facets.Branches.Count == 0 && i < types.Count; i++)
            {
                WriteOne(types[i], facets, isNullable, i == 0 ? description : default);
            }

            to.EndArray();
            to.EndObject();
        }
        else
        {
            WriteOne(types[0], facets, isNullable, description);
        }

        followed.RemoveRange(followed.Count - facets.References.Count, facets.References.Count);
        depth--;
    }

    private void WriteOne(SchemaType type, SchemaFacets facets, bool isNullable, RawText description)
    {
        to.Object();
        WriteHead(type, facets, isNullable, description);
        switch (type)
        {
            case SchemaType.Object:
                WriteProperties(facets);
                break;
            case SchemaType.Array:
                WriteItems(facets);
                break;
            case SchemaType.String:
                WriteCount("minLength"u8, facets);
                WriteCount("maxLength"u8, facets);
                WritePattern(RawText.Of(facets.Find("pattern"u8)));
                break;
            case SchemaType.Number or SchemaType.Integer:
                WriteBound("minimum"u8, facets);
                WriteBound("maximum"u8, facets);
                break;
        }

        to.EndObject();
    }

    private void WriteLeaf(SchemaType type, SchemaFacets facets, bool isNullable, RawText description)
    {
        to.Object();
        WriteHead(type, facets, isNullable, description);
        if (type == SchemaType.Array)
        {
            to.Raw("items"u8, "{\"type\":\"STRING\"}"u8);
        }

        to.EndObject();
    }

    private void WriteHead(SchemaType type, SchemaFacets facets, bool isNullable, RawText description)
    {
        to.Text("type"u8, Word(type));
        var format = RawText.Of(facets.Find("format"u8));
        if (Knows(type, format))
        {
            to.Text("format"u8, format);
        }

        if (RawText.Of(facets.Find("title"u8)) is { IsEmpty: false } title)
        {
            to.Text("title"u8, title);
        }

        var values = ValuesOf(facets);
        var words = values.FindAll(static value => value is { ValueKind: JsonValueKind.String } && !IsEmpty(value));
        var others = values.FindAll(static value =>
            value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        );
        WriteDescription(description, type == SchemaType.String ? [] : others);
        if (isNullable)
        {
            to.Bool("nullable"u8, true);
        }

        if (type == SchemaType.String && words.Count > 0)
        {
            to.Array("enum"u8);
            foreach (var word in words)
            {
                to.Text(RawText.Of(word));
            }

            to.EndArray();
        }
    }

    /// <summary>Gemini's enums are texts alone: the model is told of others in words.</summary>
    private void WriteDescription(RawText description, List<JsonValue> values)
    {
        if (description.IsEmpty && values.Count == 0)
        {
            return;
        }

        to.Name("description"u8);
        to.OpenText();
        to.Piece(description.Span);
        for (var i = 0; i < values.Count; i++)
        {
            to.Piece(
                i > 0 ? ", "u8
                : description.IsEmpty ? "One of: "u8
                : " One of: "u8
            );
            to.Quote(values[i].Raw);
        }

        to.CloseText();
    }

    private void WriteProperties(SchemaFacets facets)
    {
        if (!facets.HasProperties)
        {
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        to.Object("properties"u8);
        foreach (var (part, _) in facets.Parts)
        {
            foreach (var property in part.Get("properties"u8).Members())
            {
                var name = property.Name;
                if (names.Add(Encoding.Latin1.GetString(name)))
                {
                    to.Name(name);
                    Write(property.Value, merges: false, isNullable: false, default);
                }
            }
        }

        to.EndObject();
        var opened = false;
        foreach (var (part, requires) in facets.Parts)
        {
            foreach (var name in part.Get("required"u8).Items())
            {
                // Gemini refuses one that is no property; each counts once.
                if (!requires || !names.Remove(Encoding.Latin1.GetString(RawText.Of(name).Span)))
                {
                    continue;
                }

                if (!opened)
                {
                    opened = true;
                    to.Array("required"u8);
                }

                to.Text(RawText.Of(name));
            }
        }

        if (opened)
        {
            to.EndArray();
        }
    }

    private void WriteItems(SchemaFacets facets)
    {
        var items = facets.Find("items"u8);
        items = items.ValueKind is JsonValueKind.Object ? items : First(items);
        items = items.Exists() ? items : First(facets.Find("prefixItems"u8));
        to.Name("items"u8);
        Write(items, merges: false, isNullable: false, default);
        WriteCount("minItems"u8, facets);
        WriteCount("maxItems"u8, facets);
    }

    private void WriteCount(ReadOnlySpan<byte> name, SchemaFacets facets)
    {
        if (facets.Find(name).Count() is { } count)
        {
            to.Number(name, count);
        }
    }

    private void WriteBound(ReadOnlySpan<byte> name, SchemaFacets facets)
    {
        var bound = facets.Find(name).Number();
        if (bound.Exists() && bound.TryGetDouble(out var value) && double.IsFinite(value))
        {
            to.Raw(name, bound.Raw);
        }
    }

    /// <summary>Google's expressions (RE2) know neither looks ahead nor back.</summary>
    private void WritePattern(RawText pattern)
    {
        if (!pattern.IsEmpty && pattern.Span.IndexOf("(?"u8) < 0)
        {
            to.Text("pattern"u8, pattern);
        }
    }

    private static JsonValue First(JsonValue list)
    {
        foreach (var item in list.Items())
        {
            return item;
        }

        return default;
    }

    private static bool IsEmpty(JsonValue text) => RawText.Of(text).IsEmpty;

    /// <summary>The values that are allowed: the enum's, or the constant.</summary>
    private static List<JsonValue> ValuesOf(SchemaFacets facets)
    {
        var only = facets.Find("const"u8);
        return only.Exists() ? [only] : facets.Find("enum"u8).Elements();
    }

    /// <summary>The types, one at least.</summary>
    private static List<SchemaType> TypesOf(SchemaFacets facets)
    {
        var said = facets.Find("type"u8);
        var found = new List<SchemaType>();
        if (TryRead(said, out var single))
        {
            found.Add(single);
        }

        foreach (var word in said.Items())
        {
            if (TryRead(word, out var type) && !found.Contains(type))
            {
                found.Add(type);
            }
        }

        if (found.Count == 0)
        {
            found.Add(Guess(facets));
        }

        return found;
    }

    private static SchemaType Guess(SchemaFacets facets)
    {
        var values = ValuesOf(facets);
        return facets.Find("properties"u8).Exists() || facets.Find("additionalProperties"u8).Exists()
                ? SchemaType.Object
            : facets.Find("items"u8).Exists() || facets.Find("prefixItems"u8).Exists() ? SchemaType.Array
            : facets.Find("minimum"u8).Exists() || facets.Find("maximum"u8).Exists() ? SchemaType.Number
            : values.Count == 0 || values.Exists(static v => v.ValueKind == JsonValueKind.String) ? SchemaType.String
            : values.TrueForAll(static v => v.ValueKind == JsonValueKind.Number) ? SchemaType.Number
            : values.TrueForAll(static v => v.ValueKind is JsonValueKind.True or JsonValueKind.False)
                ? SchemaType.Boolean
            : SchemaType.String;
    }

    /// <summary>Words are written small in JSON schema and large in Gemini's own.</summary>
    private static bool TryRead(JsonValue word, out SchemaType type)
    {
        Span<byte> small = stackalloc byte[8];
        var span = RawText.Of(word).Span;
        type = default;
        if (span.Length is 0 or > 7)
        {
            return false;
        }

        Ascii.ToLower(span, small, out var length);
        small = small[..length];
        type =
            small.SequenceEqual("object"u8) ? SchemaType.Object
            : small.SequenceEqual("array"u8) ? SchemaType.Array
            : small.SequenceEqual("integer"u8) ? SchemaType.Integer
            : small.SequenceEqual("number"u8) ? SchemaType.Number
            : small.SequenceEqual("boolean"u8) ? SchemaType.Boolean
            : SchemaType.String;
        return type != SchemaType.String || small.SequenceEqual("string"u8);
    }

    private static ReadOnlySpan<byte> Word(SchemaType type) =>
        type switch
        {
            SchemaType.Object => "OBJECT"u8,
            SchemaType.Array => "ARRAY"u8,
            SchemaType.Integer => "INTEGER"u8,
            SchemaType.Number => "NUMBER"u8,
            SchemaType.Boolean => "BOOLEAN"u8,
            _ => "STRING"u8,
        };

    /// <summary>An unknown format is an error.</summary>
    private static bool Knows(SchemaType type, RawText format) =>
        type switch
        {
            SchemaType.String => format.Is("date-time"u8) || format.Is("enum"u8),
            SchemaType.Number => format.Is("float"u8) || format.Is("double"u8),
            SchemaType.Integer => format.Is("int32"u8) || format.Is("int64"u8),
            _ => false,
        };

    private enum SchemaType : byte
    {
        String,
        Number,
        Integer,
        Boolean,
        Array,
        Object,
    }
}
