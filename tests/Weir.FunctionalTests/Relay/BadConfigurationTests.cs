using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>A configuration that is wrong is told at once, in all its faults, and nothing is started.</summary>
public sealed class BadConfigurationTests
{
    [Fact]
    public async Task Every_fault_is_named_with_line_and_key_and_serve_exits_2()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("weir.yaml");
        await File.WriteAllTextAsync(
            path,
            """
            version: 1
            providers:
              - name: one
                kind: no-such-kind
              - name: one
                kind: anthropic
                baseUrl: not a url
            routes:
              - match: { model: "claude-*" }
                targets: [nobody]
            nonsense: true
            """
        );
        foreach (
            var command in new[]
            {
                new[] { "serve", "--urls", $"http://127.0.0.1:{WeirProcess.FreePort()}" },
                ["config", "check"],
            }
        )
        {
            var result = await ProgramRun.RunAsync(
                WeirProcess.Executable,
                [.. command, "--config", path, "--data", folder.At("data")],
                new Dictionary<string, string> { ["HOME"] = folder.Path }
            );

            Assert.True(result.ExitCode == 2, result.ToString());
            foreach (var word in new[] { "no-such-kind", "baseUrl", "nobody", "nonsense" })
            {
                Assert.Contains(word, result.Errors, StringComparison.Ordinal);
            }

            foreach (var line in new[] { 4, 5, 7, 10, 11 })
            {
                Assert.Matches($@"\b{line}\b", result.Errors);
            }
        }
    }
}
