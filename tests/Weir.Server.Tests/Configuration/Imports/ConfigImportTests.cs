using System.Text.Json;
using Weir.Client.Json;
using Weir.Gateway;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Imports;

namespace Weir.Server.Tests.Configuration.Imports;

/// <summary>Other programs' configurations as Weir's: what is there works, what is not is told, and no key is shown.</summary>
public sealed class ConfigImportTests
{
    private const string Marks = "{}[]:,\"'\n *&#$0x\u0000";

    [Fact]
    public void A_router_s_providers_keys_and_rules_are_carried_over()
    {
        var (outcome, config) = Imported("router.json");

        Assert.Equal("claude-code-router", outcome.Program);
        Assert.Equal(
            [
                "openrouter openai-compatible https://openrouter.ai/api/v1 OPENROUTER_API_KEY",
                "deepseek openai-compatible https://api.deepseek.com/ DEEPSEEK_API_KEY",
                "ollama openai-compatible http://localhost:11434/v1 OLLAMA_API_KEY",
                "gemini gemini - GEMINI_API_KEY",
                "Claude-itself anthropic - CLAUDE_ITSELF_API_KEY",
                "modelscope openai-compatible https://api-inference.modelscope.cn/v1 -",
            ],
            config.Gateway.Providers.Select(Line)
        );
        Assert.All(
            config.Gateway.Providers,
            provider => Assert.Equal(TimeSpan.FromMinutes(10), provider.Resilience.Timeouts.Silence)
        );
        var rules = config.Gateway.Routes.ToDictionary(route => route.Name, route => route);
        // A model that is named with its provider goes before every rule, as there.
        Assert.Equal("Claude itself,claude-sonnet-4-5", rules["Claude-itself,claude-sonnet-4-5"].Model);
        Assert.True(
            config.Gateway.Routes.IndexOf(rules["deepseek,deepseek-chat"])
                < config.Gateway.Routes.IndexOf(rules["router-background"])
        );
        Assert.Equal("*claude*haiku*", rules["router-background"].Model);
        Assert.Equal(
            new TargetConfig("ollama", "qwen2.5-coder:latest"),
            Assert.Single(rules["router-background"].Targets)
        );
        Assert.Equal("router-default", config.Gateway.Routes[^1].Name);
        Assert.Null(config.Gateway.Routes[^1].Model);
        Assert.Equal(new TargetConfig("deepseek", "deepseek-chat"), Assert.Single(config.Gateway.Routes[^1].Targets));
    }

    [Theory]
    [InlineData("router-longContext", "tokensAbove: 80000", "Router.longContext")]
    [InlineData("router-webSearch", "webSearch: true", "Router.webSearch")]
    [InlineData("router-think", "thinking: true", "Router.think")]
    public void A_condition_is_in_force_where_the_reader_takes_it_and_a_comment_with_the_reason_where_not(
        string rule,
        string condition,
        string source
    )
    {
        var (outcome, config) = Imported("router.json");
        var refused = ImportSupport.WhyRefused(
            new ImportedRoute
            {
                Name = rule,
                Source = source,
                Condition = condition,
                Targets = [],
            }
        );

        Assert.Contains(condition, outcome.Text, StringComparison.Ordinal);
        Assert.Equal(refused is null, config.Gateway.Routes.Any(route => route.Name == rule));
        Assert.Equal(refused is not null, outcome.Text.Contains($"# - name: {rule}", StringComparison.Ordinal));
        Assert.Equal(refused is not null, outcome.Notes.Any(note => note.Path == source));
    }

    [Fact]
    public void What_a_router_loses_is_told_with_its_place()
    {
        var notes = Imported("router.json").Outcome.Notes;

        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "APIKEY",
                "PROXY_URL",
                "LOG",
                "HOST",
                "API_TIMEOUT_MS",
                "StatusLine",
                "CUSTOM_ROUTER_PATH",
                "transformers",
                "Providers[1].transformer.deepseek-chat.use[0]",
                "Providers[5].api_key",
                "Providers[5].transformer.use[1]",
                "Providers[6].api_base_url",
                "Router.image",
            },
            notes.Select(note => note.Path).ToHashSet(StringComparer.Ordinal)
        );
        // Weir's own work is no loss, nor is what transforms say.
        Assert.DoesNotContain(notes, note => note.Path == "Providers[0].transformer.use[0]");
        Assert.DoesNotContain(notes, note => note.Path == "Providers[5].transformer.use[0]");
        Assert.DoesNotContain(notes, note => note.Path == "Providers[1].transformer.use[0]");
        Assert.DoesNotContain(notes, note => note.Path.StartsWith("Providers[4]", StringComparison.Ordinal));
    }

    [Fact]
    public void What_transformers_changed_becomes_transforms()
    {
        var (_, config) = Imported("router.json");
        Assert.Equal(["""Set /provider {"only":["a/b"]}  """], config.Gateway.Providers[0].Transforms.Select(Line));
        Assert.Equal(
            ["Clamp /max_tokens  65536 ", "Clamp /max_completion_tokens  65536 ", "Clamp /max_output_tokens  65536 "],
            config.Gateway.Providers[5].Transforms.Select(Line)
        );

        var (outcome, _) = ConfigImport.Read(
            """
            { "Providers": [
                { "name": "local", "api_base_url": "http://localhost:8000/v1/chat/completions", "models": ["a", "b"], "transformer": {
                    "use": [["sampling", { "temperature": 0.5, "top_p": "x", "other": 1 }],
                      ["CustomParams", { "seed": 7, "stop": ["a", "b"], "model": "m", "home": "$HOME",
                        "extra": { "a/b": { "c": "d: \"e\" #" }, "n": null }, "empty": {} }]],
                    "b": { "use": [["maxtoken", { "max_tokens": 100 }]] } } },
                { "name": "gemini", "api_base_url": "https://generativelanguage.googleapis.com/v1beta/models/", "models": ["g"],
                  "transformer": { "use": ["gemini", ["sampling", { "max_tokens": 5, "top_k": 3, "repetition_penalty": 1.1 }]] } } ],
              "Router": { "default": "local,a" } }
            """,
            from: null
        );
        var providers = ConfigReader.Read(outcome!.Text, _ => "k").Config!.Gateway.Providers;
        Assert.Equal(
            [
                "Set /temperature 0.5  ",
                "Default /seed 7  ",
                """Default /stop ["a","b"]  """,
                """Set /extra/a~1b/c "d: \"e\" #"  """,
                "Set /extra/n null  ",
                "Default /empty {}  ",
                "Clamp /max_tokens  100 b",
                "Clamp /max_completion_tokens  100 b",
                "Clamp /max_output_tokens  100 b",
            ],
            providers[0].Transforms.Select(Line)
        );
        Assert.Equal(
            ["Clamp /generationConfig/maxOutputTokens  5 ", "Set /generationConfig/topK 3  "],
            providers[1].Transforms.Select(Line)
        );
        Assert.Equal(
            ["use[0].top_p", "use[0].other", "use[1].model", "use[1].home", "use[1].repetition_penalty"],
            outcome
                .Notes.Where(note => note.Path.Contains(".transformer.", StringComparison.Ordinal))
                .Select(note => note.Path[(note.Path.IndexOf(".transformer.", StringComparison.Ordinal) + 13)..])
        );

        static string Line(TransformConfig one) => $"{one.Action} {one.Subject} {one.Value} {one.Max} {one.Model}";
    }

    [Fact]
    public void LiteLLM_s_deployments_groups_fallbacks_aliases_and_prices_are_carried_over()
    {
        var (outcome, config) = Imported("litellm.yaml");

        Assert.Equal("litellm", outcome.Program);
        Assert.Equal(
            [
                "azure azure-openai https://europe.openai.azure.com/ AZURE_EUROPE_API_KEY",
                "openai openai - OPENAI_API_KEY_2",
                "anthropic anthropic - ANTHROPIC_API_KEY",
                "bedrock bedrock - -",
                "vertex vertex - -",
                "localhost openai-compatible http://localhost:8000/v1 LOCALHOST_API_KEY",
                "ollama openai-compatible http://localhost:11434/v1 -",
                "openai-2 openai - OPENAI_API_KEY",
                "groq openai-compatible https://api.groq.com/openai/v1 GROQ_API_KEY",
            ],
            config.Gateway.Providers.Select(Line)
        );
        var azure = config.Gateway.Providers[0];
        Assert.Equal(("2024-10-21", "gpt-4o-eu"), (azure.ApiVersion, azure.Deployments["gpt-4o"]));
        Assert.Equal("us-west-2", config.Gateway.Providers[3].Region);
        Assert.Equal(
            ("my-project", "us-central1"),
            (config.Gateway.Providers[4].Project, config.Gateway.Providers[4].Location)
        );
        Assert.Equal(TimeSpan.FromSeconds(300), config.Gateway.Providers[2].Resilience.Timeouts.Silence);
        Assert.Equal(TimeSpan.FromSeconds(45), config.Gateway.Providers[0].Resilience.Timeouts.Silence);

        Assert.Equal(
            [
                "gpt-4o: azure/gpt-4o, openai/gpt-4o",
                "claude: anthropic/claude-sonnet-4-5, bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0",
                "claude-on-bedrock: bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0",
                "gemini-pro: vertex/gemini-2.5-pro",
                "own: localhost/llava-hf/llava-v1.6",
                "local: ollama/llama3.1",
                "gpt-4: azure/gpt-4o, openai/gpt-4o",
                "fast: ollama/llama3.1",
                "*: openai-2/*",
            ],
            config.Gateway.Routes.Select(route =>
                $"{route.Model ?? "*"}: {string.Join(", ", route.Targets.Select(t => $"{t.Provider}/{t.Model ?? "*"}"))}"
            )
        );
        var price = Assert.Single(config.Prices);
        Assert.Equal(
            ("localhost", "llava-hf/llava-v1.6", 0.5m, 1.5m),
            (price.Provider, price.Model, price.Rates.Input, price.Rates.Output)
        );
        Assert.Contains("requestsPerMinute: 120, tokensPerMinute: 20000", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_LiteLLM_loses_is_told_with_its_place()
    {
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "model_list[1].litellm_params.temperature",
                "model_list[5].model_info.supports_vision",
                "model_list[8].model_name",
                "model_list[9].litellm_params.model",
                "model_list[2]",
                "router_settings.num_retries",
                "router_settings.timeout",
                "router_settings.cooldown_time",
                "litellm_settings.drop_params",
                "litellm_settings.callbacks",
                "litellm_settings.context_window_fallbacks",
                "general_settings.master_key",
                "general_settings.database_url",
                "environment_variables",
            },
            Imported("litellm.yaml").Outcome.Notes.Select(note => note.Path).ToHashSet(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("router.json", "deepseek-api-key sk-canary-of-deepseek https://api.deepseek.com")]
    [InlineData("litellm.yaml", "openai-api-key-2 sk-canary-of-openai https://api.openai.com")]
    public void No_key_is_shown_and_each_is_sealed_for_where_it_goes(string file, string sealedKey)
    {
        var (outcome, _) = Imported(file);
        var shown =
            outcome.Text + JsonSerializer.Serialize(ImportShapes.Result(outcome), WeirJson.Default.ConfigImportResult);
        Assert.DoesNotContain("canary", shown, StringComparison.Ordinal);

        var import = outcome.Sealed()!;
        Assert.DoesNotContain("canary", import.Text, StringComparison.Ordinal);
        Assert.Contains(sealedKey.Split(' ')[0], import.Text, StringComparison.Ordinal);
        Assert.Contains(sealedKey, import.Keys.Select(key => $"{key.Name} {key.Value} {key.Origin}"));
        // What names the key of another's variable is not sealed.
        Assert.DoesNotContain(
            import.Keys,
            key => key.Value.StartsWith('$') || key.Value.StartsWith("os.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_provider_that_is_named_like_a_vendor_and_stands_elsewhere_is_not_taken_for_it()
    {
        var (outcome, _) = ConfigImport.Read(
            """
            { "Providers": [{ "name": "deepseek", "api_base_url": "https://api.other.example/v1/chat/completions", "api_key": "$KEY",
                "models": ["deepseek-v3"] }], "Router": { "default": "deepseek,deepseek-v3" } }
            """,
            from: null
        );

        Assert.Empty(outcome!.Faults);
        Assert.Contains("- name: deepseek-api.other.example", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("provider: deepseek-api.other.example", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_of_the_other_program_stay_texts()
    {
        const string Odd = "x\\n- name: y\\nserver: { urls: ['http://0.0.0.0:1'] } # ${HOME} $${A} \\u2028 secret:z";
        var (outcome, faults) = ConfigImport.Read(
            $$"""
            { "Providers": [{ "name": "{{Odd}}", "api_base_url": "https://a.example/chat/completions", "api_key": "{{Odd}}",
                "models": ["secret:m", "{{Odd.Replace("\\n", " ", StringComparison.Ordinal)}}"], "{{Odd}}": 1 }],
              "Router": { "default": "{{Odd}},m" } }
            """,
            from: null
        );

        Assert.Empty(faults);
        Assert.DoesNotContain("\n- name: y", outcome!.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nserver:", outcome.Text, StringComparison.Ordinal);
        Assert.All(outcome.Notes, note => Assert.DoesNotContain('\n', note.Path + note.Message));
    }

    [Theory]
    [InlineData("", null, "no configuration that can be imported")]
    [InlineData("[1]", "litellm", "a map of keys")]
    [InlineData("{\"a\":1}", null, "no configuration that can be imported")]
    [InlineData("a: 1", null, "no configuration that can be imported")]
    [InlineData("{", "claude-code-router", "not JSON")]
    [InlineData("a: [", "litellm", "not YAML")]
    [InlineData("a: 1", "nginx", "cannot be imported")]
    public void What_cannot_be_read_is_a_fault(string text, string? from, string message)
    {
        var (outcome, faults) = ConfigImport.Read(text, from);

        Assert.Null(outcome);
        Assert.Contains(message, Assert.Single(faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("router.json")]
    [InlineData("litellm.yaml")]
    public void Half_a_file_and_a_damaged_one_never_throw(string file)
    {
        var text = Text(file);
        for (var length = 0; length < text.Length; length += 7)
        {
            Try(text[..length], file);
        }

        var random = new Random(11);
        for (var round = 0; round < 400; round++)
        {
            var damaged = text.ToCharArray();
            for (var i = 0; i < 8; i++)
            {
                damaged[random.Next(damaged.Length)] = Marks[random.Next(Marks.Length)];
            }

            Try(new string(damaged), file);
        }

        Try(new string('[', 100_000), file);
        Try(new string('{', 100_000), file);
        Try($"{{\"Providers\":{new string('[', 20)}{new string(']', 20)}}}", file);
    }

    private static void Try(string text, string file)
    {
        var (outcome, faults) = ConfigImport.Read(
            text,
            file.StartsWith("router", StringComparison.Ordinal) ? "claude-code-router" : "litellm"
        );
        Assert.Equal(outcome is null, !faults.IsEmpty);
        _ = outcome?.Sealed();
    }

    private static (ImportOutcome Outcome, WeirConfig Config) Imported(string file)
    {
        var (outcome, faults) = ConfigImport.Read(Text(file), from: null);
        Assert.Empty(faults);
        Assert.Empty(outcome!.Faults);
        // Each variable holds its own name, so that what a key is made of can be seen.
        var read = ConfigReader.Read(
            outcome.Text,
            name => outcome.Variables.Any(variable => variable.Name == name) ? name : null
        );
        Assert.Empty(read.Faults);
        return (outcome, read.Config!);
    }

    private static string Text(string file)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Weir.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return File.ReadAllText(Path.Combine(folder, "tests", "fixtures", "imports", file));
    }

    private static string Line(ProviderConfig provider) =>
        $"{provider.Name} {ProviderReader.Word(provider.Kind)} {provider.BaseUrl?.ToString() ?? "-"} {provider.ApiKey ?? "-"}";
}
