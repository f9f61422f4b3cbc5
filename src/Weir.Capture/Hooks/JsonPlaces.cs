using System.Text.Json;

namespace Weir.Capture.Hooks;

/// <summary>A value of a JSON text and where it stands, so that the text can be changed in one place and left alone in all others.</summary>
/// <param name="start">Its first byte.</param>
/// <param name="kind">What it is.</param>
internal sealed class JsonPlace(int start, JsonValueKind kind)
{
    /// <summary>Its first byte.</summary>
    public int Start { get; } = start;

    /// <summary>The byte behind it.</summary>
    public int End { get; private set; }

    /// <summary>What it is.</summary>
    public JsonValueKind Kind { get; } = kind;

    /// <summary>A string's text; null for anything else.</summary>
    public string? Text { get; private set; }

    /// <summary>Where each member or element begins (a member at its name), and the member's name.</summary>
    public List<(int Start, string Name, JsonPlace Value)> Items { get; } = [];

    /// <summary>The member of that name; null when there is none, or this is no object.</summary>
    public JsonPlace? this[string name] =>
        Kind == JsonValueKind.Object ? Items.FirstOrDefault(item => item.Name == name).Value : null;

    /// <summary>Whether a name stands here twice: nobody can say which of the two a program takes.</summary>
    public bool HasDoubles =>
        Items.Where(_ => Kind == JsonValueKind.Object).GroupBy(i => i.Name).Any(g => g.Count() > 1);

    /// <summary>Reads a text; it is strict JSON and at most 100 levels deep.</summary>
    /// <exception cref="JsonException">It is not; line and byte tell where.</exception>
    public static JsonPlace Read(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 100 });
        var open = new Stack<JsonPlace>();
        JsonPlace? root = null;
        var name = "";
        var nameStart = 0;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.GetString()!;
                    nameStart = start;
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop().End = (int)reader.BytesConsumed;
                    continue;
            }

            var place = new JsonPlace(start, KindOf(reader.TokenType))
            {
                End = (int)reader.BytesConsumed,
                Text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null,
            };
            if (open.TryPeek(out var above))
            {
                var isMember = above.Kind == JsonValueKind.Object;
                above.Items.Add((isMember ? nameStart : start, isMember ? name : "", place));
            }

            root ??= place;
            if (place.Kind is JsonValueKind.Object or JsonValueKind.Array)
            {
                open.Push(place);
            }
        }

        return root!;
    }

    private static JsonValueKind KindOf(JsonTokenType token) =>
        token switch
        {
            JsonTokenType.StartObject => JsonValueKind.Object,
            JsonTokenType.StartArray => JsonValueKind.Array,
            JsonTokenType.String => JsonValueKind.String,
            JsonTokenType.Number => JsonValueKind.Number,
            JsonTokenType.True => JsonValueKind.True,
            JsonTokenType.False => JsonValueKind.False,
            _ => JsonValueKind.Null,
        };
}
