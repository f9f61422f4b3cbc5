using Weir.Foundation;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Tests.Upstreams;

public sealed class ProviderModelTests
{
    private static ProviderModel Model(ProviderKind kind, string? baseUrl = null)
    {
        var config = new ProviderConfig
        {
            Name = "p",
            Kind = kind,
            BaseUrl = baseUrl is null ? null : new Uri(baseUrl),
        };
        return new ProviderModel(config, Upstream.Open(ProviderModel.KeyOf(config, WorkspaceId.Default)));
    }

    [Theory]
    [InlineData(ProviderKind.Anthropic, null, "/v1/messages", "https://api.anthropic.com/v1/messages")]
    [InlineData(ProviderKind.Anthropic, "http://h:1/base/", "/v1/messages", "http://h:1/base/v1/messages")]
    [InlineData(ProviderKind.OpenAI, null, "/v1/chat/completions", "https://api.openai.com/v1/chat/completions")]
    [InlineData(ProviderKind.OpenAI, "http://h/v1/", "/v1/responses", "http://h/v1/responses")]
    [InlineData(ProviderKind.OpenAI, "http://h/v1", "/files", "http://h/v1/files")]
    [InlineData(ProviderKind.OpenAICompatible, "https://h/api/v1", "/v1/embeddings", "https://h/api/v1/embeddings")]
    [InlineData(ProviderKind.OpenAICompatible, "https://h/openai", "/v1/x", "https://h/openai/x")]
    [InlineData(ProviderKind.OpenAICompatible, "https://h/openai", "/v1beta/x", "https://h/openai/v1beta/x")]
    [InlineData(
        ProviderKind.Gemini,
        null,
        "/v1beta/models/m:generateContent",
        "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent"
    )]
    public void An_address_is_what_the_vendors_own_sdk_would_call(
        ProviderKind kind,
        string? baseUrl,
        string path,
        string address
    ) => Assert.Equal(address, Model(kind, baseUrl).Address(path, "").AbsoluteUri);

    [Fact]
    public void Path_and_query_stay_byte_for_byte()
    {
        var address = Model(ProviderKind.Anthropic).Address("/v1/a%7eb%41", "?beta=true&x=%7E+%20");
        Assert.Equal("/v1/a%7eb%41?beta=true&x=%7E+%20", address.PathAndQuery);
    }

    [Fact]
    public void A_compatible_provider_has_no_address_of_its_own() =>
        Assert.Throws<ArgumentException>(() => Model(ProviderKind.OpenAICompatible));
}
