using Weir.Capture.Agents;
using Weir.Capture.Agents.ClaudeCode;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

public class ClaudeCodeAgentTests
{
    [Fact]
    public void The_homes_are_the_programs_two_and_its_cache()
    {
        Assert.Equal(
            [
                Path.Combine("/home/ada", ".claude"),
                Path.Combine("/home/ada", ".config", "claude"),
                Path.Combine("/home/ada", ".cache", "claude-cli-nodejs"),
            ],
            Homes(OSPlatformKind.Linux)
        );
    }

    [Fact]
    public void Configured_folders_take_the_place_of_both()
    {
        Assert.Equal(
            ["/one", "/two", Path.Combine("/cache", "claude-cli-nodejs")],
            Homes(OSPlatformKind.Linux, ("CLAUDE_CONFIG_DIR", "/one, /two,/one,"), ("XDG_CACHE_HOME", "/cache"))
        );
    }

    [Fact]
    public void Other_systems_keep_the_cache_elsewhere()
    {
        Assert.Contains(Path.Combine("/home/ada", "Library", "Caches", "claude-cli-nodejs"), Homes(OSPlatformKind.Mac));
        Assert.Contains(
            Path.Combine("/local", "claude-cli-nodejs", "Cache"),
            Homes(OSPlatformKind.Windows, ("LOCALAPPDATA", "/local"))
        );
    }

    [Theory]
    [InlineData("projects/-home-ada-project/0b1c.jsonl", "transcript")]
    [InlineData("projects/-home-ada-project/0b1c/subagents/agent-a1.jsonl", "subagent")]
    [InlineData("projects/-home-ada-project/0b1c/subagents/workflows/w1/agent-a1.jsonl", "subagent")]
    [InlineData("projects/-home-ada-project/agent-a1.jsonl", "subagent")]
    [InlineData("projects/project-alpha/session-alpha/chat.jsonl", "transcript")]
    [InlineData("-home-ada-project/mcp-logs-weirtool/2026-11-21T16-46-15-946Z.jsonl", "mcp")]
    [InlineData("projects/-home-ada-project/0b1c/subagents/agent-a1.meta.json", null)]
    [InlineData("history.jsonl", null)]
    [InlineData("-home-ada-project/errors/2026.jsonl", null)]
    [InlineData("settings.json", null)]
    [InlineData("", null)]
    public void Files_are_claimed_by_their_place(string path, string? kind)
    {
        Assert.Equal(kind is null ? null : new Claim(FileForm.Lines, kind), new ClaudeCodeAgent().Claims(path));
    }

    private static IEnumerable<string> Homes(OSPlatformKind system, params (string Name, string Value)[] variables) =>
        new ClaudeCodeAgent().Homes(
            new Places("/home/ada", name => variables.FirstOrDefault(v => v.Name == name).Value) { System = system }
        );
}
