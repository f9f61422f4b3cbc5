using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.GraphQL;

namespace Weir.Server.GraphQL;

/// <summary>Reads what a caller asks: a body of JSON, a query string, a message of a socket.</summary>
internal static class RequestReader
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>JSON, sound in every string; null for what is none.</summary>
    public static JsonElement? Json(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return IsSound(document.RootElement) ? document.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is thrown for a name that is half a surrogate pair, where names are compared.
            return null;
        }
    }

    /// <summary>A request of its JSON; null and why when it is none.</summary>
    public static GraphQLRequest? Read(JsonElement json, out string? why)
    {
        why = null;
        if (json.ValueKind != JsonValueKind.Object)
        {
            why = "The request must be an object with a query.";
            return null;
        }

        var query = Text(json, "query", ref why);
        var name = Text(json, "operationName", ref why);
        var variables = Map(json, "variables", ref why);
        Map(json, "extensions", ref why);
        if (query is null)
        {
            why ??= "The request has no query.";
        }

        return why is null ? new GraphQLRequest(query!, name, variables) : null;
    }

    /// <summary>A request of a query string; null and why when it is none.</summary>
    public static GraphQLRequest? Read(IQueryCollection query, out string? why)
    {
        why = query.Keys.FirstOrDefault(name => query[name].Count > 1) is { } twice
            ? $"{twice} stands here twice."
            : null;
        var document = query["query"].ToString();
        var name = query["operationName"].ToString();
        var variables = MapIn(query, "variables", ref why);
        MapIn(query, "extensions", ref why);
        if (document.Length == 0)
        {
            why ??= "The request has no query.";
        }

        return why is null ? new GraphQLRequest(document, name.Length == 0 ? null : name, variables) : null;
    }

    private static JsonElement MapIn(IQueryCollection query, string name, ref string? why)
    {
        if (query[name].ToString() is not { Length: > 0 } text)
        {
            return default;
        }

        if (Json(Encoding.UTF8.GetBytes(text)) is { ValueKind: JsonValueKind.Object or JsonValueKind.Null } map)
        {
            return map;
        }

        why ??= $"{name} must be an object, as JSON.";
        return default;
    }

    private static string? Text(JsonElement json, string name, ref string? why)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        why ??= $"{name} must be a string.";
        return null;
    }

    private static JsonElement Map(JsonElement json, string name, ref string? why)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.Object)
        {
            return value;
        }

        why ??= $"{name} must be an object.";
        return default;
    }

    // Half of a pair of surrogates can be written as an escape, and no string can hold it.
    private static bool IsSound(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in json.EnumerateObject())
                {
                    if (!IsSoundText(() => property.Name) || !IsSound(property.Value))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    if (!IsSound(item))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.String:
                return IsSoundText(json.GetString);
            default:
                return true;
        }
    }

    private static bool IsSoundText(Func<string?> read)
    {
        try
        {
            read();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
