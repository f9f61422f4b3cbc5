using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Weir.Server.Configuration;

namespace Weir.Server.Doors;

/// <summary>
/// Holds a JSON text against the type that it is to become, and names all that is wrong with it at once, each fault by its JSON
/// pointer (RFC 6901). Nothing is passed over: no member that the type lacks, no member twice. Stateless and thread-safe.
/// </summary>
internal static class JsonShape
{
    /// <summary>How deep a text may be nested where its route says nothing of it.</summary>
    public const int MaxDepth = 32;

    private const int MostFaults = 64;

    /// <summary>What is wrong, by pointer; empty for a sound text, which then also becomes the type.</summary>
    /// <param name="json">The text, in UTF-8.</param>
    /// <param name="type">What it is to become.</param>
    /// <param name="maxDepth">How deep it may be nested.</param>
    public static IReadOnlyDictionary<string, string> Faults(
        ReadOnlyMemory<byte> json,
        JsonTypeInfo type,
        int maxDepth = MaxDepth
    )
    {
        var faults = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!Utf8.IsValid(json.Span))
        {
            faults[""] = "is not UTF-8";
        }
        else if (WhyNotJson(json.Span, maxDepth) is { } broken)
        {
            faults[""] = broken;
        }
        else
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = maxDepth });
            new Walk(faults).Value(document.RootElement, type, "");
        }

        return faults;
    }

    private static string? WhyNotJson(ReadOnlySpan<byte> json, int maxDepth)
    {
        var depth = 0;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
                depth = reader.CurrentDepth;
            }

            return null;
        }
        catch (JsonException bad)
        {
            var rest = json[(int)reader.BytesConsumed..].TrimStart(" \t\r\n,:"u8);
            return depth >= maxDepth - 1 && !rest.IsEmpty && rest[0] is (byte)'{' or (byte)'['
                ? string.Create(CultureInfo.InvariantCulture, $"is nested deeper than {maxDepth} levels")
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"is not JSON: line {(bad.LineNumber ?? 0) + 1}, byte {(bad.BytePositionInLine ?? 0) + 1}"
                );
        }
    }

    private sealed class Walk(SortedDictionary<string, string> faults)
    {
        public void Value(JsonElement value, JsonTypeInfo type, string at)
        {
            if (faults.Count >= MostFaults)
            {
                return;
            }

            switch (type.Kind)
            {
                case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                    Members(value, type, at);
                    break;
                case JsonTypeInfoKind.Dictionary when value.ValueKind == JsonValueKind.Object:
                    Entries(value, type.Options.GetTypeInfo(type.ElementType!), at);
                    break;
                case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array:
                    Items(value, type.Options.GetTypeInfo(type.ElementType!), at);
                    break;
                case JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary:
                    Fault(at, "must be an object");
                    break;
                case JsonTypeInfoKind.Enumerable:
                    Fault(at, "must be a list");
                    break;
                default:
                    Leaf(value, type, at);
                    break;
            }
        }

        private void Members(JsonElement value, JsonTypeInfo type, string at)
        {
            var names = type.Options.PropertyNameCaseInsensitive
                ? StringComparer.OrdinalIgnoreCase
                : StringComparer.Ordinal;
            var known = type.Properties.ToDictionary(property => property.Name, names);
            var seen = new HashSet<string>(names);
            foreach (var (name, member) in Read(value, at, seen))
            {
                var pointer = Below(at, name);
                if (!known.TryGetValue(name, out var property))
                {
                    Fault(pointer, $"there is no such member ({Suggestion.For(name, known.Keys)})");
                }
                else if (property.CustomConverter is not null)
                {
                    // It alone knows what it reads: the route's own reading asks it.
                    continue;
                }
                else if (member.ValueKind != JsonValueKind.Null)
                {
                    Value(member, type.Options.GetTypeInfo(property.PropertyType), pointer);
                }
                else if (!TakesNull(property))
                {
                    Fault(pointer, "must not be null");
                }
            }

            foreach (var property in type.Properties)
            {
                if (property.IsRequired && !seen.Contains(property.Name))
                {
                    Fault(Below(at, property.Name), "is missing");
                }
            }
        }

        private void Entries(JsonElement value, JsonTypeInfo type, string at)
        {
            foreach (var (name, entry) in Read(value, at, new HashSet<string>(StringComparer.Ordinal)))
            {
                Item(entry, type, Below(at, name));
            }
        }

        private void Items(JsonElement value, JsonTypeInfo type, string at)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Item(item, type, string.Create(CultureInfo.InvariantCulture, $"{at}/{index++}"));
            }
        }

        // The serializer takes null into any list, whatever the list's type says.
        private void Item(JsonElement value, JsonTypeInfo type, string at)
        {
            if (value.ValueKind != JsonValueKind.Null)
            {
                Value(value, type, at);
            }
            else if (Nullable.GetUnderlyingType(type.Type) is null)
            {
                Fault(at, "must not be null");
            }
        }

        private IEnumerable<(string Name, JsonElement Value)> Read(JsonElement value, string at, HashSet<string> seen)
        {
            foreach (var property in value.EnumerateObject())
            {
                string name;
                try
                {
                    name = property.Name;
                }
                catch (InvalidOperationException)
                {
                    Fault(at, "has a member whose name holds half a character");
                    continue;
                }

                if (seen.Add(name))
                {
                    yield return (name, property.Value);
                }
                else
                {
                    Fault(Below(at, name), "stands here a second time");
                }
            }
        }

        private void Leaf(JsonElement value, JsonTypeInfo type, string at)
        {
            try
            {
                value.Deserialize(type);
            }
            catch (Exception unfit) when (unfit is JsonException or InvalidOperationException or FormatException)
            {
                Fault(at, $"must be {Expected(Nullable.GetUnderlyingType(type.Type) ?? type.Type)}");
            }
        }

        private void Fault(string at, string message)
        {
            if (faults.Count < MostFaults)
            {
                faults.TryAdd(at, message);
            }
        }

        private static bool TakesNull(JsonPropertyInfo property) =>
            property.PropertyType.IsValueType
                ? Nullable.GetUnderlyingType(property.PropertyType) is not null
                : property.IsSetNullable;

        private static string Below(string at, string name) =>
            $"{at}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

        private static string Expected(Type type) =>
            type == typeof(string) ? "a text"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number"
            : type == typeof(decimal) ? "a decimal number in quotes"
            : type == typeof(DateTimeOffset) ? "a time, as \"2026-07-02T10:00:00Z\""
            : type == typeof(DateOnly) ? "a day, as \"2026-07-02\""
            : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
            : "something else";
    }
}
