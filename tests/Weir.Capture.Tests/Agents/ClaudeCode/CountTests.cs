using Weir.Bench.AgentLogs;
using Weir.Capture.Tests.Oracle;
using Weir.Testing;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

/// <summary>The reader against a count that knows nothing of it, and against what is known to be true.</summary>
public class CountTests
{
    [Theory]
    [InlineData("claude-code-log")]
    [InlineData("ccusage")]
    [InlineData("claude-code-real/config")]
    public void Samples_are_counted_as_a_second_count_does(string folder)
    {
        var home = Path.Combine(Transcripts.Fixtures, folder);

        AssertSame(StraightforwardCount.Of(home), Transcripts.Count(home));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_made_home_is_counted_as_a_second_count_does_and_as_it_was_made(int seed)
    {
        using var folder = new TemporaryFolder();
        var truth = HomeWriter.Write(
            new HomeOptions
            {
                Out = folder.Path,
                Files = 60,
                Bytes = 6_000_000,
                Seed = seed,
                Days = 5,
                Projects = 4,
            }
        );

        var counted = Transcripts.Count(folder.Path);

        AssertSame(StraightforwardCount.Of(folder.Path), counted);
        Assert.True(truth.Total.Requests > 300, $"{truth.Total.Requests} requests");
        Assert.Equal(Of(truth.ByModel), counted.ByModel);
        Assert.Equal(Of(truth.ByDay), counted.ByDay);
        Assert.Equal(Of(truth.BySession), counted.BySession);
    }

    [Fact]
    public void Short_lines_are_counted_as_they_were_made()
    {
        using var folder = new TemporaryFolder();
        var truth = HomeWriter.Write(new HomeOptions { Out = folder.Path, Records = 2500 });

        Assert.Equal(2500, truth.Total.Requests);
        Assert.Equal(Of(truth.BySession), Transcripts.Count(folder.Path).BySession);
    }

    [Fact]
    public void The_same_seed_makes_the_same_home()
    {
        using var folder = new TemporaryFolder();
        var options = new HomeOptions
        {
            Out = folder.At("a"),
            Files = 12,
            Bytes = 400_000,
        };

        var first = HomeWriter.Write(options).ToJson();

        Assert.Equal(first, HomeWriter.Write(options with { Out = folder.At("b") }).ToJson());
        Assert.NotEqual(first, HomeWriter.Write(options with { Out = folder.At("c"), Seed = 2 }).ToJson());
    }

    /// <summary>The stand-in provider billed by the message's number, so the real program's sessions can be told to the token.</summary>
    [Fact]
    public void The_real_programs_sessions_are_what_the_provider_billed()
    {
        var billed = Enumerable
            .Range(1, 21)
            .Concat([33, 34])
            .Aggregate(new Counted(), (sum, k) => sum + new Counted(1, 10 + k, 20000 + k, 100, 200 + k, 50 + (3 * k)));

        var counted = Transcripts.Count(Transcripts.Real);

        Assert.Equal(billed, counted.ByModel.Values.Aggregate((a, b) => a + b));
        Assert.Equal(2, counted.ByModel["claude-haiku-4-5-20251001"].Requests);
    }

    private static void AssertSame(Totals expected, Totals counted)
    {
        Assert.NotEmpty(expected.ByModel);
        Assert.Equal(expected.ByModel, counted.ByModel);
        Assert.Equal(expected.ByDay, counted.ByDay);
        Assert.Equal(expected.BySession, counted.BySession);
    }

    private static SortedDictionary<string, Counted> Of(SortedDictionary<string, Sum> sums)
    {
        var counted = new SortedDictionary<string, Counted>(StringComparer.Ordinal);
        foreach (var (key, sum) in sums)
        {
            counted[key] = new Counted(
                sum.Requests,
                sum.Tokens.Input,
                sum.Tokens.CacheRead,
                sum.Tokens.CacheWrite5m,
                sum.Tokens.CacheWrite1h,
                sum.Tokens.Output
            );
        }

        return counted;
    }
}
