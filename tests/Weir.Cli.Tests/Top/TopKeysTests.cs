using Weir.Cli.Top;
using static Weir.Cli.Tests.Top.TopExamples;

namespace Weir.Cli.Tests.Top;

/// <summary>What keys do.</summary>
public sealed class TopKeysTests
{
    private static readonly TopState Three = Begin()
        .After(
            All(
                sessions:
                [
                    Session("s1", "idle", "beta", minutesAgo: 3, cost: 5, output: 10),
                    Session("s2", "active", "alpha", minutesAgo: 2, cost: 1, output: 90, models: "claude-opus-4-8"),
                    Session("s3", "waiting", null, minutesAgo: 1, cost: null, output: 50, host: "build-box"),
                ]
            )
        );

    [Theory]
    [InlineData("", "s3 s2 s1")]
    [InlineData("r", "s1 s2 s3")]
    [InlineData("c", "s1 s2 s3")]
    [InlineData("t", "s2 s3 s1")]
    [InlineData("p", "s2 s1 s3")]
    [InlineData("w", "s3 s2 s1")]
    [InlineData("wr", "s1 s2 s3")]
    [InlineData("wrl", "s3 s2 s1")]
    [InlineData("s", "s1 s2 s3")]
    [InlineData("ss", "s2 s3 s1")]
    [InlineData("sssss", "s3 s2 s1")]
    public void Sessions_are_sorted(string keys, string order) => Assert.Equal(order, Shown(Three.Type(keys)));

    [Theory]
    [InlineData("/alp", "s2")]
    [InlineData("/ALP⏎", "s2")]
    [InlineData("/opus", "s2")]
    [InlineData("/build", "s3")]
    [InlineData("/a et", "s1")]
    [InlineData("/main", "s3 s2 s1")]
    [InlineData("/nothing", "")]
    [InlineData("/nothing⎋", "s3 s2 s1")]
    [InlineData("/beta⌫⌫⌫⌫alpha", "s2")]
    [InlineData("/beta⏎⎋", "s3 s2 s1")]
    [InlineData("/⌫", "s3 s2 s1")]
    [InlineData("a", "s3 s2")]
    [InlineData("aa", "s3 s2 s1")]
    [InlineData("/q?sa", "")]
    public void Sessions_are_filtered(string keys, string order) => Assert.Equal(order, Shown(Three.Type(keys)));

    [Theory]
    [InlineData("", "s3")]
    [InlineData("↓", "s2")]
    [InlineData("jj", "s1")]
    [InlineData("jjjjj", "s1")]
    [InlineData("jjk", "s2")]
    [InlineData("↑", "s3")]
    [InlineData("G", "s1")]
    [InlineData("Gg", "s3")]
    [InlineData("⇟", "s1")]
    [InlineData("⇟⇞", "s3")]
    [InlineData("↓c", "s2")] // the mark stays on the session, wherever it goes
    [InlineData("G/alpha⏎", "s2")]
    public void Enter_opens_the_marked_session(string keys, string id)
    {
        var open = Three.Type(keys + "⏎").Open;

        Assert.Equal(id, open!.Id);
        Assert.True(open.IsStale);
    }

    [Fact]
    public void Nothing_is_opened_where_nothing_is_shown()
    {
        Assert.Null(Begin().Type("⏎").Open);
        Assert.Null(Three.Type("/nothing⏎⏎").Open);
        Assert.Null(Begin().Type("jkG⇟").Selected);
    }

    [Fact]
    public void An_open_session_is_scrolled_and_left()
    {
        var state = Begin(height: 11).After(All(sessions: [Session("s1")])).Type("⏎");
        state = state with
        {
            Open = state.Open! with
            {
                Lines = [.. Enumerable.Range(0, 30).Select(i => Line.Of(new string('x', 90 + i)))],
            },
        };

        Assert.Equal(1, state.Type("j").Open!.Down);
        Assert.Equal(20, state.Type("G").Open!.Down);
        Assert.Equal(20, state.Type("Gj").Open!.Down);
        Assert.Equal(9, state.Type("⇟").Open!.Down);
        Assert.Equal(0, state.Type("⇟⇞⇞").Open!.Down);
        Assert.Equal(19, state.Type("→→→→").Open!.Right);
        Assert.Equal(0, state.Type("→←←").Open!.Right);
        Assert.Null(state.Type("⎋").Open);
        Assert.Equal("s1", state.Type("⎋").Selected);
        Assert.True(state.Type("q").IsOver);
    }

    [Fact]
    public void Help_comes_and_any_key_goes_back()
    {
        Assert.True(Three.Type("?").IsHelpShown);
        Assert.False(Three.Type("?x").IsHelpShown);
        Assert.True(Three.Type("?q").IsOver);
        Assert.True(Three.Type("⏎?").IsHelpShown);
    }

    [Fact]
    public void It_ends_by_q_and_control_c_and_q_is_a_letter_in_a_filter()
    {
        Assert.True(Three.Type("q").IsOver);
        Assert.False(Three.Type("/q").IsOver);
        var interrupt = new ConsoleKeyInfo('\u0003', ConsoleKey.C, false, false, control: true);
        Assert.True(Three.Type("/").After(new Pressed(interrupt)).IsOver);
    }

    [Fact]
    public void What_cannot_be_typed_is_not_in_the_filter_and_it_has_an_end()
    {
        Assert.Equal("", Three.Type("/\u001b\u0007").Filter);
        Assert.Equal(60, Three.Type("/" + new string('x', 100)).Filter.Length);
    }

    private static string Shown(TopState state) =>
        string.Join(' ', SessionChoice.Shown(state).Select(session => session.Id));
}
