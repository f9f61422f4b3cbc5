using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Simulator;

/// <summary>A call of one of the caller's tools.</summary>
/// <param name="Name">Which.</param>
/// <param name="Arguments">A JSON object that its schema allows, as far as the simulator understands schemas.</param>
internal sealed record ToolCall(string Name, string Arguments);

/// <summary>Finds the caller's tools in every dialect, and makes calls of them.</summary>
internal static class SimulatorTools
{
    private const int MaxDepth = 8;

    /// <summary>
    /// A call of the tool that is asked for; null when the request has none of that name, or ends with a tool's result, so
    /// that a conversation of an agent comes to its end.
    /// </summary>
    /// <param name="root">The request.</param>
    /// <param name="dialect">Its dialect.</param>
    /// <param name="wanted">The tool's name; <c>*</c> for the first.</param>
    public static ToolCall? Call(JsonElement root, Dialect dialect, string wanted)
    {
        if (EndsWithResult(root))
        {
            return null;
        }

        foreach (var (name, schema) in Tools(root, dialect))
        {
            if (wanted == "*" || name == wanted)
            {
                return new ToolCall(name, Arguments(schema));
            }
        }

        return null;
    }

    private static IEnumerable<(string Name, JsonElement Schema)> Tools(JsonElement root, Dialect dialect)
    {
        foreach (var tool in Items(root, "tools"))
        {
            var functions = dialect switch
            {
                Dialect.Gemini => Items(tool, "functionDeclarations"),
                Dialect.OpenAIChat when Member(tool, "function") is { } function => [function],
                _ => [tool],
            };
            foreach (var function in functions)
            {
                if (Member(function, "name") is { ValueKind: JsonValueKind.String } name)
                {
                    var schema = Member(function, "input_schema") ?? Member(function, "parameters") ?? default;
                    yield return (name.GetString()!, schema);
                }
            }
        }
    }

    private static bool EndsWithResult(JsonElement root)
    {
        var last = Items(root, "messages").Concat(Items(root, "input")).Concat(Items(root, "contents")).LastOrDefault();
        return Says(last, "role", "tool")
            || Says(last, "type", "function_call_output")
            || Items(last, "content").Any(block => Says(block, "type", "tool_result"))
            || Items(last, "parts").Any(part => Member(part, "functionResponse") is not null);
    }

    private static string Arguments(JsonElement schema)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            WriteObject(writer, schema, MaxDepth);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement schema, int depth)
    {
        writer.WriteStartObject();
        var required = Items(schema, "required")
            .Where(name => name.ValueKind == JsonValueKind.String)
            .Select(name => name.GetString()!)
            .Distinct(StringComparer.Ordinal);
        foreach (var name in required)
        {
            writer.WritePropertyName(name);
            var property = Member(schema, "properties") is { } properties ? Member(properties, name) : null;
            Write(writer, property ?? default, depth - 1);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement schema, int depth)
    {
        if (Items(schema, "enum").FirstOrDefault() is { ValueKind: not JsonValueKind.Undefined } choice)
        {
            choice.WriteTo(writer);
            return;
        }

        var type = Member(schema, "type") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        switch (type?.ToLowerInvariant())
        {
            case "object" when depth > 0:
                WriteObject(writer, schema, depth);
                break;
            case "array":
                writer.WriteStartArray();
                writer.WriteEndArray();
                break;
            case "integer" or "number":
                writer.WriteNumberValue(1);
                break;
            case "boolean":
                writer.WriteBooleanValue(true);
                break;
            case "null":
                writer.WriteNullValue();
                break;
            default:
                writer.WriteStringValue("river");
                break;
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    private static List<JsonElement> Items(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : [];

    private static bool Says(JsonElement element, string name, string value) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text && text.ValueEquals(value);
}
