using Weir.Cli.Output;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>One session, as <c>weir session</c> shows it, to scroll in.</summary>
internal static class OpenSessionView
{
    /// <summary>How many lines of it a screen shows.</summary>
    public static int Rows(TopState state) => Math.Max(1, state.Height - 1);

    /// <summary>How far down one can scroll.</summary>
    public static int LastDown(TopState state, OpenSession open) =>
        Math.Max(0, (open.Lines?.Length ?? 0) - Rows(state));

    /// <summary>How far to the right.</summary>
    public static int LastRight(TopState state, OpenSession open) =>
        Math.Max(0, (open.Lines ?? []).Select(line => line.Width).DefaultIfEmpty().Max() - state.Width);

    /// <summary>The session as it was read.</summary>
    public static OpenSession Read(OpenSession open, SessionDetail detail)
    {
        var lines = SessionHeadText.Lines(detail).Select((line, i) => Line.Of(line, i == 0 ? Tone.Strong : Tone.Plain));
        lines = lines.Append(Line.Empty).Concat(SessionTreeText.Lines(detail.Tree).Select(Branch));
        lines = detail.IsCut ? lines.Append(Line.Of(SessionHeadText.Cut, Tone.Faint)) : lines;
        return open with { Lines = [.. lines], Failure = null, IsStale = false };
    }

    /// <summary>The lines that have room.</summary>
    public static IEnumerable<Line> Lines(TopState state, OpenSession open)
    {
        if (open.Failure is { } failure)
        {
            yield return Line.Of($"session {Figures.Name(open.Id)}: {failure}", Tone.Bad);
        }

        if (open.Lines is not { } lines)
        {
            yield return Line.Of(open.Failure is null ? "…" : "", Tone.Faint);
            yield break;
        }

        // What was read last may be shorter than where one was.
        var down = Math.Min(open.Down, LastDown(state, open));
        foreach (var line in lines.Skip(down).Take(Rows(state)))
        {
            yield return open.Right > 0 ? line.Skip(open.Right) : line;
        }
    }

    /// <summary>Where one is, for the foot.</summary>
    public static string Position(TopState state, OpenSession open)
    {
        var count = open.Lines?.Length ?? 0;
        var down = Math.Min(open.Down, LastDown(state, open));
        return count == 0 ? "" : $"{Math.Min(count, down + Rows(state))} of {Figures.Count(count)}";
    }

    // What was amiss stands in brackets at the end.
    private static Line Branch(string line)
    {
        var flags = line.IndexOf("  [", StringComparison.Ordinal);
        return flags < 0 ? Line.Of(line) : Line.Of(line[..flags]).Add(line[flags..], Tone.Warning);
    }
}
