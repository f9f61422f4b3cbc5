using Weir.BrowserTests.Testing;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.BrowserTests;

/// <summary>
/// A Weir over a home in which Claude Code and Codex left files, and keeps what they said; with a route to a cheaper model.
/// </summary>
public sealed class AgentsFixture : IAsyncLifetime
{
    /// <summary>The range that the files lie in.</summary>
    internal const string Range = "from=2026-11-21&to=2026-11-22";

    /// <summary>The session with subagents.</summary>
    internal const string Subagents = "cc66af4b-3d84-4abd-8215-c31ab16cdbed";

    /// <summary>A model whose requests go to a cheaper one.</summary>
    internal const string Routed = "claude-opus-4-8";

    private readonly TemporaryFolder folder = new();

    /// <summary>The server, and requests to it.</summary>
    internal Traffic Traffic { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var fixtures = Path.Combine(Programs.Repository, "tests", "fixtures", "agent-logs");
        Copy(Path.Combine(fixtures, "claude-code-real", "config"), folder.At(".claude"));
        Copy(Path.Combine(fixtures, "codex-real"), folder.At(".codex"));
        Traffic = await Traffic.StartAsync(
            folder.At("data"),
            ["breaker: { failures: 1 }"],
            $$"""
              - match: { model: "{{Routed}}" }
                targets: [{ provider: anthropic, model: claude-haiku-4-5 }]
            capture: { content: sealed }
            """
        );
        await Traffic.Weir.UntilAsync(
            async () =>
                (await Traffic.Weir.GetAsync("/api/v1/capture/sources")).GetProperty("state").GetString()
                == "following",
            "read what the agents left"
        );
    }

    /// <summary>Sends a request of a session of Claude Code.</summary>
    internal async Task SendAsync(string session, string model = "claude-sonnet-5")
    {
        using var answer = await Traffic.Weir.PostAsync(
            "/v1/messages",
            $$"""{"model":"{{model}}","max_tokens":64,"messages":[{"role":"user","content":"hello"}]}""",
            headers:
            [
                ("user-agent", "claude-cli/2.1.0 (external, cli)"),
                ("anthropic-version", "2023-06-01"),
                ("x-claude-code-session-id", session),
            ]
        );
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
    }

    public async ValueTask DisposeAsync()
    {
        if (Traffic is not null)
        {
            await Traffic.DisposeAsync();
        }

        folder.Dispose();
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
