using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// Reads the <c>config.yaml</c> of LiteLLM's proxy (docs.litellm.ai/docs/proxy/configs and .../config_settings): deployments that share a
/// <c>model_name</c> are the targets of one rule, and fallbacks come behind them.
/// </summary>
internal sealed class LiteLlmImport
{
    /// <summary>The program's name.</summary>
    public const string Program = "litellm";

    private const int MostTargets = 50;
    private const decimal Million = 1_000_000m;
    private const decimal MostPerMillion = 1_000_000m;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromHours(1);

    private readonly ImportedDocument document = new(Program);
    private readonly LiteLlmProviders providers;
    private readonly List<Group> groups = [];

    private LiteLlmImport() => providers = new LiteLlmProviders(document);

    /// <summary>What the configuration comes to.</summary>
    public static ImportedDocument Read(YamlMap root)
    {
        var import = new LiteLlmImport();
        import.providers.Reserve(root);
        import.Document(new ImportMap(import.document, root, ""));
        return import.document;
    }

    /// <summary>Whether a document looks like one of this program's.</summary>
    public static bool Recognises(YamlMap root) =>
        root.Entries.Any(entry => entry.Key.Text is "model_list" or "litellm_settings" or "router_settings");

    private void Document(ImportMap root)
    {
        foreach (var deployment in root.Maps("model_list"))
        {
            Deployment(deployment);
        }

        var router = root.Map("router_settings");
        var settings = root.Map("litellm_settings");
        Silence(router, "timeout");
        Silence(settings, "request_timeout");
        Routes(router, settings);
        Rest(router, settings);
        if (root.Map("general_settings") is { } general)
        {
            general.NoteIf(
                "master_key",
                "callers show a key of Weir's: weir keys create NAME --scope gateway; the admin's is in admin.key"
            );
            general.Rest("Weir has no such setting");
        }

        root.NoteIf("environment_variables", "variables are set where the server runs, not in its document");
        root.NoteIf("guardrails", "guardrails are not enforced by this version");
        root.Rest("this import does not know it");
    }

    private void Deployment(ImportMap map)
    {
        var name = map.Text("model_name");
        var parameters = map.Map("litellm_params");
        if (name is null || parameters is null)
        {
            document.Note(map.Path, "a deployment without model_name or litellm_params is left out");
            return;
        }

        var info = map.Map("model_info");
        if (providers.Of(parameters, info?.Text("base_model")) is not { } found)
        {
            return;
        }

        var (provider, model) = found;
        string? sent = model;
        if (model.Contains('*', StringComparison.Ordinal))
        {
            // What a star stood for goes on as it is; a name with the vendor before it would have to lose that first.
            if (model != "*" || name != "*")
            {
                document.Note(
                    map.At("model_name"),
                    "a pattern that takes a part off the model's name: Weir sends names on whole. Callers ask for the vendor's own names, and the rule is left out"
                );
                return;
            }

            sent = null;
        }

        if (sent is not null && !provider.Models.Contains(sent, StringComparer.Ordinal))
        {
            provider.Models.Add(sent);
        }

        var group = groups.Find(known => known.Name == name);
        if (group is null)
        {
            groups.Add(group = new Group(name, map.Path));
        }

        var limit = Limits(map, parameters);
        var share = parameters.Whole("weight") ?? limit.FirstOrDefault(l => l.Key == "requestsPerMinute").Value;
        group.Targets.Add(new ImportedTarget(provider.Name, sent, share is > 0 and <= 1_000_000 ? (int)share : null));
        if (limit.Count > 0)
        {
            document.Limits.Add(new ImportedLimit(provider.Name, sent ?? "*", map.Path, limit));
        }

        Price(map, parameters, info, provider.Name, sent ?? "*");
        foreach (var key in new[] { "timeout", "stream_timeout" })
        {
            if (Seconds(parameters, key) is { } silence && (provider.Silence is null || provider.Silence < silence))
            {
                provider.Silence = silence;
            }
        }

        parameters.NoteIf("max_parallel_requests", "Weir bounds no requests at once for each deployment yet");
        parameters.NoteIf("tags", "Weir routes by no tags; match by key, client or header");
        parameters.NoteIf("organization", "Weir sends no organisation: a key belongs to one");
        parameters.Rest("Weir sets no fields of requests by configuration yet: the caller's own hold");
        info?.Text("id");
        info?.Rest("Weir's catalogue knows what models can do; only prices are taken from here");
        map.Rest("this import does not know it");
    }

    private static List<(string Key, long Value)> Limits(ImportMap map, ImportMap parameters)
    {
        var bounds = new List<(string, long)>();
        foreach (var (key, own) in new[] { ("rpm", "requestsPerMinute"), ("tpm", "tokensPerMinute") })
        {
            if ((parameters.Whole(key) ?? map.Whole(key)) is { } bound)
            {
                bounds.Add((own, bound));
            }
        }

        return bounds;
    }

    private void Price(ImportMap map, ImportMap parameters, ImportMap? info, string provider, string model)
    {
        var rates = new List<(string, decimal)>();
        foreach (
            var (key, own) in new[]
            {
                ("input_cost_per_token", "input"),
                ("output_cost_per_token", "output"),
                ("cache_read_input_token_cost", "cacheRead"),
                ("cache_creation_input_token_cost", "cacheWrite5m"),
            }
        )
        {
            // Both are taken, so that neither is told as passed over.
            var (here, there) = (parameters.Amount(key), info?.Amount(key));
            if ((here ?? there) is { } each and <= MostPerMillion / Million)
            {
                rates.Add((own, decimal.Round(each * Million, 9)));
            }
        }

        var entry = new ImportedPrice(provider, model, map.Path, rates);
        if (rates.Count > 0 && !document.Prices.Exists(known => known.Provider == provider && known.Model == model))
        {
            document.Prices.Add(entry);
        }
    }

    private void Silence(ImportMap? map, string key)
    {
        if (map is not null && Seconds(map, key) is { } silence)
        {
            map.Note(
                key,
                "it bounded the whole call; Weir's timeouts.silence bounds the time in which nothing comes, so that long answers live"
            );
            foreach (var provider in document.Providers)
            {
                provider.Silence ??= silence;
            }
        }
    }

    private static TimeSpan? Seconds(ImportMap map, string key) =>
        map.Amount(key) is { } seconds
            ? TimeSpan.FromSeconds((double)Math.Ceiling(Math.Clamp(seconds, 1, (decimal)LongestSilence.TotalSeconds)))
            : null;

    private void Routes(ImportMap? router, ImportMap? settings)
    {
        var fallbacks = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var map in new[] { router, settings }.OfType<ImportMap>())
        {
            foreach (var pair in map.Maps("fallbacks"))
            {
                foreach (var group in pair.Keys.ToArray())
                {
                    fallbacks.TryAdd(group, [.. pair.Texts(group)]);
                }
            }
        }

        List<string> others =
        [
            .. router?.Texts("default_fallbacks") ?? [],
            .. settings?.Texts("default_fallbacks") ?? [],
        ];
        var strategy = Strategy(router);
        foreach (var group in groups.OrderBy(group => group.Name == "*"))
        {
            var behind = (fallbacks.GetValueOrDefault(group.Name) ?? others)
                .Where(name => name != group.Name)
                .SelectMany(name => Named(name, group))
                .ToList();
            Route(group, group.Name, group.Source, behind, strategy);
        }

        Aliases(router, fallbacks, others, strategy);
    }

    private void Aliases(
        ImportMap? router,
        Dictionary<string, List<string>> fallbacks,
        List<string> others,
        string? strategy
    )
    {
        var at = document.Routes.FindIndex(route => route.Model is null);
        foreach (var alias in router?.Map("model_group_alias") is { } aliases ? aliases.Keys.ToArray() : [])
        {
            var map = router!.Map("model_group_alias")!;
            var meant = map.Take(alias) is YamlMap ? map.Map(alias)!.Text("model") : map.Text(alias);
            if (groups.Find(group => group.Name == meant) is not { } group)
            {
                document.Note(map.At(alias), "it names no model_name of the list: the alias is left out");
                continue;
            }

            var behind = (fallbacks.GetValueOrDefault(group.Name) ?? others)
                .Where(name => name != group.Name)
                .SelectMany(name => Named(name, group))
                .ToList();
            Route(group, alias, map.At(alias), behind, strategy);
        }

        // A rule for every model stays the last.
        if (at >= 0 && at < document.Routes.Count - 1)
        {
            var any = document.Routes[at];
            document.Routes.RemoveAt(at);
            document.Routes.Add(any);
        }
    }

    private List<ImportedTarget> Named(string name, Group of)
    {
        if (groups.Find(group => group.Name == name) is { } found)
        {
            return found.Targets;
        }

        document.Note(of.Source, $"a fallback names no model_name of the list: {ImportMap.Shown(name)} is left out");
        return [];
    }

    private void Route(Group group, string model, string source, List<ImportedTarget> behind, string? strategy)
    {
        // A fallback is no member of the group: it is asked when all of those fail, which is what an order says.
        var isSpread = strategy is not null && group.Targets.Count > 1 && behind.Count == 0;
        var weighs = isSpread && strategy == "weighted";
        List<ImportedTarget> targets =
        [
            .. group
                .Targets.Concat(behind)
                .Select(target => target with { Weight = weighs ? target.Weight ?? 1 : null })
                .Distinct(),
        ];
        if (targets.Count > MostTargets)
        {
            document.Note(source, $"only the first {MostTargets} of its deployments and fallbacks are taken");
            targets.RemoveRange(MostTargets, targets.Count - MostTargets);
        }

        if (group.Targets.Count > 1 && !isSpread)
        {
            document.Note(
                source,
                behind.Count > 0
                    ? "its deployments are asked in their order, its fallbacks behind them: Weir spreads no load where an order is kept"
                    : "its deployments are asked in their order"
            );
        }

        var route = new ImportedRoute
        {
            Name = ImportMap.Shown(model),
            Source = source,
            Model = model == "*" ? null : model,
            Strategy = isSpread && targets.Count > 1 ? strategy : null,
            Targets = targets,
        };
        if (!document.Routes.Exists(known => known.Name.Equals(route.Name, StringComparison.OrdinalIgnoreCase)))
        {
            document.Routes.Add(route);
        }
        else
        {
            document.Note(
                source,
                "a rule is called so already, upper and lower case being the same: this one is left out"
            );
        }
    }

    // Null for in their order: asked for, or the best that this version does.
    private string? Strategy(ImportMap? router)
    {
        var written = router?.Text("routing_strategy") ?? "simple-shuffle";
        var (strategy, loss) = written switch
        {
            "simple-shuffle" => ("weighted", (string?)null),
            "latency-based-routing" => ("latency", null),
            "cost-based-routing" => ("cost", null),
            "least-busy" => ("adaptive", "Weir's adaptive strategy stands for it"),
            "usage-based-routing" or "usage-based-routing-v2" => ("weighted", "shares by weight stand for it"),
            _ => ("weighted", "Weir has no such strategy: shares by weight stand for it"),
        };
        if (groups.TrueForAll(group => group.Targets.Count < 2))
        {
            return null;
        }

        if (loss is not null)
        {
            router!.Note("routing_strategy", loss);
        }

        if (ImportSupport.WhyStrategyRefused(strategy, strategy == "weighted") is { } refused)
        {
            document.Note("router_settings.routing_strategy", $"targets are tried in their order: {refused}");
            return null;
        }

        return strategy;
    }

    private static void Rest(ImportMap? router, ImportMap? settings)
    {
        foreach (var map in new[] { router, settings }.OfType<ImportMap>())
        {
            foreach (var key in new[] { "num_retries", "retry_policy", "retry_after", "max_fallbacks" })
            {
                map.NoteIf(
                    key,
                    "how often Weir asks again is its own rule: other targets first, where nothing was answered yet"
                );
            }

            foreach (var key in new[] { "cooldown_time", "allowed_fails", "allowed_fails_policy", "disable_cooldowns" })
            {
                map.NoteIf(key, "how long a target that fails is left alone is Weir's own rule");
            }

            foreach (var key in new[] { "context_window_fallbacks", "content_policy_fallbacks" })
            {
                map.NoteIf(
                    key,
                    "Weir goes on to another target for faults of the provider, not for what is wrong with a request"
                );
            }

            map.NoteIf("drop_params", "Weir leaves out what a vendor is known to refuse, and nothing else");
            foreach (var key in new[] { "callbacks", "success_callback", "failure_callback", "service_callbacks" })
            {
                map.NoteIf(key, "Weir keeps usage in its own ledger; spans and metrics go where telemetry says");
            }

            foreach (
                var key in new[] { "cache", "cache_params", "redis_host", "redis_port", "redis_password", "redis_url" }
            )
            {
                map.NoteIf(key, "Weir caches no answers and needs no Redis");
            }

            map.Rest("Weir has no such setting");
        }
    }

    /// <summary>The deployments that share a name.</summary>
    private sealed record Group(string Name, string Source)
    {
        public List<ImportedTarget> Targets { get; } = [];
    }
}
