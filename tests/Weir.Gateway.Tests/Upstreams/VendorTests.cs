using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway.Metering;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Tests.Upstreams;

public sealed class VendorTests
{
    public static TheoryData<string> Names { get; } = [.. Vendors.All.Select(vendor => vendor.Name)];

    [Fact]
    public void Rows_have_names_addresses_and_variables_of_their_own()
    {
        var variables = Vendors.All.SelectMany(vendor => vendor.Variables).ToList();
        var addresses = Vendors.All.Select(vendor => vendor.BaseUrl).OfType<string>().ToList();

        Assert.Equal(Vendors.All.Length, Vendors.All.Select(vendor => vendor.Name).Distinct().Count());
        Assert.Equal(variables.Count, variables.Distinct().Count());
        Assert.Equal(addresses.Count, addresses.Select(address => new Uri(address).Authority).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_vendor_tells_of_its_cache_and_its_reasoning_is_read(string name)
    {
        var vendor = Vendors.Named(name)!;
        var cached = vendor.CachedTokens switch
        {
            CachedTokens.InDetails => "\"prompt_tokens_details\":{\"cached_tokens\":60},",
            CachedTokens.AsHits => "\"prompt_cache_hit_tokens\":60,\"prompt_cache_miss_tokens\":40,",
            CachedTokens.Bare => "\"cached_tokens\":60,",
            _ => "",
        };
        var reasoning = vendor.ReasoningTokens switch
        {
            ReasoningTokens.InDetails or ReasoningTokens.BesideCompletion =>
                "\"completion_tokens_details\":{\"reasoning_tokens\":7},",
            ReasoningTokens.Bare => "\"reasoning_tokens\":7,",
            _ => "",
        };
        var beside = vendor.ReasoningTokens == ReasoningTokens.BesideCompletion;
        var usage = new OpenAIUsage();

        usage.Set(
            Encoding.UTF8.GetBytes(
                $$"""{{{cached}}{{reasoning}}"prompt_tokens":100,"completion_tokens":{{(beside ? 3 : 10)}},"total_tokens":110}"""
            )
        );

        Assert.Equal(10, usage.Tokens.Output);
        Assert.Equal(vendor.ReasoningTokens == ReasoningTokens.Untold ? null : 7L, usage.Tokens.Reasoning);
        Assert.Equal(vendor.CachedTokens == CachedTokens.Untold ? null : 60L, usage.Tokens.CacheRead);
        Assert.Equal(vendor.CachedTokens == CachedTokens.Untold ? 100 : 40, usage.Tokens.Input);
    }

    [Theory]
    [InlineData("mistral", null, "https://proxy.example/v1", "mistral")]
    [InlineData("house", "mistral", "https://proxy.example/v1", "mistral")]
    [InlineData("house", null, "https://api.mistral.ai/v1", "mistral")]
    [InlineData("house", null, "https://API.deepseek.com/beta", "deepseek")]
    [InlineData("house", null, "https://proxy.example/v1", "generic")]
    [InlineData("house", null, "http://127.0.0.1:11434/v1", "generic")]
    // A name of another kind's row is none.
    [InlineData("anthropic", null, "https://proxy.example/v1", "generic")]
    public void A_row_is_found_by_word_then_by_name_then_by_address(
        string name,
        string? word,
        string address,
        string row
    )
    {
        Assert.Equal(row, Vendors.Of(Provider(name, address) with { Vendor = word }).Name);
    }

    [Theory]
    [InlineData("mistral", null, Dialect.OpenAIResponses, false)]
    [InlineData("groq", null, Dialect.OpenAIResponses, true)]
    [InlineData("groq", null, Dialect.AnthropicMessages, false)]
    [InlineData("ollama", null, Dialect.AnthropicMessages, true)]
    [InlineData("house", null, Dialect.OpenAIChat, true)]
    [InlineData("house", null, Dialect.OpenAIResponses, false)]
    [InlineData("house", Dialect.AnthropicMessages, Dialect.AnthropicMessages, true)]
    [InlineData("house", Dialect.AnthropicMessages, Dialect.OpenAIChat, false)]
    public void A_provider_speaks_what_its_row_says_or_the_configuration(
        string name,
        Dialect? told,
        Dialect asked,
        bool speaks
    )
    {
        var config = Provider(name, "https://proxy.example/v1");
        var model = Model(told is { } only ? config with { Dialects = [only] } : config);

        Assert.Equal(speaks, model.Speaks(asked, "any"));
        Assert.Equal(told ?? Dialect.OpenAIChat, model.NativeDialect("any"));
    }

    [Theory]
    [InlineData(ProviderKind.Bedrock, "eu.anthropic.claude-sonnet-4-6", Dialect.AnthropicMessages)]
    [InlineData(
        ProviderKind.Bedrock,
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-6",
        Dialect.AnthropicMessages
    )]
    [InlineData(ProviderKind.Bedrock, "amazon.nova-pro-v1:0", Dialect.BedrockConverse)]
    [InlineData(ProviderKind.Vertex, "claude-sonnet-4-5@20250929", Dialect.AnthropicMessages)]
    [InlineData(ProviderKind.Vertex, "gemini-3.5-flash", Dialect.Gemini)]
    [InlineData(ProviderKind.Vertex, "meta/llama-3.3-70b-instruct-maas", Dialect.OpenAIChat)]
    [InlineData(ProviderKind.AzureOpenAI, "gpt-5.4", Dialect.OpenAIChat)]
    public void What_a_host_speaks_hangs_on_the_model(ProviderKind kind, string model, Dialect native)
    {
        var provider = Model(
            new ProviderConfig
            {
                Name = "host",
                Kind = kind,
                BaseUrl = new Uri("https://host.example"),
                ApiKey = "k",
            }
        );

        Assert.Equal(native, provider.NativeDialect(model));
        Assert.True(provider.Speaks(native, model));
        Assert.Equal(kind == ProviderKind.AzureOpenAI, provider.Speaks(Dialect.OpenAIResponses, model));
        Assert.False(provider.Speaks(Dialect.None, model));
    }

    [Theory]
    [InlineData(
        "deepseek",
        "https://api.deepseek.com/v1",
        "/v1/messages",
        "https://api.deepseek.com/anthropic/v1/messages"
    )]
    [InlineData(
        "deepseek",
        "https://api.deepseek.com/v1",
        "/v1/chat/completions",
        "https://api.deepseek.com/v1/chat/completions"
    )]
    [InlineData("zai", "https://api.z.ai/api/paas/v4", "/v1/messages", "https://api.z.ai/api/anthropic/v1/messages")]
    [InlineData(
        "zai",
        "https://api.z.ai/api/paas/v4",
        "/v1/chat/completions",
        "https://api.z.ai/api/paas/v4/chat/completions"
    )]
    [InlineData("openrouter", "https://openrouter.ai/api/v1", "/v1/messages", "https://openrouter.ai/api/v1/messages")]
    // Behind a proxy nobody knows where it is.
    [InlineData("deepseek", "https://proxy.example/v1", "/v1/messages", "https://proxy.example/v1/messages")]
    public void Messages_are_where_the_vendor_has_them(string name, string address, string path, string target)
    {
        Assert.Equal(target, Model(Provider(name, address)).Address(path, "").OriginalString);
    }

    [Fact]
    public void What_a_vendor_refuses_is_told_to_whoever_writes_requests_for_it()
    {
        var traits = Model(Provider("mistral", "https://api.mistral.ai/v1")).TraitsFor(Dialect.OpenAIChat, "m", null);

        Assert.True(traits.TakesShortToolIds);
        Assert.False(traits.TakesStreamOptions);
        Assert.False(traits.TakesMaxCompletionTokens);
        Assert.True(traits.Refuses.Has(Weir.Gateway.Translation.Feature.Seed));
        Assert.False(traits.Refuses.Has(Weir.Gateway.Translation.Feature.Penalties));
    }

    [Theory]
    [InlineData("mistral", "https://api.mistral.ai/v1", "seed", "end_user")]
    [InlineData("xai", "https://api.x.ai/v1", "penalties", "stop_sequences", "end_user")]
    [InlineData("cerebras", "https://api.cerebras.ai/v1", "no_parallel_tools", "penalties", "end_user")]
    [InlineData("groq", "https://api.groq.com/openai/v1", "end_user")]
    public void What_it_refuses_is_left_out_of_what_is_written_for_it_and_noted(
        string name,
        string address,
        params string[] dropped
    )
    {
        var asked = Encoding.UTF8.GetBytes(
            """
            {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],
             "generationConfig":{"seed":1,"frequencyPenalty":0.5,"presencePenalty":0,"stopSequences":["END"]}}
            """
        );
        var conversation = TranslatedRequest.Read(Dialect.Gemini, asked, streams: false, out _)!;
        conversation.ParallelTools = false;
        conversation.Tools.Add(new Tool(RawText.OfPlain("look"), default, default));
        conversation.EndUser = RawText.OfPlain("ada");
        var provider = Model(Provider(name, address));

        using var written = TranslatedRequest.Write(conversation, provider.TraitsFor(Dialect.OpenAIChat, "m", null));

        using var body = JsonDocument.Parse(written.Body);
        Assert.Equal(dropped.Order(StringComparer.Ordinal), written.Dropped);
        Assert.Empty(provider.Vendor.RefusedChatFields.Where(field => body.RootElement.TryGetProperty(field, out _)));
    }

    [Fact]
    public void Tools_are_never_left_out_where_a_vendor_has_none()
    {
        var asked = Encoding.UTF8.GetBytes(
            """{"messages":[{"role":"user","content":"Hi"}],"tools":[{"name":"look","input_schema":{"type":"object"}}]}"""
        );
        var conversation = TranslatedRequest.Read(Dialect.AnthropicMessages, asked, streams: false, out _)!;
        var perplexity = Model(Provider("perplexity", "https://api.perplexity.ai"));

        Assert.Contains(
            "no equivalent for: tools.",
            TranslatedRequest.WhyNot(conversation, perplexity.AsTarget[0], Dialect.OpenAIChat),
            StringComparison.Ordinal
        );
        Assert.Null(TranslatedRequest.WhyNot(conversation, perplexity.AsTarget[0], Dialect.Gemini));
    }

    private static ProviderConfig Provider(string name, string address) =>
        new()
        {
            Name = name,
            Kind = ProviderKind.OpenAICompatible,
            BaseUrl = new Uri(address),
            ApiKey = "k",
        };

    private static ProviderModel Model(ProviderConfig config)
    {
        using var upstream = Upstream.Open(
            new UpstreamKey(WorkspaceId.Default, "address", TimeSpan.FromSeconds(1), AddressPolicy.Server)
        );
        return new ProviderModel(config, upstream);
    }
}
