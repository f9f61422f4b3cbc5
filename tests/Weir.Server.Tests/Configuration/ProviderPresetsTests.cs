using Weir.Gateway;
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
        var variables = ProviderPresets.All.SelectMany(p => p.Variables).ToDictionary(name => name, _ => "k");
        var config = ProviderPresets.FromEnvironment(variables.GetValueOrDefault);

        var read = ConfigReader.Read(ConfigRendering.ToText(config), variables.GetValueOrDefault);

        Assert.Empty(read.Faults);
        Assert.Equal(
            config.Gateway.Providers.Select(p => (p.Name, p.Kind, p.BaseUrl, p.ApiKey, p.Catalogue)),
            read.Config!.Gateway.Providers.Select(p => (p.Name, p.Kind, p.BaseUrl, p.ApiKey, p.Catalogue))
        );
    }

    private static WeirConfig FromEnvironment(params (string Name, string Value)[] variables) =>
        ProviderPresets.FromEnvironment(variables.ToDictionary(v => v.Name, v => v.Value).GetValueOrDefault);

    private static ProviderConfig Provider(WeirConfig config, string name) =>
        config.Gateway.Providers.Single(provider => provider.Name == name);
}
