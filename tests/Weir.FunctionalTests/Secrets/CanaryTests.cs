using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.FunctionalTests.Observability;
using Weir.Testing;

namespace Weir.FunctionalTests.Secrets;

/// <summary>
/// A whole server with keys, secrets and prompts that can be recognised: served, refused, broken, killed and started again.
/// Then everything that it said and wrote is searched.
/// </summary>
public sealed class CanaryTests : IAsyncDisposable
{
    private const string Literal = "sk-canary-literal-Zq7+/x=\"&<9vR";
    private const string Variable = "sk-canary-variable-Tm4+/y=\"&<2kW";
    private const string Sealed = "sk-canary-sealed-Hb8+/z=\"&<5nD";
    private const string Replaced = "sk-canary-replaced-Lw3+/u=\"&<7cJ";
    private const string Acmes = "sk-canary-acme-Xd1+/v=\"&<6pS";
    private const string Callers = "sk-canary-caller-Fy6-w3mGq0";
    private const string Misplaced = "sk-canary-misplaced-Jr2-e8bKt5";
    private const string Prompt = "canary-prompt-Nc9-what-nobody-else-may-read";
    private const string Words = "canary-words-Ug4-of-the-model";

    private readonly TemporaryFolder folder = new();
    private readonly FakeUpstream vendor = new FakeUpstream().Handle(Answer);
    private readonly OtlpReceiver collector = new();
    private readonly CanarySearch search = new();
    private readonly List<(string Place, string Text)> said = [];
    private WeirProcess weir = null!;

    public async ValueTask DisposeAsync()
    {
        if (weir is not null)
        {
            await weir.DisposeAsync();
        }

        await vendor.DisposeAsync();
        await collector.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task No_key_secret_or_prompt_is_anywhere_it_need_not_be(string format)
    {
        await LiveAsync(format);

        Assert.Empty(Leaks());
        // What it was all about did happen.
        string[] sent = [Literal, Variable, Sealed, Replaced, Acmes, Callers];
        Assert.Equal(
            sent.Order(StringComparer.Ordinal),
            vendor.Requests.Select(r => r.Header("x-api-key")!).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.Contains(vendor.Requests, r => r.BodyText.Contains(Prompt, StringComparison.Ordinal));
        Assert.Contains(said, s => s.Text.Contains("*******", StringComparison.Ordinal));
        Assert.NotEmpty(collector.Spans);
    }

    [Fact]
    public async Task A_leak_is_found_in_what_was_said_and_in_the_files()
    {
        search.Add("planted", "canary-planted-Ks5-model");
        weir = await WeirProcess.StartAsync(folder.At("data"), Yaml("json"), Environment());
        // A model's name is no secret: it stands in logs, answers, traces and the ledger.
        await AskAsync("planted", "sim", weir.AdminKey, model: "canary-planted-Ks5-model");
        await WalkAsync(weir.AdminKey);
        await weir.StopAsync();

        var leaks = Leaks().ToArray();
        foreach (var place in new[] { "log", "GET /api/v1/usage/requests", "GET /api/v1/usage/export", "ledger.db" })
        {
            Assert.Contains(leaks, leak => leak.StartsWith(place, StringComparison.Ordinal));
        }

        Assert.Contains(leaks, leak => leak.StartsWith("traces", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_form_is_found_wherever_it_stands_in_a_text()
    {
        foreach (var (form, bytes) in CanarySearch.FormsOf(Literal))
        {
            var one = new CanarySearch();
            one.Add("it", Literal);
            Assert.Contains(one.Find("x", (byte[])[1, 2, 3, .. bytes, 4]), f => f.Length > 0);
            Assert.True(bytes.Length > 20, form);
        }

        var searched = new CanarySearch();
        searched.Add("it", Literal);
        for (var before = 0; before < 6; before++)
        {
            var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('a', before) + Literal + "zz"));
            Assert.NotEmpty(searched.Find("base64", text));
        }

        Assert.Empty(searched.Find("x", Literal[..^1]));
    }

    private static Dictionary<string, string> Environment() =>
        new()
        {
            ["CANARY"] = Variable,
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
            ["ANTHROPIC_API_KEY"] = Literal,
        };

    private string Yaml(string format) =>
        $$"""
            version: 1
            logging: { format: {{format}}, level: debug }
            telemetry: { otlp: { endpoint: "{{collector.Url}}", interval: 1s } }
            server: { network: { allow: ["127.0.0.1"] } }
            providers:
              - { name: literal, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: '{{Literal}}', models: ["literal-*"], share: true }
              # - { name: old, kind: anthropic, apiKey: '{{Literal}}' }
              - { name: variable, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: "${CANARY}", models: ["variable-*"] }
              - { name: callers, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", models: ["callers-*"] }
              - { name: dead, kind: anthropic, baseUrl: "http://127.0.0.1:1", apiKey: '{{Literal}}', models: ["dead-*"] }
              - { name: sim, kind: simulator, models: ["sim-*", "canary-*"] }

            """;

    private static UpstreamAnswer? Answer(RecordedRequest request)
    {
        var key = request.Header("x-api-key") ?? "";
        return request.BodyText switch
        {
            var body when body.Contains("-401", StringComparison.Ordinal) => UpstreamAnswer
                .Json($$$"""{"type":"error","error":{"type":"authentication_error","message":"{{{key}}}"}}""", 401)
                .Header("x-told", key),
            var body when body.Contains("-500", StringComparison.Ordinal) => UpstreamAnswer
                .Status(500)
                .Body($"at Key({key})"),
            var body when body.Contains("-garbage", StringComparison.Ordinal) => UpstreamAnswer.Raw($"{key}\r\n\r\n"),
            var body when body.Contains("-coded", StringComparison.Ordinal) => UpstreamAnswer
                .Status(429)
                .Body($"key {key}")
                .Compressed(ContentCoding.Gzip),
            _ => AnthropicAnswers.Message(
                new VendorCompletion
                {
                    Id = "msg_1",
                    Model = "claude-sonnet-5",
                    Blocks = [new VendorText(Words)],
                }
            ),
        };
    }

    private async Task LiveAsync(string format)
    {
        foreach (
            var (name, text) in new[]
            {
                ("literal", Literal),
                ("variable", Variable),
                ("sealed", Sealed),
                ("replaced", Replaced),
                ("acme's", Acmes),
                ("caller's", Callers),
                ("misplaced", Misplaced),
                ("prompt", Prompt),
                ("words", Words),
            }
        )
        {
            search.Add(name, text);
        }

        weir = await WeirProcess.StartAsync(folder.At("data"), Yaml(format), Environment());
        // The first key is told to whoever starts the server; what stands there is not searched for it.
        var acme = await SetUpAsync();
        search.Add("master key", (await File.ReadAllLinesAsync(folder.At("data", "secrets.key"))).Last());
        search.Add("acme's Weir key", acme);
        await ConverseAsync(acme);
        await MisplaceAsync(acme);
        await CommandAsync(Replaced, "secrets", "set", "vendor");
        await AskAsync("replaced", "sealed", weir.AdminKey);
        await CommandAsync("", "secrets", "rotate-key");
        await AskAsync("rotated", "sealed", weir.AdminKey);
        await weir.SettleAsync();
        await WalkAsync(weir.AdminKey);
        await WalkAsync(acme);
        await LiveFeedAsync();
        // Copied first: the server holds some of them against other processes of its own kind.
        await ProgramRun.RunAsync("cp", ["-r", folder.At("data"), folder.At("copy")]);
        Note(
            "files while it runs",
            string.Join('\n', search.FindInFiles(folder.At("copy"), "admin.key", "secrets.key"))
        );
        await weir.KillAsync();
        Note("log of the killed", weir.Log);
        await weir.DisposeAsync();
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            environment: Environment(),
            yaml: await YamlOnDiskAsync()
        );
        await AskAsync("after the crash", "sealed", weir.AdminKey);
        await weir.SettleAsync();
        Assert.Equal(0, await weir.StopAsync());
    }

    private Task<string> YamlOnDiskAsync() => File.ReadAllTextAsync(folder.At("data.yaml"));

    /// <summary>Sealed secrets in two workspaces, and documents that use them.</summary>
    private async Task<string> SetUpAsync()
    {
        await CommandAsync(Sealed, "secrets", "set", "vendor", "--origin", vendor.BaseUrl.ToString());
        var config = await weir.GetAsync("/api/v1/config");
        Note("config", config.ToString());
        var text = config.GetProperty("text").GetString()!;
        var added =
            $"""  - name: sealed, kind: anthropic, baseUrl: "{vendor.BaseUrl}", apiKey: secret:vendor, models: ["sealed-*"]""";
        text = text.Replace(
            "  - { name: sim,",
            added.Replace("- name", "- { name", StringComparison.Ordinal) + " }\n  - { name: sim,",
            StringComparison.Ordinal
        );
        await CommandAsync(text, "config", "put", "-");
        var made = await weir.CommandAsync("workspaces", "create", "acme", "--json");
        var key = made.Output.Split('"').Single(t => t.StartsWith("wk_", StringComparison.Ordinal) && t.Length == 41);
        await CommandAsync(Acmes, "secrets", "set", "own", "--origin", vendor.BaseUrl.ToString(), "--key", key);
        await CommandAsync(
            $$"""
            version: 1
            providers: [{ name: own, kind: anthropic, baseUrl: "{{vendor.BaseUrl}}", apiKey: secret:own, models: ["own-*"] }]

            """,
            "config",
            "put",
            "-",
            "--key",
            key
        );
        return key;
    }

    /// <summary>What goes well and what does not, with every provider.</summary>
    private async Task ConverseAsync(string acme)
    {
        foreach (
            var (provider, key) in new[]
            {
                ("literal", weir.AdminKey),
                ("variable", weir.AdminKey),
                ("sealed", weir.AdminKey),
                ("own", acme),
                ("literal", acme),
            }
        )
        {
            foreach (var how in new[] { "fine", "401", "500", "garbage", "coded" })
            {
                await AskAsync($"{provider} {how}", provider, key, model: $"{provider}-{how}");
            }
        }

        await AskAsync("caller's own", "callers", weir.AdminKey, headers: ("x-api-key", Callers));
        await AskAsync("caller's own 401", "callers", weir.AdminKey, "callers-401x", ("x-api-key", Callers));
        await AskAsync("caller's for Weir's", "literal", "", headers: ("x-api-key", Callers));
        await AskAsync("dead", "dead", weir.AdminKey);
        await AskAsync("nobody's", "nobody", weir.AdminKey);
        await AskAsync("no Weir key", "literal", "wk_" + Callers);
        await AskAsync("stream that breaks", "sim", weir.AdminKey, "sim-small", ("x-weir-sim", "cutoff=1"));
        await GetAsync($"/p/literal/v1/files?key={Uri.EscapeDataString(Callers)}", weir.AdminKey);
        await GetAsync($"/v1beta/models?key={Uri.EscapeDataString(Callers)}", weir.AdminKey);
    }

    /// <summary>Keys and values where they do not belong: refused, and not repeated.</summary>
    private async Task MisplaceAsync(string acme)
    {
        var document = $"version: 1\nproviders: [{{ name: x, kind: anthropic, apiKey: {Misplaced} }}]\n";
        await CommandAsync(document, "config", "put", "-", "--key", acme);
        await CommandAsync(
            document.Replace(Misplaced, $"'secret:{Misplaced} x'", StringComparison.Ordinal),
            "config",
            "put",
            "-",
            "--key",
            acme
        );
        await File.WriteAllTextAsync(folder.At("weir.d", "acme.yaml"), document);
        await weir.UntilAsync(
            async () =>
                (await GetAsync("/api/v1/config", acme)).Contains("holds no key itself", StringComparison.Ordinal),
            "refuse the file"
        );
        foreach (
            var body in new[]
            {
                $$"""{"name":"a","value":"{{Misplaced}}\n"}""",
                $$"""{"name":"not a name","value":"{{Misplaced}}"}""",
                $$"""{"name":"a","value":"{{Misplaced}}","origin":"nowhere"}""",
                $$"""{"name":"a","value":"{{Misplaced}}","more":1}""",
                $$"""{"name":"a","value":{"{{Misplaced}}":1} """,
            }
        )
        {
            using var answer = await weir.PostAsync("/api/v1/secrets", body);
            Assert.InRange((int)answer.StatusCode, 400, 499);
            Note("POST /api/v1/secrets", await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Every answer of the management API that needs no more than its path.</summary>
    private async Task WalkAsync(string key)
    {
        var description = JsonDocument.Parse(await GetAsync("/openapi/v1.json", key)).RootElement;
        var paths = description
            .GetProperty("paths")
            .EnumerateObject()
            .Where(path => path.Value.TryGetProperty("get", out _) && !path.Name.Contains('{'))
            .Select(path => path.Name)
            .Where(path => path is not "/live")
            .ToArray();
        Assert.True(paths.Length > 20);
        foreach (var path in paths)
        {
            await GetAsync(path, key);
        }

        foreach (var form in new[] { "csv", "ndjson", "json" })
        {
            await GetAsync($"/api/v1/usage/export?format={form}", key);
        }

        await GetAsync("/api/v1/audit/export", key);
        await GetAsync("/v1/models", key);
    }

    private async Task LiveFeedAsync()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/live", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        request.Headers.TryAddWithoutValidation("x-weir-key", weir.AdminKey);
        using var answer = await weir.SendAsync(request);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[256 * 1024];
        var length = 0;
        while (!Encoding.UTF8.GetString(buffer, 0, length).Contains("\n\n", StringComparison.Ordinal))
        {
            length += await stream.ReadAsync(buffer.AsMemory(length));
        }

        Note("live", Encoding.UTF8.GetString(buffer, 0, length));
    }

    private async Task AskAsync(
        string what,
        string provider,
        string key,
        string? model = null,
        params (string, string)[] headers
    )
    {
        using var answer = await weir.PostAsync(
            "/v1/messages",
            $$"""{"model":"{{model ?? provider + "-fine"}}","max_tokens":8,"messages":[{"role":"user","content":"{{Prompt}}"}]}""",
            key,
            headers
        );
        var body = "";
        try
        {
            body = await answer.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException)
        {
            body = "broken off";
        }

        // The model's words are the caller's to read, and so is what his own key comes to.
        body = body.Replace(Words, "", StringComparison.Ordinal);
        if (what.StartsWith("caller's own", StringComparison.Ordinal))
        {
            body = body.Replace(Callers, "", StringComparison.Ordinal);
        }
        else
        {
            body += answer.Headers.ToString();
        }

        Note($"answer to {what}", body);
    }

    private async Task<string> GetAsync(string path, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("x-weir-key", key);
        using var answer = await weir.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        Note(
            $"GET {path}",
            string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} {answer.Headers}{body}")
        );
        return body;
    }

    private async Task CommandAsync(string input, params string[] arguments)
    {
        string[] server = arguments.Contains("--key") ? ["--server", weir.BaseUrl.ToString()] : [];
        var result = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            [.. arguments, .. server],
            new Dictionary<string, string> { ["WEIR_DATA"] = weir.DataFolder, ["HOME"] = folder.Path },
            input: input
        );
        Note($"weir {arguments[0]} {arguments[1]}", result.Output + result.Errors);
    }

    private void Note(string place, string text) => said.Add((place, text));

    private IEnumerable<string> Leaks() =>
        [
            .. said.SelectMany(s => search.Find(s.Place, s.Text)),
            .. said.Where(s => s.Place == "files while it runs").Select(s => s.Text).Where(t => t.Length > 0),
            .. search.Find("log", weir.Log),
            .. search.Find("traces", Encoding.Latin1.GetBytes(collector.Bytes)),
            .. search.FindInFiles(folder.At("data"), "admin.key", "secrets.key"),
        ];
}
