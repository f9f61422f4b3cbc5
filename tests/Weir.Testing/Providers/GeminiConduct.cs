using Weir.Foundation;

namespace Weir.Testing;

/// <summary>How the <see cref="FakeProvider"/> behaves as a Gemini model.</summary>
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
                "generateContent" => GeminiAnswers.Content(Charge(provider, request, model, streaming: false)),
                "streamGenerateContent" => GeminiAnswers.Stream(Charge(provider, request, model, streaming: true)),
                "countTokens" => GeminiAnswers.CountTokens(request.Body.Length / 4),
                "embedContent" or "batchEmbedContents" => GeminiAnswers.Embedding(),
                _ => null,
            };
    }

    private static VendorCompletion Charge(
        FakeProvider provider,
        RecordedRequest request,
        string model,
        bool streaming
    ) => provider.Charge(request, Dialect.Gemini, model, streaming, [new VendorText(Prompts.FinalAnswer)]);
}
