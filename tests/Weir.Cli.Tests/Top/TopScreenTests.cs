using Weir.Cli.Top;
using static Weir.Cli.Tests.Top.TopExamples;

namespace Weir.Cli.Tests.Top;

/// <summary>What reaches the terminal.</summary>
public sealed class TopScreenTests
{
    [Fact]
    public void Only_lines_that_changed_are_written_and_nothing_when_none_did()
    {
        using var terminal = new StringWriter();
        using var screen = new TopScreen(terminal);
        var state = Begin(80, 20).After(All());
        screen.Show(state);
        var first = Taken(terminal);
        Assert.Contains("\e[?1049h\e[?25l", first, StringComparison.Ordinal);

        screen.Show(state.After(new Ticked(Now.AddSeconds(1))));
        Assert.Equal("", Taken(terminal));

        screen.Show(state.After(Told(Created(11, Request("a")))));
        var second = Taken(terminal);
        Assert.Contains("\e[2;1H", second, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[20;1H", second, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", second, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_size_writes_everything_again()
    {
        using var terminal = new StringWriter();
        using var screen = new TopScreen(terminal);
        screen.Show(Begin(80, 20));
        Taken(terminal);

        screen.Show(Begin(80, 20).After(new Resized(60, 15)));

        var written = Taken(terminal);
        Assert.Contains("\e[2J", written, StringComparison.Ordinal);
        Assert.Contains("\e[15;1H", written, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[16;1H", written, StringComparison.Ordinal);
    }

    [Fact]
    public void The_terminal_is_given_back_once_and_entered_again_after_a_stop()
    {
        using var terminal = new StringWriter();
        using var screen = new TopScreen(terminal);
        screen.Dispose();
        Assert.Equal("", Taken(terminal));
        screen.Show(Begin());
        Taken(terminal);

        screen.Dispose();
        Assert.Equal("\e[0m\e[?7h\e[?25h\e[?1049l", Taken(terminal));
        screen.Dispose();
        Assert.Equal("", Taken(terminal));
        screen.Show(Begin());
        Assert.Contains("\e[?1049h", Taken(terminal), StringComparison.Ordinal);
    }

    private static string Taken(StringWriter terminal)
    {
        var text = terminal.ToString();
        terminal.GetStringBuilder().Clear();
        return text;
    }
}
