using System.Text.Json;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>
/// How the <see cref="FakeProvider"/> behaves as a Gemini model: Claude Code's tool loop, subagents and titles, thinking
/// where it is asked for. What Gemini refuses it refuses too (<see cref="GeminiRules"/>).
/// </summary>
internal static class GeminiConduct
{
    private static readonly string[] SubagentTools = ["Agent", "Task"];

    public static UpstreamAnswer? Answer(FakeProvider provider, RecordedRequest request)
    {
        var parts = request.Path["/v1beta/models/".Length..].Split(':', 2);
        var model = parts[0];
        return parts.Length < 2
            ? null
            : parts[1] switch
            {
                "generateContent" or "streamGenerateContent" => Generate(
                    provider,
                    request,
                    model,
                    parts[1] == "streamGenerateContent"
                ),
                "countTokens" => GeminiAnswers.CountTokens(request.Body.Length / 4),
                "embedContent" or "batchEmbedContents" => GeminiAnswers.Embedding(),
                _ => null,
            };
    }

    private static UpstreamAnswer Generate(FakeProvider provider, RecordedRequest request, string model, bool streaming)
    {
        var body = request.Json();
        if (GeminiRules.FaultOf(body, model) is { } fault)
        {
            return GeminiAnswers.Error(400, "INVALID_ARGUMENT", fault);
        }

        var config = body.TryGetProperty("generationConfig", out var found) ? found : default;
        var blocks = Decide(body, config, request);
        if (ShowsThoughts(config))
        {
            blocks = [new VendorThinking(Prompts.Thoughts), .. blocks];
        }

        var completion = provider.Charge(request, Dialect.Gemini, model, streaming, blocks);
        return streaming ? GeminiAnswers.Stream(completion) : GeminiAnswers.Content(completion);
    }

    private static VendorBlock[] Decide(JsonElement body, JsonElement config, RecordedRequest request)
    {
        if (config.Text("responseMimeType") == "application/json")
        {
            return [new VendorText("""{"title":"Work at the weir"}""")];
        }

        var tools = body.Items("tools")
            .SelectMany(t => t.Items("functionDeclarations"))
            .Select(f => f.Text("name"))
            .ToHashSet();
        var last = body.Items("contents").Last();
        var prompt = last.ToString();
        if (last.Items("parts").Any(p => p.TryGetProperty("functionResponse", out _)))
        {
            return [new VendorText(Prompts.FinalAnswer)];
        }

        var id = $"fc_{request.Connection}_{body.Items("contents").Count()}_{prompt.Length}";
        var subagent = SubagentTools.FirstOrDefault(tools.Contains);
        return prompt.Contains(Prompts.StartSubagent, StringComparison.Ordinal) && subagent is not null
                ?
                [
                    new VendorToolCall(
                        id,
                        subagent,
                        VendorJson.Write(
                            new
                            {
                                description = "Look at the weir",
                                prompt = $"Please {Prompts.CallTool}.",
                                subagent_type = "general-purpose",
                                run_in_background = false,
                            }
                        )
                    ),
                ]
            : prompt.Contains(Prompts.CallTwoTools, StringComparison.Ordinal) && tools.Contains("Bash")
                ? [Bash(id, Prompts.Command), Bash(id + "_2", Prompts.SecondCommand)]
            : prompt.Contains(Prompts.CallTool, StringComparison.Ordinal) && tools.Contains("Bash")
                ? [Bash(id, Prompts.Command)]
            : [new VendorText(Prompts.FinalAnswer)];
    }

    private static VendorToolCall Bash(string id, string command) =>
        new(id, "Bash", VendorJson.Write(new { command, description = "Look at the weir" }));

    private static bool ShowsThoughts(JsonElement config) =>
        config.ValueKind == JsonValueKind.Object
        && config.TryGetProperty("thinkingConfig", out var thinking)
        && thinking.Flag("includeThoughts");
}
