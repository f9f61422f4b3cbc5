using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Anthropic's and OpenAI's SDKs, with Gemini alone behind Weir.</summary>
public sealed class SdksToGeminiTests
{
    [Theory]
    [InlineData("gemini-3-flash-preview")]
    [InlineData("gemini-2.5-flash")]
    public async Task Their_accumulators_take_the_streams_and_the_ledger_is_exact(string model)
    {
        await using var run = await MeteredRun.StartAsync();
        var calls = (
            await run.ScriptAsync(
                "sdks-translated.mjs",
                ("MODEL", model),
                ("BASE_URL", run.Weir.BaseUrl.ToString().TrimEnd('/'))
            )
        ).ToDictionary(l => l.Text("call")!);

        foreach (var told in calls.Values)
        {
            Assert.Equal(Prompts.FinalAnswer, told.Text("text"));
            Assert.Equal(2, told.Items("inputs").Count());
            Assert.All(told.Items("inputs"), i => Assert.Equal("weir", i.Text("place")));
        }

        Assert.Equal("tool_use", calls["anthropic"].Text("stop"));
        Assert.Equal("tool_calls", calls["openai"].Text("stop"));
        Assert.Equal(
            ["thinking", "text", "thinking", "tool_use", "tool_use"],
            calls["anthropic"].Items("blocks").Select(b => b.GetString())
        );
        var charged = run.Provider.Charges.Select(c => c.Usage).ToList();
        Assert.Equal(charged[1].Input, calls["anthropic"].GetProperty("usage").Number("input_tokens"));
        Assert.Equal(charged[1].CacheRead, calls["anthropic"].GetProperty("usage").Number("cache_read_input_tokens"));
        Assert.Equal(charged[3].Prompt, calls["openai"].GetProperty("usage").Number("prompt_tokens"));
        Assert.Equal(charged[3].Output, calls["openai"].GetProperty("usage").Number("completion_tokens"));
        // The signature is back where it stood.
        var parts = run.Provider.Charges[1].Request.Json().Items("contents").SelectMany(c => c.Items("parts"));
        Assert.Equal(
            [GeminiAnswers.SignatureOf(run.Provider.Charges[0].MessageId!)],
            parts.Select(p => p.Text("thoughtSignature")).Where(s => s is not null)
        );
        await run.AssertLedgerAgreesAsync(charges: 4);
    }
}
