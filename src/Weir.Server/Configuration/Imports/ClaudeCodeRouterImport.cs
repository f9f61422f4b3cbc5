using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Gateway.Upstreams;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// Reads the <c>config.json</c> of claude-code-router 1.x (github.com/musistudio/claude-code-router, README, "Configuration"; its order of
/// rules is that of <c>src/utils/router.ts</c>: a model named with its provider, long context, background, web search, thinking, default).
/// </summary>
internal sealed partial class ClaudeCodeRouterImport
{
    /// <summary>The program's name.</summary>
    public const string Program = "claude-code-router";

    private const long UsualThreshold = 60_000;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromHours(1);

    private readonly ImportedDocument document = new(Program);

    // The provider by the name that it had, case aside, for the router's rules.
    private readonly Dictionary<string, ImportedProvider> known = new(StringComparer.OrdinalIgnoreCase);

    private ClaudeCodeRouterImport() { }

    /// <summary>What the configuration comes to.</summary>
    public static ImportedDocument Read(YamlMap root)
    {
        var import = new ClaudeCodeRouterImport();
        foreach (Match match in ImportMap.Scalars(root).SelectMany(text => Interpolation().Matches(text)))
        {
            import.document.Reserve(match.Groups["name"].Value);
        }

        import.Document(new ImportMap(import.document, root, ""));
        return import.document;
    }

    /// <summary>Whether a document looks like one of this program's.</summary>
    public static bool Recognises(YamlMap root) => root.Entries.Any(entry => entry.Key.Text is "Providers" or "Router");

    private void Document(ImportMap root)
    {
        var silence = Silence(root);
        foreach (var provider in root.Maps(root.Has("Providers") ? "Providers" : "providers"))
        {
            Provider(provider, silence);
        }

        if (root.Map("Router") is { } router)
        {
            Router(router);
        }
        else
        {
            document.Note(
                "Router",
                "there is no Router: nothing says where requests go, and each goes to who lists its model"
            );
        }

        Settings(root);
    }

    private TimeSpan? Silence(ImportMap root)
    {
        if (root.Whole("API_TIMEOUT_MS") is not { } milliseconds)
        {
            return null;
        }

        var silence = TimeSpan.FromSeconds(Math.Max(1, (milliseconds + 999) / 1000));
        if (silence > LongestSilence)
        {
            root.Note("API_TIMEOUT_MS", "Weir's bound of silence is at most an hour");
            return LongestSilence;
        }

        root.Note(
            "API_TIMEOUT_MS",
            "it bounded the whole call; Weir's timeouts.silence bounds the time in which nothing comes, so that long answers live"
        );
        return silence;
    }

    private void Provider(ImportMap map, TimeSpan? silence)
    {
        var written = map.Text("name");
        var url = map.Text("api_base_url");
        if (written is null || url is null)
        {
            document.Note(map.Path, "a provider without a name or an api_base_url is left out");
            return;
        }

        var (kind, changes) = RouterTransformers.Read(document, map);
        if (ProviderAddress.Of(FromEnvironment(url), kind) is not { } address)
        {
            document.Note(
                map.At("api_base_url"),
                "Weir can make no upstream of this address: the provider is left out"
            );
            return;
        }

        if (address.Loss is { } loss)
        {
            document.Note(map.At("api_base_url"), loss);
        }

        var models = map.Texts("models").Distinct(StringComparer.Ordinal).ToList();
        var name = document.NewName(NameOf(written, address));
        var provider = new ImportedProvider
        {
            Name = name,
            Kind = address.Kind,
            Source = $"{map.Path} ({ImportMap.Shown(written)})",
            Dialects = address.Dialects,
            Models = models,
            Silence = silence,
        };
        provider.Texts.AddRange(address.Texts.Select(text => (text.Key, Text(text.Value, map.At("api_base_url")))));
        if (address.Deployment is { } deployment)
        {
            foreach (var model in models.Where(model => model != deployment))
            {
                provider.Deployments[model] = deployment;
            }
        }

        foreach (var change in changes)
        {
            change.AddTo(provider, document);
        }

        Key(map, provider);
        map.Rest("this import does not know it");
        document.Providers.Add(provider);
        if (!known.TryAdd(written, provider))
        {
            document.Note(map.At("name"), "a provider is called so already: rules mean the first");
        }

        foreach (var model in models)
        {
            document.Routes.Add(
                new ImportedRoute
                {
                    Name = $"{name},{model}",
                    Source = $"{map.Path}.models: /model {ImportMap.Shown(written)},{ImportMap.Shown(model)}",
                    Model = $"{written},{model}",
                    Targets = [new ImportedTarget(name, model)],
                }
            );
        }
    }

    // A provider that is named like a vendor is taken for that vendor: one that stands elsewhere must not be.
    private static string NameOf(string written, ProviderAddress address) =>
        address.Kind == "openai-compatible"
        && Vendors.Named(written) is { AddressVariable: null } vendor
        && Uri.TryCreate(address.Texts[0].Value, UriKind.Absolute, out var url)
        && !Vendors.IsAt(vendor, url)
            ? $"{written}-{url.Host}"
            : written;

    private void Key(ImportMap map, ImportedProvider provider)
    {
        if (provider.Kind == "vertex")
        {
            provider.Texts.Add(
                (
                    "credentials",
                    document.Variable(
                        "GOOGLE_APPLICATION_CREDENTIALS",
                        "the file of a service account",
                        "/etc/weir/vertex.json"
                    )
                )
            );
            map.NoteIf("api_key", "Weir signs in to Vertex with a service account's file");
            return;
        }

        if (map.Text("api_key") is not { } key)
        {
            document.Note(
                map.At("api_key"),
                $"there is no key: Weir passes on each caller's own; add apiKey to {provider.Name} where it needs one"
            );
            return;
        }

        var text = FromEnvironment(key);
        provider.Texts.Add(
            (
                "apiKey",
                Reference().IsMatch(text) && Reference().Match(text).Value == text
                    ? document.Variable(text[2..^1], $"the key of {provider.Name}", "key")
                    : document.Secret(provider.Name, "API_KEY", key)
            )
        );
    }

    private void Router(ImportMap router)
    {
        var threshold = router.Whole("longContextThreshold") ?? UsualThreshold;
        var above = Math.Clamp(threshold, 1, 100_000_000).ToString(CultureInfo.InvariantCulture);
        Rule(router, "longContext", condition: $"tokensAbove: {above}");
        Rule(router, "image", condition: "image: true");
        // What the program takes for background is the model alone.
        Rule(router, "background", model: "*claude*haiku*");
        Rule(router, "webSearch", condition: "webSearch: true");
        Rule(router, "think", condition: "thinking: true");
        router.NoteIf(
            "forceUseImageAgent",
            "Weir sends a request with images to the rule for images, and describes none itself"
        );
        router.NoteIf("custom", "a rule in JavaScript: Weir runs none; say it as routes");
        if (!Rule(router, "default"))
        {
            document.Note("Router.default", "there is no default: what no rule catches goes to who lists its model");
        }

        router.Rest("this import does not know this rule");
    }

    private bool Rule(ImportMap router, string key, string? model = null, string? condition = null)
    {
        if (router.Text(key) is not { } rule)
        {
            return false;
        }

        var comma = rule.IndexOf(',', StringComparison.Ordinal);
        if (comma < 1 || !known.TryGetValue(rule[..comma].Trim(), out var provider) || comma + 1 >= rule.Length)
        {
            router.Note(key, "it names no provider of the list, as provider,model: the rule is left out");
            return true;
        }

        var name = rule[(comma + 1)..].Trim();
        if (!provider.Models.Contains(name, StringComparer.Ordinal))
        {
            router.Note(key, $"{provider.Name} does not list the model of this rule; it is sent there all the same");
            provider.Models.Add(name);
        }

        var route = new ImportedRoute
        {
            Name = $"router-{key}",
            Source = $"Router.{key}",
            Model = model,
            Condition = condition,
            Targets = [new ImportedTarget(provider.Name, name)],
        };
        document.Routes.Add(route);
        if (ImportSupport.WhyRefused(route) is { } refused)
        {
            router.Note(key, $"written as a comment, for this version does not take it: {refused}");
        }

        return true;
    }

    private void Settings(ImportMap root)
    {
        root.NoteIf("APIKEY", "callers show a key of Weir's: weir keys create NAME --scope gateway");
        foreach (var key in new[] { "HOST", "PORT" })
        {
            root.NoteIf(
                key,
                "where Weir listens is said by --urls, WEIR_URLS or server.urls, and is http://127.0.0.1:8082 otherwise"
            );
        }

        root.NoteIf("PROXY_URL", "Weir sends straight to the provider, through no proxy");
        foreach (var key in new[] { "LOG", "LOG_LEVEL" })
        {
            root.NoteIf(key, "Weir has a log of its own: logging.level, WEIR_LOG_FORMAT");
        }

        root.NoteIf("NON_INTERACTIVE_MODE", "weir serve never asks anything");
        root.NoteIf("CLAUDE_PATH", "Weir starts no Claude Code: set ANTHROPIC_BASE_URL for it");
        root.NoteIf("CUSTOM_ROUTER_PATH", "a rule in JavaScript: Weir runs none; say it as routes");
        root.NoteIf("REWRITE_SYSTEM_PROMPT", "Weir does not rewrite what Claude Code says of its surroundings");
        root.NoteIf("StatusLine", "Claude Code's status line is Weir's own: weir statusline");
        foreach (var key in new[] { "transformers", "Transformers", "plugins" })
        {
            root.NoteIf(key, "a transformer in JavaScript: Weir loads none");
        }

        root.Rest("this import does not know it");
    }

    private ImportedText Text(string value, string path)
    {
        foreach (Match match in Reference().Matches(value))
        {
            _ = document.Variable(match.Value[2..^1], $"part of {path}", ImportPlaceholders.Address);
        }

        return new ImportedText(value);
    }

    /// <summary>$NAME and ${NAME} as Weir writes them, all else that looks like one made plain.</summary>
    private static string FromEnvironment(string text) =>
        Interpolation()
            .Replace(
                text,
                match =>
                    match.Groups["name"].Success ? $"${{{match.Groups["name"].Value}}}"
                    : match.Value == "${" ? "$${"
                    : match.Value
            );

    [GeneratedRegex(
        @"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]{0,127})\}|\$(?<name>[A-Z_][A-Z0-9_]{0,127})|\$\{",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Interpolation();

    [GeneratedRegex(
        @"(?<!\$)\$\{[A-Za-z_][A-Za-z0-9_]{0,127}\}",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Reference();
}
