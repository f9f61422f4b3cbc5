using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Server.Configuration.Schema;

/// <summary>
/// The JSON Schema (draft 7, which editors' YAML servers read) of <c>weir.yaml</c>, for completion and marks while typing. It is made by
/// having the readers read documents that lead them everywhere, so it knows the keys that they know. What it cannot say (which keys belong to
/// which kind, names that must exist) <c>weir config check</c> says. Immutable.
/// </summary>
public static class ConfigSchema
{
    private const string Transforms =
        "[{ set: /a, value: 1, when: { dialect: chat, model: m } }, { default: /a, value: 1 }, { remove: /a }, { rename: /a, to: b }, "
        + "{ clamp: /a, min: 0, max: 1 }, { system: s }, { setHeader: h, value: v }, { addHeader: h, value: v }, { removeHeader: h }, "
        + "{ renameHeader: h, to: g }]";

    // Documents that lead the readers to every map; what stands in them need not be sound.
    private static readonly ImmutableArray<string> Everywhere =
    [
        $$"""
            version: 1
            server:
              urls: [u]
              hosts: [h]
              tls: { clientCertificates: required }
              rateLimit: {}
              sessions: {}
              secrets: { keyCommand: [k] }
              cors: { origins: [o] }
              network: { allow: [a] }
              trustedProxies: [p]
            capture: { homes: { claude-code: [/h] }, archive: {} }
            retention: {}
            backup: {}
            journal: {}
            telemetry: { otlp: { headers: { h: v } } }
            logging: {}
            routes:
              - match: { header: { h: v }, schedule: { days: [mon] } }
                targets: [p, { provider: p, transforms: {{Transforms}} }]
                transforms: {{Transforms}}
            aliases: { a: m }
            budgets:
              - { scope: {}, stages: [{}] }
            limits:
              - { scope: {} }
            prices:
              - { modes: { m: {} }, tiers: [{}] }
            """,
        .. new[]
        {
            "anthropic",
            "openai",
            "openai-compatible",
            "gemini",
            "azure-openai",
            "bedrock",
            "vertex",
            "simulator",
        }.Select(kind =>
            $$"""
                version: 1
                providers:
                  - { name: p, kind: {{kind}}, timeouts: {}, breaker: {}, concurrency: {}, deployments: { m: d }, apiVersion: v, apiKeys: ["${K}"], models: [m], dialects: [chat], passThrough: [p],
                      sharedPassThrough: [p], share: [w], transforms: {{Transforms}} }
                """
        ),
    ];

    private const string Nothing =
        "server: { tls: {}, secrets: {} }\nproviders: [{}]\nroutes: [{}]\nbudgets: [{ stages: [{}] }]\nprices: [{ output: 1, tiers: [{ output: 1 }] }]\ntelemetry: { otlp: {} }\n";

    // Maps whose keys are their author's own.
    private static readonly ImmutableArray<string> Free =
    [
        "capture.homes",
        "prices[].modes",
        "providers[].deployments",
        "routes[].match.header",
        "telemetry.otlp.headers",
    ];

    // Asked for as it stands, for it may name a secret or be written in two ways.
    private static readonly ImmutableArray<string> Lists = ["providers[].apiKeys", "providers[].share"];

    private static readonly Lazy<string> Made = new(() =>
        Make(Shape(), "weir.yaml", "The configuration of a Weir server.")
    );

    private static readonly Lazy<string> MadeForWorkspaces = new(() =>
        Make(WorkspaceShape(), "weir.d/NAME.yaml", "The configuration of a workspace of a Weir server.")
    );

    /// <summary>The schema's text.</summary>
    public static string Text => Made.Value;

    /// <summary>The text of the schema of workspaces' documents.</summary>
    public static string WorkspaceText => MadeForWorkspaces.Value;

    /// <summary>What the readers ask for.</summary>
    internal static ConfigShape Shape() => Shape(ConfigReader.Note);

    /// <summary>What the readers of workspaces' documents ask for.</summary>
    internal static ConfigShape WorkspaceShape() => Shape(WorkspaceReader.Note);

    private static ConfigShape Shape(Action<string, ConfigShape> note)
    {
        var shape = new ConfigShape();
        foreach (var text in Everywhere)
        {
            note(text, shape);
        }

        shape.NotesMissing = true;
        note(Nothing, shape);
        return shape;
    }

    private static string Make(ConfigShape shape, string title, string description)
    {
        using var buffer = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions
                {
                    Indented = true,
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                    NewLine = "\n",
                }
            )
        )
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", title);
            json.WriteString("description", $"{description} weir config check FILE names what a schema cannot see.");
            Map(json, shape, "");
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    private static void Map(Utf8JsonWriter json, ConfigShape shape, string path)
    {
        json.WriteString("type", "object");
        if (path == "aliases")
        {
            // Each of them is a text or a map.
            return;
        }

        if (Free.Contains(path))
        {
            json.WriteStartObject("additionalProperties");
            var (key, known) = shape.Maps[path].First();
            Value(json, shape, path, key, known);
            json.WriteEndObject();
            return;
        }

        var keys = shape.Maps.GetValueOrDefault(path)?.Where(key => key.Value.IsTaken).ToList() ?? [];
        json.WriteStartObject("properties");
        foreach (var (key, known) in keys)
        {
            json.WriteStartObject(key);
            Value(json, shape, path, key, known);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (keys.Any(key => key.Value.IsRequired))
        {
            json.WriteStartArray("required");
            foreach (var (key, _) in keys.Where(key => key.Value.IsRequired))
            {
                json.WriteStringValue(key);
            }

            json.WriteEndArray();
        }

        json.WriteBoolean("additionalProperties", value: false);
    }

    private static void Value(Utf8JsonWriter json, ConfigShape shape, string path, string key, ConfigShape.Key known)
    {
        var at = path.Length == 0 ? key : $"{path}.{key}";
        if (at.EndsWith("transforms[].value", StringComparison.Ordinal))
        {
            // Whatever JSON can say.
            return;
        }

        if (at == "version")
        {
            json.WriteNumber("const", 1);
        }
        else if (at == "providers[].share")
        {
            json.WriteStartArray("type");
            json.WriteStringValue("array");
            json.WriteStringValue("boolean");
            json.WriteEndArray();
        }
        else if (known.Kinds.Contains(ConfigShape.Kind.Map) || Free.Contains(at))
        {
            Map(json, shape, at);
        }
        else if (known.Kinds.Overlaps([ConfigShape.Kind.List, ConfigShape.Kind.Texts]) || Lists.Contains(at))
        {
            json.WriteString("type", "array");
            Items(json, shape, at, known.Kinds.Contains(ConfigShape.Kind.Texts) || Lists.Contains(at));
        }
        else
        {
            Scalar(json, known);
        }
    }

    private static void Items(Utf8JsonWriter json, ConfigShape shape, string at, bool isTexts)
    {
        var isMaps = shape.Maps.ContainsKey(at + "[]");
        isTexts |= shape.HasTexts(at);
        json.WriteStartObject("items");
        if (isMaps && isTexts)
        {
            json.WriteStartArray("anyOf");
            json.WriteStartObject();
            WriteText(json);
            json.WriteEndObject();
            json.WriteStartObject();
            Map(json, shape, at + "[]");
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else if (isMaps)
        {
            Map(json, shape, at + "[]");
        }
        else
        {
            WriteText(json);
        }

        json.WriteEndObject();
    }

    private static void Scalar(Utf8JsonWriter json, ConfigShape.Key known)
    {
        switch (known.Kinds.LastOrDefault(kind => kind != ConfigShape.Kind.Text))
        {
            case ConfigShape.Kind.Word:
                json.WriteStartArray("enum");
                foreach (var word in known.Words)
                {
                    json.WriteStringValue(word);
                }

                json.WriteEndArray();
                break;
            case ConfigShape.Kind.Flag:
                json.WriteString("type", "boolean");
                break;
            case ConfigShape.Kind.Whole
            or ConfigShape.Kind.Amount when known.Least is { } least && known.Most is { } most:
                json.WriteString("type", known.Kinds.Contains(ConfigShape.Kind.Whole) ? "integer" : "number");
                json.WriteNumber("minimum", least);
                json.WriteNumber("maximum", most);
                break;
            case ConfigShape.Kind.Duration:
                json.WriteString("type", "string");
                json.WriteString("pattern", "^[0-9]{1,6}(ms|s|m|h|d|w)$");
                break;
            case ConfigShape.Kind.Day:
                json.WriteString("type", "string");
                json.WriteString("format", "date");
                break;
            default:
                WriteText(json);
                break;
        }
    }

    // A number that stands where a text is wanted is a text to the readers.
    private static void WriteText(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        foreach (var type in (ReadOnlySpan<string>)["string", "number", "boolean"])
        {
            json.WriteStringValue(type);
        }

        json.WriteEndArray();
    }
}
