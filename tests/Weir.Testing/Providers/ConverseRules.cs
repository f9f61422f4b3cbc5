using System.Text.Json;

namespace Weir.Testing;

/// <summary>What Bedrock's Converse refuses, in its own words (docs.aws.amazon.com/bedrock, "Converse").</summary>
internal static class ConverseRules
{
    private static readonly string[] Members =
    [
        "additionalModelRequestFields",
        "inferenceConfig",
        "messages",
        "system",
        "toolConfig",
    ];

    private static readonly string[] Blocks =
    [
        "cachePoint",
        "document",
        "image",
        "reasoningContent",
        "text",
        "toolResult",
        "toolUse",
    ];

    /// <summary>The refusal of a request; null for a sound one.</summary>
    public static UpstreamAnswer? Complaint(JsonElement body) =>
        Why(body) is { } why ? BedrockStandIn.Error(400, "ValidationException", why) : null;

    private static string? Why(JsonElement body)
    {
        if (body.EnumerateObject().Select(m => m.Name).Except(Members).FirstOrDefault() is { } extra)
        {
            return $"#: extraneous key [{extra}] is not permitted";
        }

        var role = "user";
        var open = new HashSet<string>();
        var names = new HashSet<string>();
        foreach (var message in body.Items("messages"))
        {
            if (message.Text("role") != role)
            {
                return "A conversation must alternate between user and assistant roles, and start with a user message.";
            }

            var content = message.Items("content").ToList();
            if (content.Count == 0)
            {
                return "The content field in the Message object is empty.";
            }

            var results = content
                .Select(block => Inner(block, "toolResult")?.Text("toolUseId"))
                .OfType<string>()
                .ToHashSet();
            if (role == "user" && !results.SetEquals(open))
            {
                return "Expected toolResult blocks for the toolUse blocks of the turn before.";
            }

            open = [.. content.Select(block => Inner(block, "toolUse")?.Text("toolUseId")).OfType<string>()];
            foreach (var block in content)
            {
                if (OfBlock(block, names) is { } why)
                {
                    return why;
                }
            }

            if (content.Any(b => Inner(b, "document") is not null) && !content.Any(b => b.Text("text") is not null))
            {
                return "A text block must be included when a document is used.";
            }

            role = role == "user" ? "assistant" : "user";
        }

        var hasTools = body.TryGetProperty("toolConfig", out var tools) && tools.Items("tools").Any();
        var usesTools = body.Items("messages").Any(m => m.Items("content").Any(b => Inner(b, "toolUse") is not null));
        return usesTools && !hasTools
            ? "The toolConfig field must be defined when using toolUse and toolResult content blocks."
            : null;
    }

    private static string? OfBlock(JsonElement block, HashSet<string> names)
    {
        if (block.EnumerateObject().ToList() is not [var only] || !Blocks.Contains(only.Name))
        {
            return $"{block} is no content block.";
        }

        return only.Name == "text" && string.IsNullOrWhiteSpace(only.Value.GetString()) ? "The text field is blank."
            : only.Name == "toolUse" && only.Value.GetProperty("input").ValueKind != JsonValueKind.Object
                ? "The format of the value at toolUse.input is invalid. Provide a json object."
            : only.Name == "document" && !names.Add(only.Value.Text("name") ?? "") ? "Duplicate document file names."
            : null;
    }

    private static JsonElement? Inner(JsonElement block, string name) =>
        block.TryGetProperty(name, out var inner) ? inner : null;
}
