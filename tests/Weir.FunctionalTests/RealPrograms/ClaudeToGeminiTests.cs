using System.Text.Json;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code, headless, with Gemini alone behind Weir.</summary>
public sealed class ClaudeToGeminiTests : IAsyncLifetime
{
    private MeteredRun run = null!;

    public async ValueTask InitializeAsync() => run = await MeteredRun.StartAsync();

    public ValueTask DisposeAsync() => run.DisposeAsync();

    [Theory]
    [InlineData("gemini-3-flash-preview")]
    [InlineData("gemini-2.5-flash")]
    public async Task A_tool_runs_and_both_requests_are_metered(string model)
    {
        var said = (await ClaudeAsync(model, $"Please {Prompts.CallTool}.")).Json();

        Assert.Equal(Prompts.FinalAnswer, said.Text("result"));
        Assert.Contains(Responses(1), r => r.Contains(Prompts.ToolOutput, StringComparison.Ordinal));
        var records = await run.AssertLedgerAgreesAsync(charges: 2);
        Assert.All(records, r => Assert.Equal("gemini", r.Provider));
        Assert.All(records, r => Assert.Equal(said.Text("session_id"), r.Session));
        AssertClaudeSawTheSame(said, model);
    }

    [Fact]
    public async Task Two_tools_at_once_and_the_thinking_of_the_first_go_back_as_they_came()
    {
        var said = (await ClaudeAsync("gemini-3-flash-preview", $"Please {Prompts.CallTwice}.")).Json();

        Assert.Equal(Prompts.FinalAnswer, said.Text("result"));
        var body = run.Provider.Charges[0].Request.Json();
        Assert.True(
            body.GetProperty("generationConfig")
                .GetProperty("thinkingConfig")
                .GetProperty("includeThoughts")
                .GetBoolean()
        );
        Assert.InRange(body.Items("tools").Single().Items("functionDeclarations").Count(), 15, 40);
        Assert.Equal(2, Responses(1).Count);
        Assert.Contains(Prompts.ToolOutput, Responses(1)[0], StringComparison.Ordinal);
        Assert.Contains("second-" + Prompts.ToolOutput, Responses(1)[1], StringComparison.Ordinal);
        var calls = Parts(1).Where(p => p.TryGetProperty("functionCall", out _)).ToList();
        Assert.Equal(
            [GeminiAnswers.SignatureOf(run.Provider.Charges[0].MessageId!), null],
            calls.Select(c => c.Text("thoughtSignature"))
        );
        await run.AssertLedgerAgreesAsync(charges: 2);
    }

    [Fact]
    public async Task A_second_turn_carries_the_first_with_its_thinking()
    {
        const string model = "gemini-3-flash-preview";
        var first = (await ClaudeAsync(model, $"Please {Prompts.CallTool}.")).Json();
        var second = (
            await ClaudeAsync(model, $"And {Prompts.CallTool} again.", "--resume", first.Text("session_id")!)
        ).Json();

        Assert.Equal(Prompts.FinalAnswer, second.Text("result"));
        Assert.Equal(
            [0, 2],
            Parts(3)
                .Select(p => p.Text("thoughtSignature"))
                .Where(s => s is not null)
                .Select(s => run.Provider.Charges.ToList().FindIndex(c => GeminiAnswers.SignatureOf(c.MessageId!) == s))
        );
        await run.AssertLedgerAgreesAsync(charges: 4);
    }

    [Fact]
    public async Task A_picture_is_looked_at()
    {
        var home = run.Home("claude");
        var picture = Path.Combine(home, "weir.png");
        await File.WriteAllBytesAsync(picture, Convert.FromBase64String(Png));
        var input = JsonSerializer.Serialize(
            new
            {
                type = "user",
                message = new
                {
                    role = "user",
                    content = new object[]
                    {
                        new { type = "text", text = "What is this?" },
                        new
                        {
                            type = "image",
                            source = new
                            {
                                type = "base64",
                                media_type = "image/png",
                                data = Png,
                            },
                        },
                    },
                },
            }
        );
        var result = await RunAsync(
            [
                "-p",
                "--input-format",
                "stream-json",
                "--output-format",
                "stream-json",
                "--verbose",
                "--model",
                "gemini-3-flash-preview",
            ],
            input + "\n"
        );

        Assert.Equal(Prompts.FinalAnswer, result.JsonLines()[^1].Text("result"));
        var shown = Parts(0).Single(p => p.TryGetProperty("inlineData", out _)).GetProperty("inlineData");
        Assert.StartsWith("image/", shown.Text("mimeType"), StringComparison.Ordinal);
        Assert.True(shown.Text("data")!.Length > 20);
        await run.AssertLedgerAgreesAsync(charges: 1);
    }

    /// <summary>One red pixel.</summary>
    private const string Png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

    private List<JsonElement> Parts(int charge) =>
        [
            .. run
                .Provider.Charges[charge]
                .Request.Json()
                .Items("contents")
                .SelectMany(content => content.Items("parts")),
        ];

    private List<string> Responses(int charge) =>
        [
            .. Parts(charge)
                .Where(p => p.TryGetProperty("functionResponse", out _))
                .Select(p => p.GetProperty("functionResponse").ToString()),
        ];

    private void AssertClaudeSawTheSame(JsonElement said, string model)
    {
        var seen = said.GetProperty("modelUsage").GetProperty(model);
        var charged = run.Provider.Charges.Select(c => c.Usage).Aggregate((sum, usage) => sum + usage);
        Assert.Equal(charged.Input, seen.Number("inputTokens"));
        Assert.Equal(charged.CacheRead, seen.Number("cacheReadInputTokens"));
        Assert.Equal(charged.Output, seen.Number("outputTokens"));
    }

    private Task<ProgramResult> ClaudeAsync(string model, string prompt, params string[] more) =>
        RunAsync([
            "-p",
            prompt,
            "--output-format",
            "json",
            "--model",
            model,
            "--allowedTools",
            "Bash(echo:*)",
            "Agent",
            "Task",
            .. more,
        ]);

    private async Task<ProgramResult> RunAsync(string[] arguments, string? input = null)
    {
        var home = run.Home("claude");
        var result = await ProgramRun.RunAsync(
            "node",
            [Programs.ClaudeCode, .. arguments],
            new Dictionary<string, string>
            {
                ["HOME"] = home,
                ["CLAUDE_CONFIG_DIR"] = Path.Combine(home, ".claude"),
                ["ANTHROPIC_BASE_URL"] = run.Weir.BaseUrl.ToString().TrimEnd('/'),
                ["ANTHROPIC_AUTH_TOKEN"] = run.Weir.AdminKey,
                ["ANTHROPIC_SMALL_FAST_MODEL"] = "gemini-2.5-flash",
                ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
                ["DISABLE_AUTOUPDATER"] = "1",
                ["DISABLE_TELEMETRY"] = "1",
                ["DISABLE_ERROR_REPORTING"] = "1",
            },
            home,
            input: input
        );
        Assert.True(result.ExitCode == 0, $"{result}\n{run.Weir.Log}\n{Faults()}");
        return result;
    }

    private string Faults() =>
        string.Join(
            "\n",
            run.Provider.Upstream.Requests.Where(r => r.Path.Contains("enerateContent", StringComparison.Ordinal))
                .Select(r => GeminiRules.FaultOf(r.Json(), r.Path.Split('/')[3].Split(':')[0]))
        );
}
