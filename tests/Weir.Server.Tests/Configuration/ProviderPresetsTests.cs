using Weir.Gateway;
using Weir.Gateway.Upstreams;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class ProviderPresetsTests
{
    [Fact]
    public void An_empty_environment_still_serves_callers_with_their_own_credential_and_the_simulator()
    {
        var config = ProviderPresets.FromEnvironment(_ => null);

        Assert.Equal(["anthropic", "openai", "gemini", "simulator"], config.Gateway.Providers.Select(p => p.Name));
        Assert.All(config.Gateway.Providers, provider => Assert.Null(provider.ApiKey));
    }

    [Fact]
    public void A_key_in_the_environment_sets_its_provider_up()
    {
        var config = FromEnvironment(("ANTHROPIC_API_KEY", " sk-ant "), ("GOOGLE_API_KEY", "g"), ("GROQ_API_KEY", "q"));

        Assert.Equal("sk-ant", Provider(config, "anthropic").ApiKey);
        Assert.Equal("g", Provider(config, "gemini").ApiKey);
        Assert.Equal(ProviderKind.OpenAICompatible, Provider(config, "groq").Kind);
    }

    [Fact]
    public void The_first_variable_of_a_provider_wins()
    {
        var config = FromEnvironment(("GEMINI_API_KEY", "first"), ("GOOGLE_API_KEY", "second"));

        Assert.Equal("first", Provider(config, "gemini").ApiKey);
    }

    [Fact]
    public void A_Weir_key_in_a_vendors_variable_is_a_clients_setting_and_goes_nowhere()
    {
        var config = FromEnvironment(("ANTHROPIC_API_KEY", "wk_mine"), ("OPENROUTER_API_KEY", "wk_mine"));

        Assert.Null(Provider(config, "anthropic").ApiKey);
        Assert.DoesNotContain(config.Gateway.Providers, provider => provider.Name == "openrouter");
    }

    [Fact]
    public void What_the_environment_sets_up_reads_back_as_the_document_that_is_shown()
    {
        var variables = Vendors.All.SelectMany(vendor => vendor.Variables).ToDictionary(name => name, _ => "k");
        foreach (
            var (name, value) in Hosts.Concat([("OLLAMA_HOST", "0.0.0.0"), ("VLLM_BASE_URL", "https://gpu.lan/v1")])
        )
        {
            variables[name] = value;
        }

        var config = ProviderPresets.FromEnvironment(variables.GetValueOrDefault);

        var read = ConfigReader.Read(ConfigRendering.ToText(config), variables.GetValueOrDefault);

        Assert.Empty(read.Faults);
        Assert.Equal(config.Gateway.Providers.Select(Told), read.Config!.Gateway.Providers.Select(Told));
        Assert.Equal(
            Vendors.All.Select(vendor => vendor.Name).Except(["lmstudio", "llamacpp"]),
            config.Gateway.Providers.Select(provider => provider.Name)
        );
    }

    [Fact]
    public void Access_keys_of_AWS_set_Bedrock_up_where_it_has_no_key_of_its_own()
    {
        var config = FromEnvironment(
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_SESSION_TOKEN", "t"),
            ("AWS_REGION", "eu-west-1")
        );
        var variables = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = "AKID",
            ["AWS_SECRET_ACCESS_KEY"] = "s",
            ["AWS_SESSION_TOKEN"] = "t",
        };

        var bedrock = Provider(config, "bedrock");
        var read = ConfigReader.Read(ConfigRendering.ToText(config), variables.GetValueOrDefault);

        Assert.Equal(
            ("AKID", "s", "t", "eu-west-1"),
            (bedrock.AccessKeyId, bedrock.SecretAccessKey, bedrock.SessionToken, bedrock.Region)
        );
        Assert.Equal("https://bedrock-runtime.eu-west-1.amazonaws.com/", bedrock.Address!.AbsoluteUri);
        Assert.Empty(read.Faults);
        Assert.Equal(Told(bedrock), Told(Provider(read.Config!, "bedrock")));
    }

    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID", "AKID")]
    [InlineData("AWS_BEARER_TOKEN_BEDROCK", "k")]
    [InlineData("AZURE_OPENAI_API_KEY", "k")]
    [InlineData("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file.json")]
    [InlineData("OLLAMA_HOST", "http://u:p@x")]
    [InlineData("OLLAMA_HOST", "not a host")]
    public void Half_of_what_a_host_needs_sets_nothing_up(string variable, string value)
    {
        Assert.Equal(
            ["anthropic", "openai", "gemini", "simulator"],
            FromEnvironment((variable, value)).Gateway.Providers.Select(p => p.Name)
        );
    }

    [Theory]
    [InlineData("AWS_REGION", "us east 1/")]
    [InlineData("AZURE_OPENAI_ENDPOINT", "my-resource")]
    [InlineData("GOOGLE_CLOUD_PROJECT", "a/../b")]
    [InlineData("GOOGLE_CLOUD_LOCATION", "evil.example/")]
    public void What_is_no_region_address_or_project_sets_nothing_up(string variable, string value)
    {
        var variables = Hosts.ToDictionary(v => v.Name, v => v.Value);
        var all = ProviderPresets.FromEnvironment(variables.GetValueOrDefault).Gateway.Providers.Length;
        variables[variable] = value;

        Assert.Equal(all - 1, ProviderPresets.FromEnvironment(variables.GetValueOrDefault).Gateway.Providers.Length);
    }

    [Theory]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/v1")]
    [InlineData("192.168.1.7", "http://192.168.1.7:11434/v1")]
    [InlineData("gpu.lan:9000", "http://gpu.lan:9000/v1")]
    [InlineData("[::1]:9000", "http://[::1]:9000/v1")]
    [InlineData("https://gpu.lan:443", "https://gpu.lan/v1")]
    [InlineData("http://gpu.lan:80/v1/", "http://gpu.lan/v1/")]
    public void The_variable_of_a_program_on_ones_own_machine_tells_where_it_is(string value, string address)
    {
        Assert.Equal(address, Provider(FromEnvironment(("OLLAMA_HOST", value)), "ollama").BaseUrl!.AbsoluteUri);
    }

    private static readonly (string Name, string Value)[] Hosts =
    [
        ("AWS_BEARER_TOKEN_BEDROCK", "k"),
        ("AWS_REGION", "us-east-1"),
        ("AZURE_OPENAI_API_KEY", "k"),
        ("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com"),
        ("OPENAI_API_VERSION", "2024-10-21"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/google.json"),
        ("GOOGLE_CLOUD_PROJECT", "my-project"),
        ("GOOGLE_CLOUD_LOCATION", "global"),
    ];

    private static object Told(ProviderConfig p) =>
        (
            p.Name,
            p.Kind,
            p.BaseUrl?.OriginalString,
            p.ApiKey,
            p.Catalogue,
            (
                p.Region,
                p.Project,
                p.Location,
                p.ApiVersion,
                p.AccessKeyId,
                p.SecretAccessKey,
                p.SessionToken,
                p.Credentials
            )
        );

    private static WeirConfig FromEnvironment(params (string Name, string Value)[] variables) =>
        ProviderPresets.FromEnvironment(variables.ToDictionary(v => v.Name, v => v.Value).GetValueOrDefault);

    private static ProviderConfig Provider(WeirConfig config, string name) =>
        config.Gateway.Providers.Single(provider => provider.Name == name);
}
