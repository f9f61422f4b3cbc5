using Weir.Cli.Output;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>The running window of five hours and the plans' limits, in the words of <c>weir blocks</c> and <c>weir limits</c>.</summary>
internal static class BlockView
{
    private const int WideFrom = 90;
    private const int High = 90;
    private const int Raised = 70;

    private static readonly Column[] Headings =
    [
        new("CLIENT", 3),
        new("LIMIT", 0) { Least = 9 },
        new("", 0),
        new("USED", 0) { IsRight = true },
        new("COST", 4) { IsRight = true },
        new("MET", 1),
        new("RESETS", 2),
        new("LIMIT (90 %)", 5),
        new("RESTS ON", 6) { Least = 40 },
    ];

    /// <summary>How many lines it would like to have.</summary>
    public static int Wanted(TopState state) => Lines(state, int.MaxValue, int.MaxValue).Count;

    /// <summary>The lines, at most so many: the block first, then limits that are used.</summary>
    public static IReadOnlyList<Line> Lines(TopState state, int width, int most)
    {
        var lines = new List<Line> { Block(state, width).Fit(width) };
        var limits = (state.Limits?.Limits ?? [])
            .OrderBy(limit => limit.UsedPercent is null)
            .Take(Math.Max(0, most - lines.Count))
            .ToList();
        // What the block comes to, and what the columns are, only where all limits have room.
        if (state.Block is { } block && BlockText.Projection(block) is { } end && most - lines.Count > limits.Count)
        {
            lines.Add(Line.Of("       " + end, Tone.Faint).Fit(width));
        }

        if (limits.Count > 0)
        {
            var table = Columns.Lay(Headings, [.. limits.Select(limit => Row(limit, state, width))], width);
            lines.AddRange(most - lines.Count > limits.Count ? table : table.RemoveAt(0));
        }

        return lines;
    }

    private static Line Block(TopState state, int width)
    {
        var line = Line.Of("Block  ", Tone.Faint);
        if (state.Block is not { } block)
        {
            return line.Add(state.Limits is null ? "…" : "no block is running", Tone.Faint);
        }

        var gone = state.Now - block.Start;
        line = line.Add($"{Figures.LocalClock(block.Start)} – {Figures.LocalClock(block.End)}  ", Tone.Strong);
        if (width >= WideFrom)
        {
            line = line.Add(Meter.Of(gone / (block.End - block.Start), 10), Tone.Accent).Add("  ");
        }

        var left = block.End - state.Now;
        return line.Add(left > TimeSpan.Zero ? $"{Figures.Span(left)} left  " : "over  ")
            .Add(Figures.Usd(block.CostUsd), Tone.Strong)
            .Add($"  {Figures.Count(block.TotalTokens)} tokens")
            .Add(width >= WideFrom ? $"  {Figures.Count(block.Requests)} requests, {Figures.Span(gone)} gone" : "");
    }

    private static Cell[] Row(LimitItem limit, TopState state, int width)
    {
        var tone = limit.UsedPercent switch
        {
            >= High => Tone.Bad,
            >= Raised => Tone.Warning,
            _ => Tone.Good,
        };
        var met = LimitText.Met(limit, state.Now);
        return
        [
            new(Figures.Name(limit.Client), Tone.Faint),
            new(Figures.Name(limit.Scope)),
            new(limit.UsedPercent is { } share ? Meter.Of(share / 100, width < WideFrom ? 8 : 16) : "", tone),
            new(limit.UsedPercent is { } used ? LimitText.Percent(used, limit.Estimated) : "", tone),
            new(limit.Running is { } running ? Figures.Usd(running.UsedUsd) : ""),
            new(met, limit.TimeToLimit?.Median is null ? Tone.Faint : Tone.Warning),
            new(LimitText.Reset(limit, state.Now)),
            new(LimitText.Learned(limit.Learned)),
            new(LimitText.RestsOn(limit), Tone.Faint),
        ];
    }
}
