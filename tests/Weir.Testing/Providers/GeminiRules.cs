using System.Text.Json;

namespace Weir.Testing;

/// <summary>
/// What Gemini refuses of a generateContent request, after its reference (https://ai.google.dev/api/generate-content), its
/// page on thought signatures and the errors that people report. Written apart from Weir's own writer, to disagree with it.
/// </summary>
public static class GeminiRules
{
    /// <summary>What stands in for the signature of a call that the model did not make.</summary>
    public const string NoSignature = "skip_thought_signature_validator";

    private static readonly HashSet<string> TopLevel =
    [
        "contents",
        "systemInstruction",
        "tools",
        "toolConfig",
        "generationConfig",
        "safetySettings",
        "cachedContent",
    ];

    private static readonly HashSet<string> Config =
    [
        "stopSequences",
        "responseMimeType",
        "responseSchema",
        "candidateCount",
        "maxOutputTokens",
        "temperature",
        "topP",
        "topK",
        "seed",
        "presencePenalty",
        "frequencyPenalty",
        "thinkingConfig",
    ];

    private static readonly HashSet<string> Schema =
    [
        "type",
        "format",
        "title",
        "description",
        "nullable",
        "enum",
        "maxItems",
        "minItems",
        "properties",
        "required",
        "minProperties",
        "maxProperties",
        "minLength",
        "maxLength",
        "pattern",
        "example",
        "anyOf",
        "propertyOrdering",
        "default",
        "items",
        "minimum",
        "maximum",
    ];

    /// <summary>The fault in Gemini's kind of words; null when there is none.</summary>
    public static string? FaultOf(JsonElement body, string model) =>
        Unknown(body, TopLevel, "")
        ?? ConfigFault(body, model)
        ?? ToolFault(body)
        ?? ContentFault(Turns(body))
        ?? SignatureFault(Turns(body), model);

    /// <summary>What is wrong with a schema; null when nothing is.</summary>
    public static string? SchemaFault(JsonElement schema, string at)
    {
        if (Unknown(schema, Schema, at) is { } unknown)
        {
            return unknown;
        }

        if (schema.Items("anyOf").Any())
        {
            return schema.EnumerateObject().Count() > 1
                ? $"{at}: schema specified other fields alongside any_of."
                : schema
                    .Items("anyOf")
                    .Select((s, i) => SchemaFault(s, $"{at}.any_of[{i}]"))
                    .FirstOrDefault(f => f is not null);
        }

        var type = schema.Text("type");
        if (type is not ("STRING" or "NUMBER" or "INTEGER" or "BOOLEAN" or "ARRAY" or "OBJECT"))
        {
            return $"{at}: didn't specify the schema type field.";
        }

        if (type == "ARRAY")
        {
            return schema.TryGetProperty("items", out var items)
                ? SchemaFault(items, at + ".items")
                : $"{at}.items: missing field.";
        }

        if (type == "STRING" && schema.Text("format") is { } format && format is not ("enum" or "date-time"))
        {
            return $"{at}.format: only 'enum' and 'date-time' are supported for STRING type";
        }

        if (schema.TryGetProperty("enum", out var values))
        {
            return type != "STRING" ? $"{at}.enum: only allowed for STRING type"
                : values.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String || v.GetString() == "")
                    ? $"{at}.enum: cannot be empty"
                : null;
        }

        if (!schema.TryGetProperty("properties", out var properties))
        {
            return schema.Items("required").Any() ? $"{at}.required: property is not defined" : null;
        }

        return !properties.EnumerateObject().Any() ? $"{at}.properties: should be non-empty for OBJECT type"
            : schema.Items("required").Any(r => !properties.TryGetProperty(r.GetString()!, out _))
                ? $"{at}.required: property is not defined"
            : properties
                .EnumerateObject()
                .Select(p => SchemaFault(p.Value, $"{at}.properties[{p.Name}]"))
                .FirstOrDefault(f => f is not null);
    }

    private static string? Unknown(JsonElement element, HashSet<string> known, string at) =>
        element.ValueKind != JsonValueKind.Object
            ? $"Invalid value at '{at}'"
            : element
                .EnumerateObject()
                .Where(p => !known.Contains(p.Name))
                .Select(p => $"Invalid JSON payload received. Unknown name \"{p.Name}\" at '{at}': Cannot find field.")
                .FirstOrDefault();

    private static string? ConfigFault(JsonElement body, string model)
    {
        if (!body.TryGetProperty("generationConfig", out var config))
        {
            return null;
        }

        var isNew = model.StartsWith("gemini-3", StringComparison.Ordinal);
        if (Unknown(config, Config, "generation_config") is { } unknown)
        {
            return unknown;
        }

        if (config.TryGetProperty("thinkingConfig", out var thinking))
        {
            if (thinking.TryGetProperty("thinkingLevel", out _) && !isNew)
            {
                return "Thinking level is not supported for this model.";
            }

            if (thinking.TryGetProperty("thinkingBudget", out var budget) && (isNew || budget.GetInt64() > 32_768))
            {
                return "The thinking budget is invalid for this model.";
            }
        }

        return config.TryGetProperty("responseSchema", out var schema)
            && SchemaFault(schema, "generation_config.response_schema") is { } fault
                ? fault
            : config.Text("responseMimeType") == "application/json" && body.Items("tools").Any() && !isNew
                ? "Function calling with a response mime type: 'application/json' is unsupported"
            : config.Items("stopSequences").Count() > 5 ? "stop_sequences: at most 5"
            : null;
    }

    private static string? ToolFault(JsonElement body)
    {
        var names = new HashSet<string>();
        foreach (var function in body.Items("tools").SelectMany(t => t.Items("functionDeclarations")))
        {
            var name = function.Text("name")!;
            if (!names.Add(name))
            {
                return $"Duplicate function declaration found: {name}";
            }

            if (function.TryGetProperty("parameters", out var parameters))
            {
                var at = $"tools[0].function_declarations[{name}].parameters";
                if (parameters.Text("type") != "OBJECT")
                {
                    return $"{at}: schema should be of type OBJECT";
                }

                if (SchemaFault(parameters, at) is { } fault)
                {
                    return fault;
                }
            }
        }

        return null;
    }

    /// <summary>The contents; what the model said in several of them, one behind the other, as Google's SDK sends a stream back, is one turn.</summary>
    private static List<JsonElement> Turns(JsonElement body)
    {
        var turns = new List<JsonElement>();
        foreach (var content in body.Items("contents"))
        {
            var goesOn = turns.Count > 0 && turns[^1].Text("role") == "model" && content.Text("role") == "model";
            if (goesOn)
            {
                IEnumerable<JsonElement> parts = [.. turns[^1].Items("parts"), .. content.Items("parts")];
                turns[^1] = JsonSerializer.SerializeToElement(new { role = "model", parts });
            }
            else
            {
                turns.Add(content);
            }
        }

        return turns;
    }

    private static string? ContentFault(List<JsonElement> contents)
    {
        if (contents.Count == 0)
        {
            return "contents is not specified";
        }

        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i].Text("role") is not ("user" or "model") || !contents[i].Items("parts").Any())
            {
                return $"contents[{i}]: Please use a valid role: user, model, and at least one part.";
            }

            var calls = Members(contents[i], "functionCall").Select(c => (c.Text("name"), c.Text("id"))).ToList();
            var next = i + 1 < contents.Count ? contents[i + 1] : default;
            var answers = Members(next, "functionResponse").ToList();
            if (
                (calls.Count > 0 || answers.Count > 0)
                && !calls.SequenceEqual(answers.Select(a => (a.Text("name"), a.Text("id"))))
            )
            {
                return "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
            }

            if (answers.Exists(a => !a.TryGetProperty("response", out var r) || r.ValueKind != JsonValueKind.Object))
            {
                return "function_response.response: must be an object";
            }

            if (calls.Count > 0 && (i == 0 || contents[i - 1].Text("role") != "user"))
            {
                return "Please ensure that function call turn comes immediately after a user turn or after a function response turn.";
            }
        }

        return Members(contents[0], "functionResponse").Any()
            ? "Please ensure that function response turn comes immediately after a function call turn."
            : null;
    }

    /// <summary>From 3 on the first call of each step of the current turn is signed.</summary>
    private static string? SignatureFault(List<JsonElement> contents, string model)
    {
        if (!model.StartsWith("gemini-3", StringComparison.Ordinal))
        {
            return null;
        }

        var start = contents.FindLastIndex(c => c.Text("role") == "user" && !Members(c, "functionResponse").Any());
        foreach (var content in contents.Skip(Math.Max(0, start)))
        {
            var first = content.Items("parts").FirstOrDefault(p => p.TryGetProperty("functionCall", out _));
            if (first.ValueKind == JsonValueKind.Object && first.Text("thoughtSignature") is null or "")
            {
                return "Function call is missing a thought_signature in functionCall parts.";
            }
        }

        return null;
    }

    private static IEnumerable<JsonElement> Members(JsonElement content, string name) =>
        content.Items("parts").Where(p => p.TryGetProperty(name, out _)).Select(p => p.GetProperty(name));
}
