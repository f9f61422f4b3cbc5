using System.Text.Json;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>
/// How the <see cref="FakeProvider"/> behaves as Bedrock, at whose door the <see cref="BedrockStandIn"/> judges signatures and
/// bodies: Claude in Anthropic's words, other models in Converse's.
/// </summary>
internal static class BedrockConduct
{
    /// <summary>What a model of Bedrock's says to a sound request, put on the account.</summary>
    public static VendorCompletion Say(FakeProvider provider, RecordedRequest request, string model, bool streaming)
    {
        var body = request.Json();
        var prefix = $"tooluse_{request.Connection}_{body.Items("messages").Count()}_";
        var name = model.IndexOf("anthropic.", StringComparison.Ordinal);
        // Claude names itself as it does at home; Converse names nobody.
        return name < 0
            ? provider.Charge(request, Dialect.BedrockConverse, model, streaming, VendorMind.Decide(Hear(body), prefix))
            : provider.Charge(
                request,
                Dialect.AnthropicMessages,
                model[(name + "anthropic.".Length)..],
                streaming,
                VendorMind.Decide(AnthropicConduct.Hear(body), prefix)
            );
    }

    private static VendorHeard Hear(JsonElement body)
    {
        var messages = body.Items("messages").ToList();
        var prompt = messages.FindLastIndex(m => m.Text("role") == "user" && !HasResult(m));
        return new VendorHeard(
            body.TryGetProperty("toolConfig", out var tools)
                ? [.. tools.Items("tools").Select(t => Named(t, "toolSpec")).OfType<string>()]
                : [],
            prompt < 0 ? "" : messages[prompt].ToString(),
            messages.Skip(prompt + 1).Count(HasResult),
            // It has no word for a schema.
            WantsJson: false
        );
    }

    private static string? Named(JsonElement tool, string member) =>
        tool.TryGetProperty(member, out var spec) ? spec.Text("name") : null;

    private static bool HasResult(JsonElement message) =>
        message.Items("content").Any(block => block.TryGetProperty("toolResult", out _));
}
