using System.Text.Json;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>How the <see cref="FakeProvider"/> behaves as a Claude model: Claude Code's tool loop, subagents, titles.</summary>
internal static class AnthropicConduct
{
    private static readonly string[] SubagentTools = ["Agent", "Task"];

    public static UpstreamAnswer Message(FakeProvider provider, RecordedRequest request)
    {
        var body = request.Json();
        var streaming = body.Flag("stream");
        var completion = provider.Charge(
            request,
            Dialect.AnthropicMessages,
            body.Text("model")!,
            streaming,
            [Decide(body, request)]
        );
        return streaming ? AnthropicAnswers.Stream(completion) : AnthropicAnswers.Message(completion);
    }

    private static VendorBlock Decide(JsonElement body, RecordedRequest request)
    {
        if (WantsJson(body))
        {
            return new VendorText("""{"title":"Work at the weir"}""");
        }

        var tools = body.Items("tools").Select(t => t.Text("name")).ToHashSet();
        var last = body.Items("messages").LastOrDefault(m => m.Text("role") == "user");
        if (
            last.ValueKind == JsonValueKind.Undefined
            || last.Items("content").Any(c => c.Text("type") == "tool_result")
        )
        {
            return new VendorText(Prompts.FinalAnswer);
        }

        var prompt = last.ToString();
        var id = $"toolu_{request.Connection}_{body.Items("messages").Count()}_{prompt.Length}";
        var subagent = SubagentTools.FirstOrDefault(tools.Contains);
        return prompt.Contains(Prompts.StartSubagent, StringComparison.Ordinal) && subagent is not null
                ? new VendorToolCall(
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
                )
            : prompt.Contains(Prompts.CallTool, StringComparison.Ordinal) && tools.Contains("Bash")
                ? new VendorToolCall(
                    id,
                    "Bash",
                    VendorJson.Write(new { command = Prompts.Command, description = "Look at the weir" })
                )
            : new VendorText(Prompts.FinalAnswer);
    }

    private static bool WantsJson(JsonElement body) =>
        body.TryGetProperty("output_config", out var output)
        && output.ValueKind == JsonValueKind.Object
        && output.TryGetProperty("format", out _);
}
