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
    // As a host decodes it.
    [InlineData(ProviderKind.Bedrock, "/model/%66orbidden/invoke", "forbidden", false)]
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
    // A second model, of which the host may take the other one.
    [InlineData(ProviderKind.Bedrock, "/guardrail/g/model/x/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/y/invoke/model/x/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/x/y/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/x/invoke/")]
    [InlineData(ProviderKind.Bedrock, "/model//invoke")]
    [InlineData(ProviderKind.Bedrock, "//model/x/invoke")]
    [InlineData(ProviderKind.Bedrock, "/Model/x/invoke")]
    [InlineData(ProviderKind.Vertex, "/v1/p/models/y:generateContent/models/x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p/Models/y/models/x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p/%6dodels/y/models/x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p/y:generateContent/models/x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p/y%3AgenerateContent/models/x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p;y/models/x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p/models/x:generateContent/y")]
    // A name that not everybody ends at the same place.
    [InlineData(ProviderKind.Vertex, "/v1/p/models/y:generateContent:x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p/models/y%3AgenerateContent:countTokens")]
    [InlineData(ProviderKind.Vertex, "/v1/p/models/y;x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p/models/y%00x:generateContent")]
    [InlineData(ProviderKind.Vertex, "/v1/p/models/x:generate%43ontent")]
    [InlineData(ProviderKind.Bedrock, "/model/y;x/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/y%3Fx/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/y%23x/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/y%2Fx/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/y%252Fx/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/y+x/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/%C0%AEx/invoke")]
    [InlineData(ProviderKind.Bedrock, "/model/x/invoke;y")]
    [InlineData(ProviderKind.Bedrock, "/model/x/%69nvoke")]
    public void Or_it_does_not(ProviderKind kind, string path)
    {
        Assert.Null(HostPath.Read(kind, path));
    }
}
