using Weir.Cli.Output;

namespace Weir.Cli.Top;

/// <summary>Today's tokens by model. Classes are disjoint; reasoning is a part of output.</summary>
internal static class ModelsView
{
    private static readonly Column[] Headings =
    [
        new("MODEL TODAY", 0) { Least = 14 },
        new("REQUESTS", 5) { IsRight = true },
        new("INPUT", 2) { IsRight = true },
        new("CACHE READ", 3) { IsRight = true },
        new("CACHE WRITE", 4) { IsRight = true },
        new("OUTPUT", 1) { IsRight = true },
        new("REASONING", 6) { IsRight = true },
        new("COST", 0) { IsRight = true },
    ];

    /// <summary>How many lines it would like to have.</summary>
    public static int Wanted(TopState state) => state.Today is { ByModel.Count: > 0 and var count } ? count + 1 : 0;

    /// <summary>The lines, at most so many: those of the largest cost.</summary>
    public static IEnumerable<Line> Lines(TopState state, int width, int most) =>
        state.Today is not { ByModel.Count: > 0 } today || most < 2
            ? []
            : Columns.Lay(
                Headings,
                [.. today.Models.Take(most - 1).Select(model => Row(model.Key, model.Value))],
                width
            );

    private static Cell[] Row(string name, Sums sums) =>
        [
            new(Figures.Name(name.Length == 0 ? null : name), Tone.Strong),
            new(Shorthand.Count(sums.Requests)),
            new(Shorthand.Count(sums.Input)),
            new(Shorthand.Count(sums.CacheRead)),
            new(Shorthand.Count(sums.CacheWrite)),
            new(Shorthand.Count(sums.Output)),
            new(Shorthand.Count(sums.Reasoning), Tone.Faint),
            new(Figures.Cost(sums.KnownCost, sums.Unpriced)),
        ];
}
