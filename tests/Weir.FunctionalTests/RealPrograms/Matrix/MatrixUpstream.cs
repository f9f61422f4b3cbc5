using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms.Matrix;

/// <summary>A column of the matrix: a provider that speaks one dialect and nothing else.</summary>
/// <param name="Name">As the document heads it.</param>
/// <param name="Dialect">What it speaks.</param>
/// <param name="Model">The model that every request is sent to.</param>
/// <param name="Picture">The member of a request that holds a picture.</param>
/// <param name="Provider">The provider's members in the configuration; <c>URL</c> and <c>KEY</c> are the stand-in's.</param>
internal sealed record MatrixUpstream(string Name, Dialect Dialect, string Model, string Picture, string Provider)
{
    private const string SignedForBedrock =
        "kind: bedrock, baseUrl: URL, region: us-east-1, "
        + $"accessKeyId: {BedrockStandIn.AccessKeyId}, secretAccessKey: \"{BedrockStandIn.SecretAccessKey}\"";

    /// <summary>All of them. A new one is a line here, and a word of <see cref="FakeProvider"/>'s.</summary>
    public static ImmutableArray<MatrixUpstream> All { get; } =
    [
        new(
            "Messages",
            Dialect.AnthropicMessages,
            "claude-sonnet-5",
            "data",
            "kind: anthropic, baseUrl: URL, apiKey: KEY"
        ),
        new("Chat", Dialect.OpenAIChat, "gpt-4o-mini", "url", Compatible("chat")),
        new("Responses", Dialect.OpenAIResponses, "gpt-5.2", "image_url", Compatible("responses")),
        new("Gemini", Dialect.Gemini, "gemini-3-flash-preview", "data", "kind: gemini, baseUrl: URL, apiKey: KEY"),
        new("Bedrock's Claude", Dialect.AnthropicMessages, "us.anthropic.claude-sonnet-5", "data", SignedForBedrock),
        new("Bedrock's Converse", Dialect.BedrockConverse, "amazon.nova-2-lite-v1:0", "bytes", SignedForBedrock),
    ];

    /// <summary>The model as the answers name it: a host's prefix is not the model's own.</summary>
    public string AnsweringModel =>
        Model[(Model.IndexOf("anthropic.", StringComparison.Ordinal) is var at and >= 0 ? at + 10 : 0)..];

    /// <summary>A configuration with this provider alone, to whose one model everything goes.</summary>
    public string Configuration(FakeProvider provider) =>
        $$"""
            version: 1
            providers:
              - { name: only, {{Provider
                .Replace("URL", provider.BaseUrl, StringComparison.Ordinal)
                .Replace("KEY", FakeProvider.ApiKey, StringComparison.Ordinal)}} }
            routes:
              - match: { model: "*" }
                targets: [{ provider: only, model: "{{Model}}" }]
            """;

    /// <summary>What the provider signs its thinking with, and wants back; null for one that signs nothing.</summary>
    public string? ProofOf(ProviderCharge charge) =>
        Dialect switch
        {
            Dialect.OpenAIChat => null,
            Dialect.Gemini => GeminiAnswers.SignatureOf(charge.MessageId!),
            _ => new VendorThinking("").Signature,
        };

    private static string Compatible(string dialect) =>
        $"kind: openai-compatible, dialects: [{dialect}], catalogue: openai, baseUrl: URL/v1, apiKey: KEY";
}
