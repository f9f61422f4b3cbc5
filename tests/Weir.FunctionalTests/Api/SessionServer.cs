using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Api;

/// <summary>One Weir over a home in which Claude Code and Codex left files, with a second workspace.</summary>
public sealed class SessionServer : IAsyncLifetime
{
    /// <summary>The range that the files lie in.</summary>
    internal const string Range = "from=2026-11-21&to=2026-11-22";

    /// <summary>The session with subagents.</summary>
    internal const string Subagents = "cc66af4b-3d84-4abd-8215-c31ab16cdbed";

    private readonly TemporaryFolder folder = new();

    /// <summary>The server.</summary>
    internal WeirProcess Weir { get; private set; } = null!;

    /// <summary>The key of the second workspace.</summary>
    internal string OtherKey { get; private set; } = "";

    /// <summary>Where Claude Code keeps the project's sessions.</summary>
    internal string Project => folder.At(".claude", "projects", "-home-ada-project");

    public async ValueTask InitializeAsync()
    {
        await using (var first = await WeirProcess.StartAsync(folder.At("data")))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        OtherKey = await OtherWorkspace.MakeAsync(folder.At("data"));
        CopyAgents(folder.Path);
        Weir = await WeirProcess.StartAsync(folder.At("data"));
        await Weir.UntilAsync(
            async () =>
                (await Weir.GetAsync("/api/v1/capture/sources")).GetProperty("state").GetString() == "following",
            "read what the agents left"
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (Weir is not null)
        {
            await Weir.DisposeAsync();
        }

        folder.Dispose();
    }

    /// <summary>Lays what real agents left into a home.</summary>
    internal static void CopyAgents(string home)
    {
        var fixtures = Path.Combine(Programs.Repository, "tests", "fixtures", "agent-logs");
        foreach (
            var (from, to) in new[]
            {
                (Path.Combine("claude-code-real", "config"), ".claude"),
                ("codex-real", ".codex"),
            }
        )
        {
            var source = Path.Combine(fixtures, from);
            foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(home, to, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }
}
