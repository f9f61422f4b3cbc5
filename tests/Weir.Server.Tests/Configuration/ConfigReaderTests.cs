using Weir.Foundation;
using Weir.Gateway;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class ConfigReaderTests
{
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["KEY"] = "sk-live",
        ["WEIR_OWN"] = "wk_something",
        ["EMPTY"] = "",
    };

    [Fact]
    public void Routes_say_what_they_look_at_and_in_which_order_they_try()
    {
        var gateway = Sound(
            """
            version: 1
            providers: [{ name: a, kind: simulator }, { name: b, kind: anthropic }]
            routes:
              - name: all
                match:
                  team: research
                  background: false
                  thinking: true
                  tool: "mcp__*"
                  webSearch: true
                  image: false
                  tokensAbove: 60000
                  subagent: "*reviewer*"
                  schedule: { days: [fri-mon, wed], from: "22:00", to: 06:00, timeZone: Europe/Berlin }
                targets: [{ provider: a, weight: 3 }, { provider: b, weight: 0 }]
                strategy: weighted
                affinity: none
              - { match: { subagent: true, schedule: { from: "09:00", to: "24:00" } }, targets: [a], strategy: adaptive }
              - { match: { subagent: false }, targets: [a], affinity: session }
            aliases:
              fast: claude-haiku-4-5
              big: { targets: [{ provider: b, model: claude-opus-4-5 }, a], strategy: latency, affinity: session }
              best: { model: claude-sonnet-4-5, keys: { "ci-*": claude-haiku-4-5 }, teams: { research: claude-opus-4-5 } }
            """
        ).Gateway;

        var route = gateway.Routes[0];
        Assert.Equal(("research", false, true), (route.Team, route.Background, route.Thinking));
        Assert.Equal(("mcp__*", true, false), (route.Tool, route.WebSearch, route.Image));
        Assert.Equal(60000, route.TokensAbove);
        Assert.Equal(new SubagentConfig(true, "*reviewer*"), route.Subagent);
        var schedule = route.Schedule!;
        Assert.Equal(
            [DayOfWeek.Sunday, DayOfWeek.Monday, DayOfWeek.Wednesday, DayOfWeek.Friday, DayOfWeek.Saturday],
            schedule.Days
        );
        Assert.Equal((new TimeOnly(22, 0), new TimeOnly(6, 0)), (schedule.From, schedule.To));
        Assert.Equal("Europe/Berlin", schedule.Zone.Id);
        Assert.Equal([new TargetConfig("a", null, 3), new TargetConfig("b", null, 0)], route.Targets);
        Assert.Equal((RouteStrategy.Weighted, false), (route.Strategy, route.StaysWithSession));

        Assert.Equal(new SubagentConfig(true, null), gateway.Routes[1].Subagent);
        Assert.Equal(7, gateway.Routes[1].Schedule!.Days.Length);
        Assert.Equal(default, gateway.Routes[1].Schedule!.To);
        Assert.Equal((RouteStrategy.Adaptive, null), (gateway.Routes[1].Strategy, gateway.Routes[1].StaysWithSession));
        Assert.Equal(new SubagentConfig(false, null), gateway.Routes[2].Subagent);
        Assert.Equal((RouteStrategy.Fallback, true), (gateway.Routes[2].Strategy, gateway.Routes[2].StaysWithSession));

        Assert.Equal(["fast", "big", "best"], gateway.Aliases.Select(alias => alias.Name));
        Assert.Equal("claude-haiku-4-5", gateway.Aliases[0].Model);
        Assert.Equal(
            [new TargetConfig("b", "claude-opus-4-5"), new TargetConfig("a", null)],
            gateway.Aliases[1].Targets
        );
        Assert.Equal((RouteStrategy.Latency, true), (gateway.Aliases[1].Strategy, gateway.Aliases[1].StaysWithSession));
        Assert.Equal([KeyValuePair.Create("ci-*", "claude-haiku-4-5")], gateway.Aliases[2].Keys);
        Assert.Equal([KeyValuePair.Create("research", "claude-opus-4-5")], gateway.Aliases[2].Teams);
    }

    [Fact]
    public void A_whole_document_is_read()
    {
        var config = Sound(
            """
            version: 1
            server:
              urls: [http://127.0.0.1:9000, "http://[::1]:9000"]
              hosts: [weir.example.com]
              behindProxy: true
              maxBodyMb: 7
              onHangUp: drain
              cors: { origins: ["https://app.example", "*"] }
              compressAnswers: true
            providers:
              - name: anthropic
                kind: anthropic
                apiKey: ${KEY}
                billing: subscription
                passThrough: ["GET /v1/files/*"]
                timeouts: { connect: 500ms, silence: 2m }
                http: 1.1
                apiKeys: ["${KEY}", secret:spare]
              - name: groq
                kind: openai-compatible
              - { name: local, kind: openai-compatible, baseUrl: "http://10.0.0.5:11434/v1", catalogue: none, models: ["llama*", qwen] }
              - { name: sim, kind: simulator }
            routes:
              - match: { model: "claude-*", client: codex, key: ci, header: { x-team: "core*" } }
                targets: [anthropic, { provider: local, model: llama3 }]
                strategy: fallback
              - name: rest
                targets: [sim]
            prices:
              - provider: local
                model: "llama*"
                from: 2026-01-31
                input: 0.10
                output: 0.2
                tiers: [{ above: 200000, input: 0.3 }]
                modes: { fast: { input: 0.6, output: 1.2 } }
                webSearchPerThousand: 10
            """
        );

        Assert.Equal(["http://127.0.0.1:9000", "http://[::1]:9000"], config.Server.Urls);
        Assert.Equal(["weir.example.com"], config.Gateway.Hosts);
        Assert.Equal(["https://app.example", "*"], config.Gateway.CorsOrigins);
        Assert.True(config.Gateway.CompressesAnswers);
        Assert.True(config.Server.BehindProxy);
        Assert.Equal(7L * 1024 * 1024, config.Gateway.MaxBodyBytes);
        Assert.Equal(HangUpPolicy.Drain, config.Gateway.OnHangUp);
        var anthropic = config.Gateway.Providers[0];
        Assert.Equal("sk-live", anthropic.ApiKey);
        Assert.Equal(Billing.Subscription, anthropic.Billing);
        Assert.Equal(new PassThroughRule("GET", "/v1/files/*"), Assert.Single(anthropic.PassThrough));
        Assert.Equal(HttpVersions.Http11, anthropic.Http);
        Assert.Equal([(anthropic.ApiKey, null), (null, "spare")], anthropic.ApiKeys.Select(k => (k.Key, k.Secret)));
        Assert.Equal(TimeSpan.FromMilliseconds(500), anthropic.Resilience.Timeouts.Connect);
        Assert.Equal(TimeSpan.FromMinutes(2), anthropic.Resilience.Timeouts.Silence);
        Assert.Equal("https://api.groq.com/openai/v1", config.Gateway.Providers[1].BaseUrl!.OriginalString);
        Assert.Equal(["llama*", "qwen"], config.Gateway.Providers[2].Models);
        Assert.Equal("none", config.Gateway.Providers[2].Catalogue);
        Assert.Equal(ProviderKind.Simulator, config.Gateway.Providers[3].Kind);
        var route = config.Gateway.Routes[0];
        Assert.Equal(("route-1", "claude-*", "codex", "ci"), (route.Name, route.Model, route.Client, route.Key));
        Assert.Equal("core*", route.Headers["X-Team"]);
        Assert.Equal([new TargetConfig("anthropic", null), new TargetConfig("local", "llama3")], route.Targets);
        Assert.Equal("rest", config.Gateway.Routes[1].Name);
        var price = Assert.Single(config.Prices);
        Assert.Equal((0.6m, 1.2m), (price.Modes["fast"].Input, price.Modes["fast"].Output));
        Assert.Equal(10m, price.WebSearchPerThousand);
        Assert.Equal(("local", "llama*", new DateOnly(2026, 1, 31)), (price.Provider, price.Model, price.From));
        Assert.Equal((0.10m, 0.2m, null), (price.Rates.Input, price.Rates.Output, price.Rates.CacheRead));
        Assert.Equal(0.3m, Assert.Single(price.Tiers).Rates.Input);
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var config = Sound("version: 1\nproviders:\n  - { name: a, kind: anthropic }\n");

        var provider = Assert.Single(config.Gateway.Providers);
        Assert.Null(provider.ApiKey);
        Assert.Null(provider.BaseUrl);
        Assert.Equal(TimeSpan.FromSeconds(10), provider.Resilience.Timeouts.Connect);
        Assert.Equal(50L * 1024 * 1024, config.Gateway.MaxBodyBytes);
        Assert.Equal(HangUpPolicy.Abort, config.Gateway.OnHangUp);
        Assert.Empty(config.Server.Urls);
    }

    public static TheoryData<string, string> Faults { get; } =
        new()
        {
            { "", "1:1 version: is missing (write \"version: 1\" as the first line)" },
            { "version: 2", "1:10 version: this version of Weir reads version 1, not \"2\"" },
            { "version: [1]", "1:10 version: a single value was expected, not a list" },
            { "- a", "1:1 : a map of keys was expected, not a list" },
            { "version: 1\nproviderz: []", "2:1 providerz: there is no such key (did you mean \"providers\"?)" },
            {
                "version: 1\nzzzzzzzzz: 1",
                "2:1 zzzzzzzzz: there is no such key (known: version, server, providers, routes, aliases, budgets, limits, prices, telemetry, logging, capture, retention, backup, journal)"
            },
            { "version: 1\nversion: 1", "2:1 version: the key stands here a second time (the first is on line 1)" },
            { "version: 1\nproviders: 3", "2:12 providers: a list was expected, not a single value" },
            { "version: 1\nproviders: [3]", "2:13 providers[0]: a map of keys was expected, not a single value" },
            {
                "version: 1\nproviders:\n  - { name: a }",
                "3:5 providers[0].kind: is missing (known: anthropic, azure-openai, bedrock, gemini, openai, openai-compatible, simulator, vertex)"
            },
            {
                "version: 1\nproviders:\n  - { kind: anthropic }",
                "3:5 providers[0].name: is missing (give the provider a name, as \"name: anthropic\")"
            },
            {
                "version: 1\nproviders:\n  - { name: a b, kind: anthropic }",
                "3:13 providers[0].name: \"a b\" is no name (1 to 64 letters, digits, '.', '_' and '-')"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: antropic }",
                "3:22 providers[0].kind: unknown kind \"antropic\" (did you mean \"anthropic\"?)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: vertex, project: p, location: global }",
                "3:5 providers[0].credentials: is missing (the path of a service account's file, or secret:NAME)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: vertex, project: p, location: eu.evil, apiKey: k }",
                "3:52 providers[0].location: \"eu.evil\" is no location (lower-case letters, digits and '-', as us-east-1 or global)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: vertex, project: p, location: eu, credentials: '{\"type\":1}' }",
                "3:69 providers[0].credentials: the credentials themselves do not belong in the document (write the path of their file, or secret:NAME)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: bedrock, region: us-east-1 }",
                "3:5 providers[0].apiKey: is missing (a key of Bedrock's, or accessKeyId and secretAccessKey)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: bedrock, region: us-east-1, accessKeyId: AKID }",
                "3:5 providers[0].secretAccessKey: is missing (an access key has an id and a secret)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: bedrock, region: us-east-1, apiKey: k, sessionToken: t }",
                "3:61 providers[0].sessionToken: there is an apiKey already (sign in with one of the two)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: bedrock, apiKey: secret:a }",
                "3:5 providers[0].region: is missing (lower-case letters, digits and '-', as us-east-1)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: azure-openai, apiKey: k }",
                "3:5 providers[0].baseUrl: is missing (the address of the resource, as https://NAME.openai.azure.com)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: openai, region: us-east-1 }",
                "3:30 providers[0].region: only providers of kind \"bedrock\" have this key (remove it)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: openai-compatible, baseUrl: \"https://x/v1\", vendor: mistrall }",
                "3:74 providers[0].vendor: unknown vendor \"mistrall\" (did you mean \"mistral\"?)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: openai, vendor: mistral }",
                "3:38 providers[0].vendor: \"mistral\" is no vendor of providers of kind \"openai\" (write kind: openai-compatible)"
            },
            {
                "version: 1\nproviders:\n  - { name: groq, kind: openai-compatible, dialects: [chat, chats] }",
                "3:61 providers[0].dialects[1]: \"chats\" is no dialect (did you mean \"chat\"?)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, dialects: [chat] }",
                "3:43 providers[0].dialects: what a provider of kind \"anthropic\" speaks is known (remove it)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\n  - { name: A, kind: simulator }",
                "4:13 providers[1].name: a provider is called \"A\" already (the first is on line 3)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: openai-compatible }",
                "3:5 providers[0].baseUrl: is missing (an openai-compatible provider needs its address, mostly ending in /v1)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, baseUrl: example.com }",
                "3:42 providers[0].baseUrl: \"example.com\" is not an http or https address"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, baseUrl: \"https://u:p@x\" }",
                "3:42 providers[0].baseUrl: an address must have no user, no query and no fragment"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, baseUrl: \"https://x/v1\" }",
                "3:42 providers[0].baseUrl: Anthropic's address is written without /v1 (as its own SDK takes it)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: openai, baseUrl: \"https://x\" }",
                "3:39 providers[0].baseUrl: OpenAI's address ends in /v1 (as its own SDK takes it)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, apiKey: \"${NOPE}\" }",
                "3:41 providers[0].apiKey: the environment variable NOPE is not set"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, apiKey: \"${EMPTY}\" }",
                "3:41 providers[0].apiKey: the environment variable EMPTY is not set"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, apiKey: \"${a-b}\" }",
                "3:41 providers[0].apiKey: \"${a-b}\" does not name an environment variable"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, apiKey: \"${WEIR_OWN}\" }",
                "3:41 providers[0].apiKey: this is a Weir key, not the provider's (Weir keys are for Weir's own callers)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, baseUrl: \"secret:NAME\" }",
                "3:42 providers[0].baseUrl: \"secret:NAME\" names a sealed secret, which only what a provider signs in with may be"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, apiKey: \"secret:not a name\" }",
                "3:41 providers[0].apiKey: what stands behind secret: is no secret's name (1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator, apiKey: secret:a }",
                "3:41 providers[0].apiKey: a provider without an address has no use for a secret (remove it)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, share: [Acme] }",
                "3:41 providers[0].share[0]: \"Acme\" is no workspace's name (1 to 40 lower-case letters, digits and '-')"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, share: yes }",
                "3:40 providers[0].share: true or false was expected, not \"yes\""
            },
            {
                "version: 1\nserver: { cors: { origins: [\"https://app.example/\"] } }",
                "2:29 server.cors.origins[0]: \"https://app.example/\" is no origin (scheme, host and port alone, as https://app.example, or \"*\")"
            },
            {
                "version: 1\nserver: { secrets: {} }",
                "2:20 server.secrets.keyCommand: is missing (a program and its arguments, as [\"/usr/bin/age\", \"-d\", …])"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, timeouts: { connect: 10 } }",
                "3:54 providers[0].timeouts.connect: a time from 100ms to 2m was expected, not \"10\" (write it with its unit, as 500ms, 10s, 5m or 1h)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, passThrough: [files] }",
                "3:47 providers[0].passThrough[0]: \"files\" is not a method and a path (as \"GET /v1/files/*\")"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, apiKeys: [sk-clear] }",
                "3:43 providers[0].apiKeys[0]: a key of several is not written in the clear (as secret:NAME or ${NAME})"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, apiKeys: [\"secret:-\"] }",
                $"3:43 providers[0].apiKeys[0]: what stands behind secret: is no secret's name ({Weir.Identity.SecretRules.NameRule})"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, apiKeys: [\"${WEIR_OWN}\"] }",
                "3:43 providers[0].apiKeys[0]: this is a Weir key, not the provider's"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: bedrock, region: us-east-1, accessKeyId: a, secretAccessKey: b, apiKeys: [secret:c] }",
                "3:86 providers[0].apiKeys: requests are signed with the access key, which is one (make a provider of each and name them all as a route's targets)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: vertex, project: p, location: eu, credentials: /g.json, apiKeys: [secret:c] }",
                "3:78 providers[0].apiKeys: requests are signed in with the credentials, which are one account's (make a provider of each and name them all as a route's targets)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator, apiKeys: [secret:c] }",
                "3:33 providers[0].apiKeys: a simulator needs no keys (remove it)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, http: 1.2 }",
                "3:39 providers[0].http: unknown http \"1.2\" (did you mean \"1.1\"?)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, ca: /nowhere/ca.pem }",
                "3:37 providers[0].ca: \"/nowhere/ca.pem\" cannot be read as certificates (name a PEM file with the certificates of authorities)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, ca: /dev/null }",
                "3:37 providers[0].ca: \"/dev/null\" has no certificate in it (name a PEM file with the certificates of authorities)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: anthropic, billing: freee }",
                "3:42 providers[0].billing: unknown billing \"freee\" (did you mean \"free\"?)"
            },
            {
                "version: 1\nproviders:\n  - { name: anthropic, kind: anthropic }\nroutes:\n  - targets: [antropic]",
                "5:15 routes[0].targets[0]: there is no provider \"antropic\" (did you mean \"anthropic\"?)"
            },
            {
                "version: 1\nroutes:\n  - targets: [{ provider: a }]",
                "3:27 routes[0].targets[0].provider: there is no provider \"a\" (the document has no providers)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - targets: [{ provider: a, weight: -1 }]",
                "5:38 routes[0].targets[0].weight: a whole number from 0 to 1000000 was expected, not \"-1\""
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { strategy: weighted, targets: [a, { provider: a, weight: 3 }] }",
                "5:36 routes[0].targets: some have a weight and some have none (give each a weight, or none for equal shares)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { strategy: weighted, targets: [{ provider: a, weight: 0 }] }",
                "5:36 routes[0].targets: all have the weight 0 (give at least one a weight)"
            },
            {
                "version: 1\nroutes:\n  - name: a",
                "3:5 routes[0].targets: is missing (name at least one provider, as \"targets: [anthropic]\")"
            },
            { "version: 1\nroutes:\n  - targets: []", "3:14 routes[0].targets: is empty (name at least one provider)" },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { targets: [a], affinity: sessions }",
                "5:31 routes[0].affinity: unknown affinity \"sessions\" (did you mean \"session\"?)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { targets: [a], strategy: falback }",
                "5:31 routes[0].strategy: unknown strategy \"falback\" (did you mean \"fallback\"?)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { targets: [a], match: { tokensAbove: 0 } }",
                "5:43 routes[0].match.tokensAbove: a whole number from 1 to 100000000 was expected, not \"0\""
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { targets: [a], match: { backgroud: true } }",
                "5:30 routes[0].match.backgroud: there is no such key (did you mean \"background\"?)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { targets: [a], match: { schedule: { from: 25:00 } } }",
                "5:48 routes[0].match.schedule.from: a time of the day was expected, not \"25:00\" (write it as 09:00)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { targets: [a], match: { schedule: { days: [mon-fryday] } } }",
                "5:49 routes[0].match.schedule.days[0]: a day was expected, not \"mon-fryday\" (write mon, tue, wed, thu, fri, sat, sun, or from one to another, as mon-fri)"
            },
            {
                "version: 1\nproviders:\n  - { name: a, kind: simulator }\nroutes:\n  - { targets: [a], match: { schedule: { timeZone: Nowhere } } }",
                "5:52 routes[0].match.schedule.timeZone: no time zone \"Nowhere\" is known here (write it as Europe/Berlin; without it times are in UTC)"
            },
            { "version: 1\naliases:\n  fast: ", "3:8 aliases.fast: stands for nothing (name a model, or targets)" },
            {
                "version: 1\naliases:\n  fast: other\n  other: gpt-5",
                "3:9 aliases.fast: stands for \"other\", which is an alias itself (name the model)"
            },
            {
                "version: 1\naliases:\n  fast: { keys: { a: b } }",
                "3:9 aliases.fast.model: is missing (name a model, or targets)"
            },
            {
                "version: 1\naliases:\n  \"f*\": gpt-5",
                "3:9 aliases.f*: is no name: it has 1 to 256 letters and no star"
            },
            {
                "version: 1\nguardrails: []",
                "2:1 guardrails: guardrails are not enforced by this version (remove them: a guardrail that does not hold is worse than none)"
            },
            {
                "version: 1\nprices:\n  - { model: a }",
                "3:5 prices[0].input: is missing (give at least one price in US dollars per million tokens)"
            },
            {
                "version: 1\nprices:\n  - { input: 1 }",
                "3:5 prices[0].model: is missing (name the model or a pattern, as \"model: my-model-*\")"
            },
            {
                "version: 1\nprices:\n  - { model: a, input: -1 }",
                "3:24 prices[0].input: US dollars per million tokens from 0 to 1000000 were expected, not \"-1\""
            },
            {
                "version: 1\nprices:\n  - { model: a, input: 1, from: 2026-13-01 }",
                "3:33 prices[0].from: a day as 2026-07-02 was expected, not \"2026-13-01\""
            },
            {
                "version: 1\nprices:\n  - { model: a, input: 1, modes: { fast: 3 } }",
                "3:42 prices[0].modes.fast: a map of keys was expected, not a single value"
            },
            {
                "version: 1\nprices:\n  - { model: a, input: 1, webSearchPerThousand: many }",
                "3:49 prices[0].webSearchPerThousand: US dollars for a thousand web searches from 0 to 1000000 were expected, not \"many\""
            },
            {
                "version: 1\nserver: { hosts: [\"http://x\"] }",
                "2:19 server.hosts[0]: \"http://x\" is no host name (write it without scheme; a port may follow)"
            },
            {
                "version: 1\nserver: { urls: [\"ftp://x\"] }",
                "2:18 server.urls[0]: \"ftp://x\" is not an http or https address to listen on"
            },
            {
                "version: 1\nserver: { urls: [\"https://127.0.0.1:1\"] }",
                "2:17 server.urls: an https address needs a certificate (add \"tls: { certificate: …, key: … }\")"
            },
            {
                "version: 1\nserver: { maxBodyMb: 0 }",
                "2:22 server.maxBodyMb: a whole number from 1 to 1024 was expected, not \"0\""
            },
            {
                "version: 1\nserver: { behindProxy: yes }",
                "2:24 server.behindProxy: true or false was expected, not \"yes\""
            },
            {
                "version: 1\nserver: { onHangUp: stop }",
                "2:21 server.onHangUp: unknown onHangUp \"stop\" (known: abort, drain)"
            },
            { "version: 1\n---\nversion: 1", "2:1 : there is a second document: one file holds one" },
            { "version: 1\nserver: *nobody", "2:9 : there is no finished anchor \"nobody\" before this" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_is_told_with_its_place(string text, string fault)
    {
        var result = ConfigReader.Read(text, Variable);

        Assert.Null(result.Config);
        Assert.Equal([fault], result.Faults.Select(Told));
    }

    [Fact]
    public void All_faults_are_told_at_once_in_the_order_of_the_text()
    {
        var result = ConfigReader.Read(
            "version: 9\nproviders:\n  - { name: a, kind: x1, nonsense: 1 }\n  - { name: b, kind: bedrock }\nroutes:\n  - targets: [zzz]\nguardrails: []\n",
            Variable
        );

        Assert.Equal(
            [
                "1:10 version",
                "3:22 providers[0].kind",
                "3:26 providers[0].nonsense",
                "4:5 providers[1].region",
                "4:5 providers[1].apiKey",
                "6:15 routes[0].targets[0]",
                "7:1 guardrails",
            ],
            result.Faults.Select(f => $"{f.Line}:{f.Column} {f.Key}")
        );
    }

    [Fact]
    public void A_variable_never_shows_in_a_fault()
    {
        var result = ConfigReader.Read(
            "version: 1\nproviders:\n  - { name: \"${KEY} x\", kind: \"${KEY}\", baseUrl: \"${KEY}\", billing: \"${KEY}\" }\nroutes: [{ targets: [\"${KEY}\"] }]",
            Variable
        );

        Assert.NotEmpty(result.Faults);
        Assert.All(result.Faults, fault => Assert.DoesNotContain("sk-live", Told(fault), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a: [b", "this is not YAML")]
    [InlineData("a: \"b", "this is not YAML")]
    [InlineData("? [a]\n: b", "a key must be a single word")]
    public void What_is_no_document_is_one_fault(string text, string message)
    {
        var fault = Assert.Single(ConfigReader.Read(text, Variable).Faults);

        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
        Assert.True(fault.Line >= 1 && fault.Column >= 1);
    }

    [Fact]
    public void A_few_lines_cannot_unfold_into_millions_of_values()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
        for (var c = 'b'; c <= 'i'; c++)
        {
            var before = (char)(c - 1);
            bomb += $"{c}: &{c} [*{before},*{before},*{before},*{before},*{before},*{before},*{before},*{before}]\n";
        }

        var fault = Assert.Single(ConfigReader.Read(bomb, Variable).Faults);

        Assert.Equal("the document unfolds into more than 50000 values", fault.Message);
    }

    [Theory]
    [InlineData("{", 1, 2)]
    [InlineData("version: 1\nproviders: {", 2, 13)]
    [InlineData("version: 1\r\nproviders: [", 2, 13)]
    [InlineData(" : a", 1, 5)]
    [InlineData(": {\na", 2, 2)]
    [InlineData("\"\\udaaa\\ua", 1, 12)]
    public void What_cannot_be_read_is_a_fault_inside_the_text(string text, int line, int mostColumn)
    {
        var fault = ConfigReader.Read(text, Variable).Faults[0];

        Assert.Equal(line, fault.Line);
        Assert.InRange(fault.Column, 1, mostColumn);
    }

    [Fact]
    public void A_suggestion_shows_no_variables_value()
    {
        var fault = Assert.Single(
            ConfigReader
                .Read(
                    "version: 1\nproviders: [{ name: \"${KEY}\", kind: simulator }]\nroutes: [{ targets: [other] }]\n",
                    Variable
                )
                .Faults
        );

        Assert.Equal("known: ${KEY}", fault.Hint);
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        var deep = ConfigReader.Read(new string('[', 20_000), Variable);
        var large = ConfigReader.Read("version: 1 #" + new string('x', 1024 * 1024), Variable);

        Assert.Equal("this is nested deeper than 24 levels", Assert.Single(deep.Faults).Message);
        Assert.Equal("the text is longer than 1048576 characters", Assert.Single(large.Faults).Message);
    }

    [Fact]
    public void An_anchor_may_be_used_again()
    {
        var config = Sound(
            "version: 1\nproviders:\n  - { name: a, kind: simulator, timeouts: &t { silence: 9s } }\n  - { name: b, kind: simulator, timeouts: *t }\n"
        );

        Assert.Equal(TimeSpan.FromSeconds(9), config.Gateway.Providers[1].Resilience.Timeouts.Silence);
    }

    [Fact]
    public void A_doubled_dollar_stands_for_itself()
    {
        var config = Sound("version: 1\nproviders: [{ name: a, kind: simulator, models: [\"$${KEY}-${KEY}\"] }]");

        Assert.Equal(["${KEY}-sk-live"], config.Gateway.Providers[0].Models);
    }

    private static WeirConfig Sound(string text)
    {
        var result = ConfigReader.Read(text, Variable);
        Assert.Empty(result.Faults.Select(Told));
        return result.Config!;
    }

    private static string Told(ConfigFault fault) =>
        $"{fault.Line}:{fault.Column} {fault.Key}: {fault.Message}{(fault.Hint is null ? "" : $" ({fault.Hint})")}";

    private static string? Variable(string name) => Environment.GetValueOrDefault(name);
}
