using System.Text.Json;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>
/// How the <see cref="FakeProvider"/> behaves as a Gemini model: what Gemini refuses it refuses too (<see cref="GeminiRules"/>).
/// </summary>
internal static class GeminiConduct
{
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

        var blocks = VendorMind.Decide(Hear(body), $"fc_{request.Connection}_{body.Items("contents").Count()}_");
        var completion = provider.Charge(request, Dialect.Gemini, model, streaming, blocks);
        return streaming ? GeminiAnswers.Stream(completion) : GeminiAnswers.Content(completion);
    }

    private static VendorHeard Hear(JsonElement body)
    {
        var contents = body.Items("contents").ToList();
        var prompt = contents.FindLastIndex(c => c.Text("role") == "user" && !HasResult(c));
        return new VendorHeard(
            [.. body.Items("tools").SelectMany(t => t.Items("functionDeclarations")).Select(f => f.Text("name")!)],
            prompt < 0 ? "" : contents[prompt].ToString(),
            contents.Skip(prompt + 1).Count(HasResult),
            body.TryGetProperty("generationConfig", out var config)
                && config.Text("responseMimeType") == "application/json"
        );
    }

    private static bool HasResult(JsonElement content) =>
        content.Items("parts").Any(p => p.TryGetProperty("functionResponse", out _));
}
