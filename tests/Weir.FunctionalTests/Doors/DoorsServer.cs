using System.Text.Json;
using Weir.FunctionalTests.Api;

namespace Weir.FunctionalTests.Doors;

/// <summary>What the program's own description says that it takes.</summary>
internal static class DoorsServer
{
    /// <summary>Every operation: its method, its path with something in each place, and the names of its body's members.</summary>
    /// <remarks>The names are null where it takes no body, and empty where what it takes is not Weir's to define.</remarks>
    public static async Task<IReadOnlyList<(string Method, string Path, string[]? Members)>> OperationsAsync(
        this ApiServer server
    )
    {
        var document = (await server.GetAsync("/openapi/v1.json", "")).Json;
        var schemas = document.GetProperty("components").GetProperty("schemas");
        var operations = new List<(string, string, string[]?)>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                operations.Add((operation.Name.ToUpperInvariant(), Fill(path.Name), Members(schemas, operation.Value)));
            }
        }

        return operations;
    }

    private static string Fill(string path) =>
        string.Join('/', path.Split('/').Select(part => part.StartsWith('{') ? "nobody" : part));

    private static string[]? Members(JsonElement schemas, JsonElement operation)
    {
        if (!operation.TryGetProperty("requestBody", out var body))
        {
            return null;
        }

        if (
            !body.GetProperty("content").TryGetProperty("application/json", out var json)
            || !json.TryGetProperty("schema", out var schema)
        )
        {
            return [];
        }

        if (schema.TryGetProperty("oneOf", out var choices))
        {
            schema = choices.EnumerateArray().Single(choice => choice.TryGetProperty("$ref", out _));
        }

        // A shape without members is anything at all.
        return
            schema.TryGetProperty("$ref", out var name)
            && schemas.GetProperty(name.GetString()!.Split('/')[^1]).TryGetProperty("properties", out var properties)
            ? [.. properties.EnumerateObject().Select(property => property.Name)]
            : [];
    }
}
