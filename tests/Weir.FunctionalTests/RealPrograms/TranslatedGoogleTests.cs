using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Google's SDK where no provider speaks Gemini's dialect.</summary>
public sealed class TranslatedGoogleTests
{
    [Theory]
    [InlineData("anthropic", "claude-haiku-4-5")]
    [InlineData("openai", "gpt-4o-mini")]
    public async Task Its_calls_are_answered_and_the_ledger_is_exact(string kind, string model)
    {
        await using var run = await MeteredRun.StartWithAsync(provider =>
            $$"""
                version: 1
                providers:
                  - name: only
                    kind: {{kind}}
                    baseUrl: {{(kind == "openai" ? provider.OpenAIBaseUrl : provider.BaseUrl)}}
                    apiKey: {{FakeProvider.ApiKey}}
                routes:
                  - match: { model: "gemini-*" }
                    targets: [{ provider: only, model: {{model}} }]
                """
        );
        var calls = (
            await run.ScriptAsync(
                "google-genai-translated.mjs",
                ("MODEL", "gemini-3-flash-preview"),
                ("GEMINI_BASE_URL", run.Weir.BaseUrl.ToString().TrimEnd('/'))
            )
        ).ToDictionary(l => l.Text("call")!);

        var at = 0;
        foreach (var name in new[] { "generate", "stream" })
        {
            Assert.Equal(Prompts.FinalAnswer, calls[name].Text("text"));
            Assert.Equal("STOP", calls[name].Text("finish"));
            var usage = run.Provider.Charges[at++].Usage;
            var told = calls[name].GetProperty("usage");
            Assert.Equal(usage.Prompt, told.Number("promptTokenCount"));
            Assert.Equal(usage.CacheRead, told.Number("cachedContentTokenCount"));
            Assert.Equal(usage.Output - (usage.Reasoning ?? 0), told.Number("candidatesTokenCount"));
            Assert.Equal(usage.Total, told.Number("totalTokenCount"));
        }

        Assert.Equal(["""{"place":"weir"}"""], Calls(calls[Prompts.CallTool]));
        Assert.Equal(["""{"place":"weir"}""", """{"place":"weir"}"""], Calls(calls[Prompts.CallTwice]));
        var thinking = calls[$"{Prompts.Think} {Prompts.CallTool}"];
        Assert.NotEmpty(thinking.Text("thoughts")!);
        foreach (var name in new[] { Prompts.CallTool, Prompts.CallTwice, $"{Prompts.Think} {Prompts.CallTool}" })
        {
            Assert.Equal(Prompts.FinalAnswer, calls[name].Text("text"));
            // The SDK keeps only what it takes for valid.
            Assert.True(calls[name].Number("turns") >= 4);
        }

        Assert.Equal("Work at the weir", calls["shaped"].Text("title"));
        Assert.Equal(404, calls["unknown-model"].Number("status"));
        if (kind == "anthropic")
        {
            // What Claude signed has come back to it, letter for letter, in front of its call.
            var back = run.Provider.Charges[7].Request.Json().Items("messages").ElementAt(1).Items("content").ToList();
            Assert.Equal(["thinking", "tool_use"], back.Select(b => b.Text("type")));
            Assert.Equal(new VendorThinking("").Signature, back[0].Text("signature"));
            Assert.Equal(thinking.Text("thoughts"), back[0].Text("thinking"));
        }

        var records = await run.AssertLedgerAgreesAsync(charges: 9);
        Assert.All(records, r => Assert.Equal("only", r.Provider));
    }

    private static IEnumerable<string> Calls(JsonElement told) => told.Items("calls").Select(c => c.ToString());
}
