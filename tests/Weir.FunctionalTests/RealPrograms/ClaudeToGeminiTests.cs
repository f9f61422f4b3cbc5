using System.Text.Json;
using Weir.Testing;

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
        var said = (await Claude(model).AskAsync($"Please {Prompts.CallTool}.")).Json();

        Assert.Equal(Prompts.FinalAnswer, said.Text("result"));
        Assert.Contains(Responses(1), r => r.Contains(Prompts.ToolOutput, StringComparison.Ordinal));
        var records = await run.AssertLedgerAgreesAsync(charges: 2);
        Assert.All(records, r => Assert.Equal("gemini", r.Provider));
        Assert.All(records, r => Assert.Equal(said.Text("session_id"), r.Session));
        ClaudeProgram.AssertSawTheSame(said, run.Provider.Charges);
        Assert.Equal([model], said.GetProperty("modelUsage").EnumerateObject().Select(m => m.Name));
    }

    [Fact]
    public async Task Two_tools_at_once_and_the_thinking_of_the_first_go_back_as_they_came()
    {
        var said = (await Claude("gemini-3-flash-preview").AskAsync($"Please {Prompts.CallTwice}.")).Json();

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
        var first = (await Claude(model).AskAsync($"Please {Prompts.CallTool}.")).Json();
        var second = (
            await Claude(model).AskAsync($"And {Prompts.CallTool} again.", "--resume", first.Text("session_id")!)
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
        var image = new
        {
            type = "image",
            source = new
            {
                type = "base64",
                media_type = "image/png",
                data = Png,
            },
        };
        var result = await Claude("gemini-3-flash-preview")
            .TalkAsync([
                [new { type = "text", text = "What is this?" }, image],
            ]);

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

    private ClaudeProgram Claude(string model)
    {
        var claude = run.Claude();
        return claude with
        {
            Model = model,
            Environment = new Dictionary<string, string>(claude.Environment)
            {
                ["ANTHROPIC_SMALL_FAST_MODEL"] = "gemini-2.5-flash",
            },
            Log = () => $"{run.Weir.Log}\n{Faults()}",
        };
    }

    private string Faults() =>
        string.Join(
            "\n",
            run.Provider.Upstream.Requests.Where(r => r.Path.Contains("enerateContent", StringComparison.Ordinal))
                .Select(r => GeminiRules.FaultOf(r.Json(), r.Path.Split('/')[3].Split(':')[0]))
        );
}
