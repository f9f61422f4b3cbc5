using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// All that one place of a JSON schema says: the schema there, what it refers to, the members of its <c>allOf</c>, and of an
/// <c>anyOf</c> or <c>oneOf</c> with one alternative that one. The first to say something counts, but for properties and
/// what is required, which add up. Not thread-safe.
/// </summary>
internal sealed class SchemaFacets
{
    private const int MaxParts = 64;
    private const int LongestReference = 1_024;

    private readonly JsonValue root;
    private readonly IReadOnlyList<string> followed;

    private SchemaFacets(JsonValue root, IReadOnlyList<string> followed)
    {
        this.root = root;
        this.followed = followed;
    }

    /// <summary>The schemas, each with whether what it requires counts.</summary>
    public List<(JsonValue Schema, bool Requires)> Parts { get; } = [];

    /// <summary>The alternatives, two at least; empty where there are none, or where they are merged.</summary>
    public List<JsonValue> Branches { get; } = [];

    /// <summary>The references that were followed here.</summary>
    public List<string> References { get; } = [];

    /// <summary>Whether one of them leads back to where it came from.</summary>
    public bool IsCyclic { get; private set; }

    /// <summary>Whether null is allowed.</summary>
    public bool IsNullable { get; private set; }

    /// <summary>Whether there is a property.</summary>
    public bool HasProperties =>
        Parts.Exists(static part =>
            part.Schema.Get("properties"u8) is { ValueKind: JsonValueKind.Object, HasContent: true }
        );

    /// <summary>Gathers what is said at a place.</summary>
    /// <param name="schema">The schema there, or anything.</param>
    /// <param name="root">The document that references refer to.</param>
    /// <param name="followed">The references that led here.</param>
    /// <param name="merges">Whether alternatives become one object with the properties of all.</param>
    public static SchemaFacets Collect(JsonValue schema, JsonValue root, IReadOnlyList<string> followed, bool merges)
    {
        var facets = new SchemaFacets(root, followed);
        facets.Add(schema, requires: true);
        var isTyped = facets.Find("type"u8).Exists();
        if (merges || facets.HasProperties)
        {
            // An object that must also be one of several: the properties of all, none of theirs required.
            foreach (var branch in facets.Branches.ToArray())
            {
                facets.Add(branch, requires: false);
            }

            facets.Branches.Clear();
        }
        else if (isTyped && !facets.Branches.Exists(static branch => HasShape(branch)))
        {
            facets.Branches.Clear();
        }

        return facets;
    }

    /// <summary>What is said first under a name; undefined when nothing is.</summary>
    public JsonValue Find(ReadOnlySpan<byte> name)
    {
        foreach (var (schema, _) in Parts)
        {
            if (schema.Get(name) is { ValueKind: not JsonValueKind.Undefined } found)
            {
                return found;
            }
        }

        return default;
    }

    private void Add(JsonValue schema, bool requires)
    {
        if (schema.ValueKind != JsonValueKind.Object || Parts.Count >= MaxParts)
        {
            return;
        }

        Parts.Add((schema, requires));
        IsNullable |= AllowsNull(schema);
        if (schema.Text("$ref"u8) is { IsEmpty: false } reference)
        {
            Follow(reference, requires);
        }

        foreach (var member in schema.Get("allOf"u8).Items())
        {
            Add(member, requires);
        }

        AddBranches(schema.Get("anyOf"u8), requires);
        AddBranches(schema.Get("oneOf"u8), requires);
    }

    private void AddBranches(JsonValue alternatives, bool requires)
    {
        var found = new List<JsonValue>();
        foreach (var branch in alternatives.Items())
        {
            if (IsNull(branch))
            {
                IsNullable = true;
            }
            else if (found.Count < MaxParts)
            {
                found.Add(branch);
            }
        }

        if (found is [var only])
        {
            Add(only, requires);
        }
        else if (Branches.Count == 0)
        {
            Branches.AddRange(found);
        }
    }

    private void Follow(RawText reference, bool requires)
    {
        if (reference.Span.Length > LongestReference)
        {
            return;
        }

        var pointer = reference.ToString();
        if (References.Contains(pointer) || !TryResolve(pointer, out var target))
        {
            return;
        }

        IsCyclic |= followed.Contains(pointer) || pointer == "#";
        References.Add(pointer);
        Add(target, requires);
    }

    /// <summary>Finds what a JSON pointer (RFC 6901) into this document points at; what is elsewhere is not fetched.</summary>
    private bool TryResolve(string pointer, out JsonValue target)
    {
        target = root;
        if (!pointer.StartsWith('#'))
        {
            return false;
        }

        foreach (var part in Uri.UnescapeDataString(pointer[1..]).Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.Get(Encoding.UTF8.GetBytes(name)) is var member && member.Exists())
            {
                target = member;
            }
            else if (
                target.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < target.Elements().Count
            )
            {
                target = target.Elements()[index];
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static bool AllowsNull(JsonValue schema) =>
        schema.Flag("nullable"u8) == true
        || schema.Get("type"u8).Elements().Exists(static type => type.IsText("null"u8))
        || schema.Get("enum"u8).Elements().Exists(static value => value.ValueKind == JsonValueKind.Null);

    private static bool IsNull(JsonValue branch) =>
        branch.ValueKind == JsonValueKind.Object && (branch.Is("type"u8, "null"u8) || HasNullConstant(branch));

    private static bool HasNullConstant(JsonValue branch)
    {
        foreach (var member in branch.Members())
        {
            if (member.NameEquals("const"u8))
            {
                return member.Value.ValueKind == JsonValueKind.Null;
            }
        }

        return false;
    }

    /// <summary>Whether an alternative is a shape of its own, and no mere condition on that of its parent.</summary>
    private static bool HasShape(JsonValue branch) =>
        branch.Get("type"u8).Exists()
        || branch.Get("$ref"u8).Exists()
        || branch.Get("enum"u8).Exists()
        || branch.Get("const"u8).Exists()
        || branch.Get("properties"u8).Exists()
        || branch.Get("items"u8).Exists()
        || branch.Get("anyOf"u8).Exists()
        || branch.Get("oneOf"u8).Exists()
        || branch.Get("allOf"u8).Exists();
}
