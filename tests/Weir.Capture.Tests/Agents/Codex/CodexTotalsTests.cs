using Weir.Capture.Agents;
using Weir.Capture.Agents.Codex;
using Weir.Capture.Tests.Oracle;

namespace Weir.Capture.Tests.Agents.Codex;

public class CodexTotalsTests
{
    private static readonly CodexAgent Agent = new();

    [Theory]
    [InlineData("codex-real")]
    [InlineData("ccusage-codex")]
    public void A_fixture_comes_to_what_a_plain_count_says(string fixture)
    {
        var files = AgentFiles.Of(Agent, fixture);
        Assert.NotEmpty(files);

        var sums = Read(files, 0);

        Assert.NotEmpty(sums);
        Assert.Equal(CodexCount.Count(files), sums);
        Assert.Equal(sums, Read(files, 1));
    }

    [Fact]
    public void A_real_thread_comes_to_the_total_that_it_wrote_last()
    {
        var files = AgentFiles.Of(Agent, "codex-real").Where(f => f.Key.Contains("7844f"));

        var sum = Read(files, 0)
            .Aggregate(
                (a, b) =>
                    new Tally("", "", "")
                    {
                        Input = a.Input + b.Input,
                        CacheRead = a.CacheRead + b.CacheRead,
                        Output = a.Output + b.Output,
                        Reasoning = a.Reasoning + b.Reasoning,
                    }
            );

        Assert.Equal((54814 - 15616, 15616, 469, 150), (sum.Input, sum.CacheRead, sum.Output, sum.Reasoning));
    }

    [Fact]
    public void A_generated_corpus_comes_to_what_was_used()
    {
        var made = new HashSet<string>();
        for (var seed = 1; seed <= 60; seed++)
        {
            var corpus = new CodexCorpus(seed);
            made.UnionWith(corpus.Made.Keys);

            Assert.Equal((seed, corpus.Truth), (seed, CodexCount.Count(corpus.Files)), Same);
            Assert.Equal((seed, corpus.Truth), (seed, Read(corpus.Files, 0)), Same);
            Assert.Equal((seed, corpus.Truth), (seed, Read(corpus.Files, 1 + (seed % 3))), Same);
        }

        Assert.Superset(
            new HashSet<string>
            {
                "bare fork",
                "copied event_msg",
                "copied token_usage_record",
                "anew",
                "stale",
                "twice",
            },
            made
        );
    }

    [Fact]
    public void The_copy_that_was_put_away_is_the_same_requests()
    {
        var lines = Files("sessions/a/rollout-2026-01-02T03-04-05-019b0000-0000-7000-8000-000000000001.jsonl");
        var active = AgentFiles.Read(Agent, lines.Path, lines.Lines);
        var archived = AgentFiles.Read(Agent, "archived_sessions/" + Path.GetFileName(lines.Path), lines.Lines);

        Assert.NotEmpty(active.Sightings);
        Assert.Equal(active.Sightings.Select(s => s.OwnId), archived.Sightings.Select(s => s.OwnId));
    }

    private static (string Path, string[] Lines) Files(string path) =>
        (
            path,
            [
                """{"timestamp":"2026-05-13T09:00:00.000Z","type":"turn_context","payload":{"model":"gpt-5.2-codex"}}""",
                """{"timestamp":"2026-05-13T09:01:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":250,"output_tokens":125,"reasoning_output_tokens":75}}}}""",
                """{"timestamp":"2026-05-13T09:02:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":2000,"cached_input_tokens":1250,"output_tokens":225,"reasoning_output_tokens":75}}}}""",
            ]
        );

    private static bool Same((int Seed, IReadOnlyList<Tally> Sums) a, (int Seed, IReadOnlyList<Tally> Sums) b) =>
        a.Seed == b.Seed && a.Sums.SequenceEqual(b.Sums);

    private static IReadOnlyList<Tally> Read(IEnumerable<KeyValuePair<string, byte[]>> files, int reopenEvery)
    {
        var caught = new Catch();
        foreach (var (path, content) in files)
        {
            AgentFiles.Read(Agent, path, content, reopenEvery, caught);
        }

        return AgentFiles.Sums(caught.Sightings);
    }
}
