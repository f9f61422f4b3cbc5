using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;

namespace Weir.Gateway.Tests.Routing;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("claude-*", "claude-sonnet-4-5", true)]
    [InlineData("claude-*", "claude-", true)]
    [InlineData("claude-*", "claude", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("*-mini", "gpt-5-mini", true)]
    [InlineData("*-mini", "gpt-5-mini-2026", false)]
    [InlineData("gpt-*-mini", "gpt-5-mini-mini", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("GPT-5", "gpt-5", true)]
    [InlineData("gpt-5", "gpt-5.5", false)]
    [InlineData("", "", true)]
    [InlineData("", "x", false)]
    [InlineData("**", "x", true)]
    public void Stars_stand_for_any_run(string pattern, string name, bool matches) =>
        Assert.Equal(matches, new NamePattern(pattern).Matches(name));

    [Fact]
    public void A_pattern_made_from_a_name_matches_it()
    {
        var names = Gen.Choose('a', 'd').Select(c => (char)c).ArrayOf().Select(c => new string(c)).ToArbitrary();
        var holes = Gen.Choose(0, 20).Two().ToArbitrary();
        Prop.ForAll(
                names,
                holes,
                (name, hole) =>
                {
                    var from = Math.Min(Math.Min(hole.Item1, hole.Item2), name.Length);
                    var to = Math.Min(Math.Max(hole.Item1, hole.Item2), name.Length);
                    return new NamePattern(name[..from] + "*" + name[to..]).Matches(name);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_hostile_pattern_takes_no_exponential_time() =>
        Assert.False(
            new NamePattern(string.Concat(Enumerable.Repeat("a*", 2_000)) + "b").Matches(new string('a', 20_000))
        );
}
