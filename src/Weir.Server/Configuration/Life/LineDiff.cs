namespace Weir.Server.Configuration.Life;

/// <summary>
/// The shortest way from one list of lines to another: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), between what both
/// have at their ends. Lists that differ by more than <see cref="MostSteps"/> lines are told as taken out and put in whole, so that a hostile
/// pair costs megabytes and not minutes.
/// </summary>
internal static class LineDiff
{
    /// <summary>How many lines may differ before the middle is told whole.</summary>
    public const int MostSteps = 2000;

    /// <summary>What was done with a line.</summary>
    public enum Kind
    {
        /// <summary>It is in both.</summary>
        Kept,

        /// <summary>It is in the first alone.</summary>
        Removed,

        /// <summary>It is in the second alone.</summary>
        Added,
    }

    /// <summary>Every line of both in their order, those that are in both once.</summary>
    public static List<(Kind Kind, string Line)> Of(IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        var head = 0;
        while (head < from.Count && head < to.Count && from[head] == to[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < from.Count - head && tail < to.Count - head && from[^(tail + 1)] == to[^(tail + 1)])
        {
            tail++;
        }

        var result = new List<(Kind, string)>(from.Count + to.Count);
        result.AddRange(from.Take(head).Select(line => (Kind.Kept, line)));
        Middle(
            [.. from.Skip(head).Take(from.Count - head - tail)],
            [.. to.Skip(head).Take(to.Count - head - tail)],
            result
        );
        result.AddRange(from.Skip(from.Count - tail).Select(line => (Kind.Kept, line)));
        return result;
    }

    private static void Middle(string[] a, string[] b, List<(Kind, string)> result)
    {
        if (Trace(a, b) is not { } trace)
        {
            result.AddRange(a.Select(line => (Kind.Removed, line)));
            result.AddRange(b.Select(line => (Kind.Added, line)));
            return;
        }

        // Back from the end: each step's furthest points say by which edit it was reached.
        var backwards = new List<(Kind, string)>(a.Length + b.Length);
        var (x, y) = (a.Length, b.Length);
        for (var steps = trace.Count - 1; steps >= 0; steps--)
        {
            var diagonal = x - y;
            var cameDown = steps > 0 && IsDown(trace[steps - 1], steps, diagonal);
            var (fromX, fromY) =
                steps == 0 ? (0, 0)
                : cameDown ? (At(trace[steps - 1], diagonal + 1), At(trace[steps - 1], diagonal + 1) - diagonal - 1)
                : (At(trace[steps - 1], diagonal - 1), At(trace[steps - 1], diagonal - 1) - diagonal + 1);
            var (edgeX, edgeY) =
                steps == 0 ? (0, 0)
                : cameDown ? (fromX, fromY + 1)
                : (fromX + 1, fromY);
            while (x > edgeX && y > edgeY)
            {
                backwards.Add((Kind.Kept, a[x - 1]));
                (x, y) = (x - 1, y - 1);
            }

            if (steps > 0)
            {
                backwards.Add(cameDown ? (Kind.Added, b[y - 1]) : (Kind.Removed, a[x - 1]));
                (x, y) = (fromX, fromY);
            }
        }

        backwards.Reverse();
        result.AddRange(backwards);
    }

    // For each number of steps the furthest x on each diagonal from -steps to steps; null when it takes too many.
    private static List<int[]>? Trace(string[] a, string[] b)
    {
        var trace = new List<int[]>();
        for (var steps = 0; steps <= Math.Min(a.Length + b.Length, MostSteps); steps++)
        {
            var furthest = new int[(2 * steps) + 1];
            for (var diagonal = -steps; diagonal <= steps; diagonal += 2)
            {
                var x =
                    steps == 0 ? 0
                    : IsDown(trace[^1], steps, diagonal) ? At(trace[^1], diagonal + 1)
                    : At(trace[^1], diagonal - 1) + 1;
                while (x < a.Length && x - diagonal < b.Length && a[x] == b[x - diagonal])
                {
                    x++;
                }

                furthest[diagonal + steps] = x;
                if (x >= a.Length && x - diagonal >= b.Length)
                {
                    trace.Add(furthest);
                    return trace;
                }
            }

            trace.Add(furthest);
        }

        return null;
    }

    private static bool IsDown(int[] before, int steps, int diagonal) =>
        diagonal == -steps || (diagonal != steps && At(before, diagonal - 1) < At(before, diagonal + 1));

    private static int At(int[] furthest, int diagonal) => furthest[diagonal + (furthest.Length / 2)];
}
