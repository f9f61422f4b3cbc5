using Weir.Capture.Agents;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

/// <summary>What the real program's files tell, beside the usage.</summary>
public class RealSessionTests
{
    private static readonly Lazy<Catch> All = new(() =>
    {
        var caught = new Catch();
        foreach (var file in Directory.EnumerateFiles(Transcripts.Real, "*.jsonl", SearchOption.AllDirectories))
        {
            var path = Transcripts.HomePath(file);
            Transcripts.Read(
                Transcripts.Open(
                    path,
                    beside: name => File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(file)!, name))
                ),
                File.ReadAllBytes(file),
                caught
            );
        }

        return caught;
    });

    [Fact]
    public void Nothing_is_passed_over() => Assert.Empty(All.Value.Skipped);

    [Fact]
    public void Subagents_are_known_with_their_parents_and_their_calls()
    {
        var agents = Of("cc66", SessionEventKind.Agent)
            .GroupBy(e => e.Id)
            .ToDictionary(
                g => g.Key,
                g =>
                    (
                        Type: g.Select(e => e.Name).First(n => n is not null),
                        Call: g.Select(e => e.Parent).First(p => p is not null),
                        Within: g.Select(e => e.Agent).FirstOrDefault(a => a is not null),
                        Ended: g.Any(e => e.EndedAt is not null)
                    ),
                StringComparer.Ordinal
            );

        Assert.Equal(4, agents.Count);
        Assert.Equal(("general-purpose", "toolu_01Weir7_0", null, true), agents["a249766d9ea9fe4c1"]);
        Assert.Equal(("general-purpose", "toolu_01Weir9_0", "a249766d9ea9fe4c1", true), agents["ae8fe0a944beb881f"]);
        Assert.Equal(("Explore", "toolu_01Weir13_0", null, true), agents["a02508ac8cd4cafcd"]);
    }

    [Fact]
    public void Tools_refusals_prompts_a_compaction_and_a_pull_request_are_told()
    {
        Assert.Equal(6, Of("6d5f", SessionEventKind.Tool).Select(e => e.Id).Distinct().Count());
        Assert.Equal(4, Of("6d5f", SessionEventKind.Permission).Select(e => e.Name).Count());
        Assert.Equal(2, Of("6d5f", SessionEventKind.Prompt).Select(e => e.Id).Distinct().Count());
        Assert.Equal(
            ("manual", 20396L),
            Of("6d5f", SessionEventKind.Compaction).Select(e => (e.Name, e.Tokens!.Value)).Single()
        );
        Assert.Equal(
            "https://github.com/ada/weir-project/pull/42",
            Of("6d5f", SessionEventKind.PullRequest).Select(e => e.Name).Distinct().Single()
        );
        Assert.Equal(
            "ada/weir-project",
            All.Value.Sessions.Single(s => s.Key.StartsWith("6d5f", StringComparison.Ordinal)).Value.Repository
        );
    }

    [Fact]
    public void Errors_are_told_and_limits_among_them()
    {
        Assert.Equal(
            ["billing_error", "rate_limit", "server_error"],
            All.Value.Events.Where(e => e.Kind == SessionEventKind.Error).Select(e => e.Name!).Order()
        );
        Assert.Equal(
            ["API Error: Request rejected (429) · limit", "Credit balance is too low"],
            All.Value.Limits.Select(l => l.Text!).Order()
        );
    }

    private static IEnumerable<SessionEvent> Of(string session, SessionEventKind kind) =>
        All.Value.Events.Where(e => e.Kind == kind && e.Session.StartsWith(session, StringComparison.Ordinal));
}
