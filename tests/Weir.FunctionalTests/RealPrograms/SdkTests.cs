using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>The vendors' own SDKs through Weir: whole answers and streams, counts, model lists, errors.</summary>
public sealed class SdkTests : IAsyncLifetime
{
    private MeteredRun run = null!;

    public async ValueTask InitializeAsync() => run = await MeteredRun.StartAsync();

    public ValueTask DisposeAsync() => run.DisposeAsync();

    [Fact]
    public async Task Anthropic()
    {
        var calls = await CallsAsync("anthropic-sdk.mjs", "ANTHROPIC_BASE_URL", "");

        foreach (var name in new[] { "create", "stream" })
        {
            Assert.Equal(Prompts.FinalAnswer, calls[name].Text("text"));
            var charge = run.Provider.Charges.Single(c => c.MessageId == calls[name].Text("id"));
            var usage = calls[name].GetProperty("usage");
            Assert.Equal(charge.Usage.Input, usage.Number("input_tokens"));
            Assert.Equal(charge.Usage.Output, usage.Number("output_tokens"));
            Assert.Equal(charge.Usage.CacheRead, usage.Number("cache_read_input_tokens"));
        }

        Assert.True(calls["count"].Number("tokens") > 0);
        Assert.Contains("claude-haiku-4-5", calls["models"].Items("models").Select(m => m.GetString()));
        Assert.Equal(404, calls["unknown-model"].Number("status"));
        Assert.Equal("not_found_error", calls["unknown-model"].Text("error"));
        await run.AssertLedgerAgreesAsync(charges: 2);
    }

    [Fact]
    public async Task OpenAI()
    {
        var calls = await CallsAsync("openai-sdk.mjs", "OPENAI_BASE_URL", "v1");

        foreach (var name in new[] { "chat", "chat-stream", "chat-stream-usage", "response", "response-stream" })
        {
            Assert.Equal(Prompts.FinalAnswer, calls[name].Text("text"));
        }

        // Weir asks for the usage of every stream; a caller who did not ask must not see it.
        Assert.Equal(0, calls["chat-stream"].Number("empty"));
        Assert.Equal(JsonValueKind.Null, calls["chat-stream"].GetProperty("usage").ValueKind);
        Assert.Equal(1, calls["chat-stream-usage"].Number("empty"));
        var charge = run.Provider.Charges.Single(c => c.MessageId == calls["chat-stream-usage"].Text("id"));
        Assert.Equal(charge.Usage.Prompt, calls["chat-stream-usage"].GetProperty("usage").Number("prompt_tokens"));

        Assert.Equal("look", calls["chat-tool"].Text("name"));
        Assert.Equal("""{"place":"weir"}""", calls["chat-tool"].Text("arguments"));
        Assert.Equal(2, calls["embeddings"].Number("count"));
        Assert.Contains("gpt-4o-mini", calls["models"].Items("models").Select(m => m.GetString()));
        Assert.Equal(404, calls["unknown-model"].Number("status"));
        Assert.Equal("model_not_found", calls["unknown-model"].Text("error"));
        await run.AssertLedgerAgreesAsync(charges: 7);
    }

    [Fact]
    public async Task GoogleGenAI()
    {
        var calls = await CallsAsync("google-genai.mjs", "GEMINI_BASE_URL", "");

        foreach (var name in new[] { "generate", "generate-stream" })
        {
            Assert.Equal(Prompts.FinalAnswer, calls[name].Text("text"));
            var charge = run.Provider.Charges.Single(c => c.MessageId == calls[name].Text("id"));
            Assert.Equal(charge.Usage.Prompt, calls[name].GetProperty("usage").Number("promptTokenCount"));
        }

        Assert.True(calls["count"].Number("tokens") > 0);
        await run.AssertLedgerAgreesAsync(charges: 2);
    }

    private async Task<IReadOnlyDictionary<string, JsonElement>> CallsAsync(
        string script,
        string variable,
        string path
    ) =>
        (
            await run.ScriptAsync(script, (variable, new Uri(run.Weir.BaseUrl, path).ToString().TrimEnd('/')))
        ).ToDictionary(l => l.Text("call")!);
}
