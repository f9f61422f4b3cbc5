using System.Net;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Observability;

/// <summary>The log as a program reads it.</summary>
public sealed class JsonLogTests : IDisposable
{
    private const string Prompt = "the-prompt-that-nobody-else-may-read";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("environment")]
    [InlineData("configuration")]
    public async Task Each_line_is_an_object_and_names_its_request(string way)
    {
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            "version: 1\nproviders:\n  - { name: sim, kind: simulator }\n"
                + (
                    way == "configuration" ? "logging: { format: json, level: debug }\n" : "logging: { level: debug }\n"
                ),
            way == "environment" ? new Dictionary<string, string> { ["WEIR_LOG_FORMAT"] = "json" } : null
        );
        using var good = await AskAsync(weir, null);
        using var bad = await AskAsync(weir, "status=500");
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, bad.StatusCode);
        Assert.Equal(0, await weir.StopAsync());

        var lines = weir.Log.Split('\n').Where(line => line.StartsWith('{')).Select(Parse).ToList();

        foreach (var line in lines)
        {
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line.GetProperty("time").GetString());
            Assert.Contains(line.GetProperty("level").GetString(), new[] { "debug", "info", "warn", "error" });
            Assert.NotEmpty(line.GetProperty("logger").GetString()!);
            Assert.NotEmpty(line.GetProperty("message").GetString()!);
        }

        var served = Of(lines, "Served").ToList();
        Assert.Equal([IdOf(good), IdOf(bad)], served.Select(RequestId));
        Assert.Equal("sim-small", served[0].GetProperty("model").GetString());
        Assert.Equal(200, served[0].GetProperty("httpStatus").GetInt32());
        // The only target is asked twice again.
        var failed = Of(lines, "AttemptFailed").ToList();
        Assert.Equal(3, failed.Count);
        Assert.All(
            failed,
            line =>
            {
                Assert.Equal(("warn", IdOf(bad)), (line.GetProperty("level").GetString(), RequestId(line)));
                Assert.Equal("sim", line.GetProperty("provider").GetString());
            }
        );
        Assert.All(
            [.. served, .. failed],
            line => Assert.Equal("from-the-caller", line.GetProperty("callerRequestId").GetString())
        );
        Assert.DoesNotContain(Prompt, weir.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(
            weir.Log.Split('\n').SkipWhile(line => !line.StartsWith('{')),
            line => line.StartsWith("20", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Format_and_level_change_while_it_runs()
    {
        const string Head = "version: 1\nproviders:\n  - { name: sim, kind: simulator }\n";
        await using var weir = await WeirProcess.StartAsync(folder.At("data"), Head);
        using var before = await AskAsync(weir, null);
        await File.WriteAllTextAsync(
            folder.At("data.yaml"),
            Head + "logging: { format: json, level: debug }\n",
            TestContext.Current.CancellationToken
        );

        await weir.UntilAsync(
            async () =>
            {
                using var more = await AskAsync(weir, null);
                return weir.Log.Contains("\"event\":\"Served\"", StringComparison.Ordinal);
            },
            "log in JSON"
        );

        Assert.DoesNotContain(IdOf(before), weir.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_there_is_not_is_refused()
    {
        var run = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["serve", "--log-format", "xml", "--data", folder.At("data")],
            new Dictionary<string, string> { ["HOME"] = folder.Path }
        );

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("text or json", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_management_side_names_its_requests_too()
    {
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in new[] { "/health", "/api/v1/keys", "/nowhere", "/metrics" })
        {
            using var answer = await weir.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative))
            );
            Assert.True(seen.Add(IdOf(answer)), path);
        }
    }

    private static Task<HttpResponseMessage> AskAsync(WeirProcess weir, string? simulator) =>
        weir.PostAsync(
            "/v1/messages",
            $$"""{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"{{Prompt}}"}]}""",
            headers: simulator is null
                ? [("x-request-id", "from-the-caller")]
                : [("x-request-id", "from-the-caller"), ("x-weir-sim", simulator)]
        );

    private static string IdOf(HttpResponseMessage answer) => answer.Headers.GetValues("x-weir-request-id").Single();

    private static string? RequestId(JsonElement line) => line.GetProperty("requestId").GetString();

    private static IEnumerable<JsonElement> Of(IEnumerable<JsonElement> lines, string name) =>
        lines.Where(line => line.TryGetProperty("event", out var own) && own.GetString() == name);

    private static JsonElement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
