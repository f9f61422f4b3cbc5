using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code's own view of its context, which asks for many counts, where the provider has no count.</summary>
public sealed partial class CountedClaudeTests
{
    [Fact]
    public async Task Its_context_is_counted_where_only_OpenAI_answers()
    {
        await using var run = await MeteredRun.StartWithAsync(provider =>
            $$"""
                version: 1
                providers:
                  - name: only
                    kind: openai
                    baseUrl: {{provider.OpenAIBaseUrl}}
                    apiKey: {{FakeProvider.ApiKey}}
                routes:
                  - match: { model: "*" }
                    targets: [{ provider: only, model: gpt-4o-mini }]
                """
        );
        var result = await run.Claude().RunAsync("-p", "/context", "--model", "claude-sonnet-5");

        var tools = ToolTokens().Match(result.Output);
        Assert.True(tools.Success, result.Output);
        // Its two dozen tools are most of what it sends: some ten thousand tokens in anybody's count.
        Assert.InRange(
            double.Parse(tools.Groups["count"].Value, CultureInfo.InvariantCulture)
                * (tools.Groups["thousands"].Success ? 1000 : 1),
            3_000,
            60_000
        );
        // Nobody but Weir counted, and nothing was spent.
        Assert.DoesNotContain(run.Provider.Upstream.Requests, r => r.Path.Contains("tokens", StringComparison.Ordinal));
        Assert.Empty(run.Provider.Charges);
    }

    [GeneratedRegex(@"System tools[^0-9\n]*(?<count>[0-9.]+)(?<thousands>k)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ToolTokens();
}
