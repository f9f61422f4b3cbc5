using System.Text.Json;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Schema;

namespace Weir.Server.Tests.Configuration.Schema;

/// <summary>The schema says what the readers say.</summary>
public sealed class ConfigSchemaTests
{
    private static readonly JsonElement Schema = Parsed();

    [Fact]
    public void Every_map_that_a_reader_knows_was_come_to()
    {
        var shape = ConfigSchema.Shape();
        var missed =
            from map in shape.Maps
            from key in map.Value
            let path = map.Key.Length == 0 ? key.Key : $"{map.Key}.{key.Key}"
            where key.Value.IsTaken
            where
                key.Value.Kinds.Contains(ConfigShape.Kind.Map) && !shape.Maps.ContainsKey(path)
                || key.Value.Kinds.Contains(ConfigShape.Kind.List)
                    && !key.Value.Kinds.Contains(ConfigShape.Kind.Texts)
                    && !shape.Maps.ContainsKey(path + "[]")
                    && !shape.HasTexts(path)
            select path;

        // A new map of the format needs a place in ConfigSchema.Everywhere.
        Assert.Empty(missed);
    }

    [Fact]
    public void Every_key_that_a_reader_suggests_is_in_the_schema_and_no_other()
    {
        var unknown = ConfigReader
            .Read(
                "version: 1\nzzzzzzzzzzzz: 1\nserver: { zzzzzzzzzzzz: 1 }\nproviders: [{ name: p, kind: vertex, zzzzzzzzzzzz: 1 }]\n",
                _ => null
            )
            .Faults.Where(fault => fault.Key.EndsWith("zzzzzzzzzzzz", StringComparison.Ordinal))
            .ToDictionary(
                fault => fault.Key,
                fault => fault.Hint!["known: ".Length..].Split(", "),
                StringComparer.Ordinal
            );

        Assert.Superset(Keys(Schema), unknown["zzzzzzzzzzzz"].ToHashSet(StringComparer.Ordinal));
        Assert.Equal(
            Keys(At("server")).Order(StringComparer.Ordinal),
            unknown["server.zzzzzzzzzzzz"].Order(StringComparer.Ordinal)
        );
        Assert.Superset(
            Keys(At("providers", "items"))
                .Where(key => key is "project" or "location" or "credentials" or "apiKey")
                .ToHashSet(StringComparer.Ordinal),
            unknown["providers[0].zzzzzzzzzzzz"].ToHashSet(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Types_bounds_words_and_what_must_be_there_are_the_readers_own()
    {
        Assert.Equal(1, At("version").GetProperty("const").GetInt32());
        Assert.Equal(["version"], Texts(Schema.GetProperty("required")));
        var provider = At("providers", "items");
        Assert.Equal(["kind", "name"], Texts(provider.GetProperty("required")));
        var properties = provider.GetProperty("properties");
        Assert.Contains("bedrock", Texts(properties.GetProperty("kind").GetProperty("enum")));
        Assert.Equal("array", properties.GetProperty("apiKeys").GetProperty("type").GetString());
        Assert.Equal(
            "^[0-9]{1,6}(ms|s|m|h|d|w)$",
            properties
                .GetProperty("timeouts")
                .GetProperty("properties")
                .GetProperty("silence")
                .GetProperty("pattern")
                .GetString()
        );
        var body = At("server").GetProperty("properties").GetProperty("maxBodyMb");
        Assert.Equal(
            ("integer", 1, 1024),
            (
                body.GetProperty("type").GetString(),
                body.GetProperty("minimum").GetInt32(),
                body.GetProperty("maximum").GetInt32()
            )
        );
        var targets = At("routes", "items").GetProperty("properties").GetProperty("targets").GetProperty("items");
        Assert.Equal(2, targets.GetProperty("anyOf").GetArrayLength());
        Assert.Equal(
            JsonValueKind.Object,
            At("routes", "items")
                .GetProperty("properties")
                .GetProperty("match")
                .GetProperty("properties")
                .GetProperty("header")
                .GetProperty("additionalProperties")
                .ValueKind
        );
        // Read only where it stands.
        Assert.True(properties.TryGetProperty("apiVersion", out _));
        Assert.Equal(["limitUsd", "name"], Texts(At("budgets", "items").GetProperty("required")));
        // What no reader takes is in no schema.
        Assert.False(Schema.GetProperty("properties").TryGetProperty("guardrails", out _));
    }

    [Fact]
    public void Every_map_of_a_workspaces_document_was_come_to_and_what_is_the_servers_is_not_there()
    {
        var shape = ConfigSchema.WorkspaceShape();
        var missed =
            from map in shape.Maps
            from key in map.Value
            let path = map.Key.Length == 0 ? key.Key : $"{map.Key}.{key.Key}"
            where key.Value.IsTaken && key.Value.Kinds.Contains(ConfigShape.Kind.Map) && !shape.Maps.ContainsKey(path)
            select path;
        Assert.Empty(missed);

        using var document = JsonDocument.Parse(ConfigSchema.WorkspaceText);
        var unknown = WorkspaceReader
            .Read("version: 1\nzzzzzzzzzzzz: 1\n", new WorkspaceTerms([], Weir.Foundation.Network.AddressPolicy.Server))
            .Faults.Single()
            .Hint!["known: ".Length..]
            .Split(", ");
        Assert.Equal(unknown.Order(StringComparer.Ordinal), Keys(document.RootElement).Order(StringComparer.Ordinal));
        Assert.Superset(Keys(document.RootElement), Keys(Schema));
        Assert.DoesNotContain("server", Keys(document.RootElement));
        Assert.DoesNotContain("prices", Keys(document.RootElement));
        Assert.Contains("budgets", Keys(document.RootElement));
    }

    private static JsonElement At(params ReadOnlySpan<string> path)
    {
        var at = Schema.GetProperty("properties").GetProperty(path[0]);
        foreach (var name in path[1..])
        {
            at = at.GetProperty(name);
        }

        return at;
    }

    private static HashSet<string> Keys(JsonElement map) =>
        map.GetProperty("properties").EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Texts(JsonElement list) =>
        list.EnumerateArray().Select(item => item.GetString()!).Order(StringComparer.Ordinal);

    private static JsonElement Parsed()
    {
        using var document = JsonDocument.Parse(ConfigSchema.Text);
        return document.RootElement.Clone();
    }
}
