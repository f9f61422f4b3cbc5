using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>Conversations as lines: what means the same has the same lines, and a counterexample can be read.</summary>
internal static class TalkText
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IEnumerable<string> Lines(Talk talk)
    {
        foreach (var words in talk.System)
        {
            yield return $"system: {Quote(words.Text)}{Mark(words.Cache)}";
        }

        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var say in talk.Says)
        {
            yield return $"{say.Role}:";
            foreach (var bit in say.Bits)
            {
                yield return $"    {Line(bit, ids)}{Mark(bit.Cache)}";
            }
        }

        foreach (var tool in talk.Tools)
        {
            yield return $"tool {tool.Name}: {Quote(tool.Description)} {Schema(tool.Schema)}{(tool.Strict ? " strict" : "")}{Mark(tool.Cache)}";
        }

        if (talk.Tools.Length > 0)
        {
            // No dialect tells a choice among none, nor of several calls where there is to be none.
            var isOne = talk is { OneCallAtATime: true, Choice: not "none" };
            yield return $"choice: {talk.Choice}{(isOne ? ", one at a time" : "")}";
        }

        foreach (var line in Settings(talk))
        {
            yield return line;
        }
    }

    /// <summary>The value with its properties in order of their names, and its white space and escapes made one.</summary>
    public static string Json(string json)
    {
        return Sorted(JsonNode.Parse(json))?.ToJsonString(Plain) ?? "null";

        static JsonNode? Sorted(JsonNode? node) =>
            node switch
            {
                JsonObject o => new JsonObject(
                    o.OrderBy(p => p.Key, StringComparer.Ordinal)
                        .Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))
                ),
                JsonArray a => new JsonArray([.. a.Select(Sorted)]),
                _ => node?.DeepClone(),
            };
    }

    /// <summary>An object of no named properties says so, or says nothing.</summary>
    public static string Schema(string json) => Json(json).Replace("\"properties\":{},", "", StringComparison.Ordinal);

    public static string Quote(string text) => JsonSerializer.Serialize(text, Plain);

    private static IEnumerable<string> Settings(Talk talk)
    {
        (string Name, string? Value)[] settings =
        [
            ("max tokens", talk.MaxTokens?.ToString(CultureInfo.InvariantCulture)),
            ("temperature", talk.Temperature),
            ("top p", talk.TopP),
            ("top k", talk.TopK),
            ("seed", talk.Seed),
            ("frequency", talk.Frequency),
            ("presence", talk.Presence),
            ("stops", talk.Stops.IsEmpty ? null : string.Join(' ', talk.Stops.Select(Quote))),
            ("effort", talk.Effort == Effort.Unset ? null : talk.Effort.ToString()),
            ("budget", talk.Budget?.ToString(CultureInfo.InvariantCulture)),
            ("end user", talk.EndUser is null ? null : Quote(talk.EndUser)),
            ("cache key", talk.CacheKey is null ? null : Quote(talk.CacheKey)),
            ("verbosity", talk.Verbosity),
        ];
        foreach (var (name, value) in settings.Where(s => s.Value is not null))
        {
            yield return $"{name}: {value}";
        }

        if (talk.Shape is { } shape)
        {
            yield return $"shape {shape.Name}: {(shape.Schema is null ? "any" : Schema(shape.Schema))} {Quote(shape.Description)} {shape.Strict}";
        }
    }

    private static string Line(Bit bit, Dictionary<string, string> ids) =>
        bit switch
        {
            Words words => Quote(words.Text),
            Declined declined => $"declines {Quote(declined.Text)}",
            // What ids are called is the dialects' own; that calls and results meet is not.
            Call call => $"call {ids[call.Id] = "#" + ids.Count} {call.Name} {Json(call.Input)}",
            Result result =>
                $"{(result.IsError ? "error" : "result")} of {ids.GetValueOrDefault(result.Id, "nothing")}: "
                    + string.Join(" + ", result.Bits.Select(inner => Line(inner, ids) + Mark(inner.Cache))),
            Medium medium =>
                $"{medium.Kind} {medium.Source} {Quote(medium.Data)} {(medium.Source == MediaSource.Base64 ? medium.Type : "")}"
                    + $" {Quote(medium.Title)} {(medium.Detail == "auto" ? "" : medium.Detail)}",
            Thought thought => $"thought {Quote(thought.Text)} {Quote(thought.Token)}",
            _ => bit.ToString(),
        };

    private static string Mark(CacheMark cache) => cache == CacheMark.None ? "" : $" [{cache}]";
}
