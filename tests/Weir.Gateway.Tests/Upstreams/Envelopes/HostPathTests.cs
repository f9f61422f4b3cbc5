using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Tests.Upstreams.Envelopes;

public sealed class HostPathTests
{
    [Theory]
    [InlineData(
        ProviderKind.Bedrock,
        "/model/us.anthropic.claude-x-v1%3A0/invoke",
        "us.anthropic.claude-x-v1:0",
        false
    )]
    [InlineData(ProviderKind.Bedrock, "/model/amazon.nova-lite-v1:0/converse-stream", "amazon.nova-lite-v1:0", true)]
    [InlineData(
        ProviderKind.Vertex,
        "/v1/projects/p/locations/l/publishers/anthropic/models/claude-x@20251001:streamRawPredict",
        "claude-x@20251001",
        true
    )]
    [InlineData(
        ProviderKind.Vertex,
        "/v1beta1/projects/p/locations/l/publishers/google/models/gemini-x:generateContent",
        "gemini-x",
        false
    )]
    public void The_model_stands_in_the_path(ProviderKind kind, string path, string model, bool streams)
    {
        Assert.Equal((model, streams), HostPath.Read(kind, path));
    }

    [Theory]
    [InlineData(ProviderKind.Bedrock, "/model/")]
    [InlineData(ProviderKind.Bedrock, "/model/x")]
    [InlineData(ProviderKind.Bedrock, "/guardrails")]
    [InlineData(ProviderKind.Vertex, "/v1/projects/p/locations/l/publishers/google/models")]
    [InlineData(ProviderKind.Vertex, "/v1/x/models/")]
    [InlineData(ProviderKind.AzureOpenAI, "/openai/deployments/x/chat/completions")]
    [InlineData(ProviderKind.Anthropic, "/model/x/invoke")]
    public void Or_it_does_not(ProviderKind kind, string path)
    {
        Assert.Null(HostPath.Read(kind, path));
    }
}
