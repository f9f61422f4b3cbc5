using System.Text.Json;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>How the <see cref="FakeProvider"/> behaves as a Claude model: Claude Code's tool loop, subagents, titles.</summary>
internal static class AnthropicConduct
{
    public static UpstreamAnswer Message(FakeProvider provider, RecordedRequest request)
    {
        var body = request.Json();
        var streaming = body.Flag("stream");
        var completion = provider.Charge(
            request,
            Dialect.AnthropicMessages,
            body.Text("model")!,
            streaming,
            VendorMind.Decide(Hear(body), $"toolu_{request.Connection}_{body.Items("messages").Count()}_")
        );
        return streaming ? AnthropicAnswers.Stream(completion) : AnthropicAnswers.Message(completion);
    }

    /// <summary>What a request tells the model.</summary>
    public static VendorHeard Hear(JsonElement body)
    {
        var messages = body.Items("messages").ToList();
        var prompt = messages.FindLastIndex(m => m.Text("role") == "user" && !HasResult(m));
        return new VendorHeard(
            [.. body.Items("tools").Select(t => t.Text("name")!)],
            prompt < 0 ? "" : messages[prompt].ToString(),
            messages.Skip(prompt + 1).Count(HasResult),
            WantsJson(body)
        );
    }

    private static bool HasResult(JsonElement message) =>
        message.Items("content").Any(c => c.Text("type") == "tool_result");

    private static bool WantsJson(JsonElement body) =>
        body.TryGetProperty("output_config", out var output)
        && output.ValueKind == JsonValueKind.Object
        && output.TryGetProperty("format", out _);
}
