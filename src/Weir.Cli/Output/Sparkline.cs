namespace Weir.Cli.Output;

/// <summary>A row of small bars.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>
    /// Values as bars, the highest as tall as can be; nothing at all is a space, so that a small value can be told from none.
    /// </summary>
    /// <param name="values">None negative.</param>
    /// <param name="width">At most so many bars: several values then make one.</param>
    public static string Of(IReadOnlyList<decimal> values, int width)
    {
        var cells = new decimal[Math.Min(width, values.Count)];
        for (var i = 0; i < values.Count; i++)
        {
            cells[(long)i * cells.Length / values.Count] += values[i];
        }

        var most = cells.DefaultIfEmpty(0).Max();
        return string.Create(
            cells.Length,
            (cells, most),
            static (text, state) =>
            {
                for (var i = 0; i < text.Length; i++)
                {
                    var value = state.cells[i];
                    text[i] = value <= 0 ? ' ' : Bars[(int)Math.Min(Bars.Length - 1, value * Bars.Length / state.most)];
                }
            }
        );
    }
}
