using Weir.Cli.Output;

namespace Weir.Cli.Top;

/// <summary>The head of the screen: what is watched and how that stands, today's sums, the rate of now.</summary>
internal static class HeaderView
{
    /// <summary>How many lines it has.</summary>
    public const int Rows = 3;

    private const int MostBars = Minutes.Kept;
    private const int LeastBars = 10;

    // Lines for who has no screen have all the room there is.
    private const int Widest = 250;

    /// <summary>The lines.</summary>
    public static IEnumerable<Line> Lines(TopState state, int width)
    {
        yield return Title(state, width);
        yield return Day(state, width);
        yield return Rate(state, width);
    }

    private static Line Title(TopState state, int width)
    {
        var clock = Figures.LocalClock(state.Now);
        var (words, tone) = state.Link switch
        {
            Link.Live => ("● live", Tone.Good),
            Link.Once => ("", Tone.Plain),
            Link.Broken broken => (
                $"○ broken off, again in {Math.Max(0, Math.Ceiling((broken.RetryAt - state.Now).TotalSeconds)):0} s: {broken.Reason}",
                Tone.Bad
            ),
            Link.Folder folder => ($"○ no server runs: read every {folder.Every.TotalSeconds:0} s", Tone.Warning),
            _ => ("○ connecting", Tone.Faint),
        };
        return Line.Of("weir top", Tone.Accent)
            .Add("  ")
            .Add(Figures.Name(Source(state)), Tone.Strong)
            .Add(state.Workspace is { } workspace ? $"  {Figures.Name(workspace)}" : "")
            .Add("  ")
            .Add(words, tone)
            .Fit(width - clock.Length - 2)
            .AddAtRight(clock, Math.Min(width, Widest), Tone.Faint);
    }

    // Of a data folder it is the server's address that says whom one is looking at.
    private static string Source(TopState state) =>
        state is { IsFolder: true, Link: Link.Live or Link.Broken, Status.Urls: [var url, ..] }
            ? url.Replace("http://", "", StringComparison.OrdinalIgnoreCase)
            : state.Source;

    private static Line Day(TopState state, int width)
    {
        var line = Line.Of("Today  ", Tone.Faint);
        if (state.Today is not { } today)
        {
            return line.Add("…");
        }

        var total = today.Total;
        line = line.Add(Figures.Cost(total.KnownCost, total.Unpriced), Tone.Strong)
            .Add($"  {Figures.Count(total.Tokens)} tokens  {Figures.Count(total.Requests)} requests");
        line =
            total.Errors > 0
                ? line.Add($"  {Figures.Count(total.Errors)} {(total.Errors == 1 ? "error" : "errors")}", Tone.Bad)
                : line;
        return line.Fit(width);
    }

    private static Line Rate(TopState state, int width)
    {
        var (tokens, usd) = state.Minutes.Rate(state.Now);
        var line = Line.Of("Now    ", Tone.Faint).Add(BlockText.Rate(tokens, usd)).Add("  ");
        var room = Math.Min(MostBars, width - line.Width);
        if (room < LeastBars)
        {
            return line.Fit(width);
        }

        line = line.Add(Sparkline.Of(state.Minutes.Tokens, room), Tone.Accent);
        return line.AddAtRight("last hour", Math.Min(width, Widest), Tone.Faint);
    }
}
