namespace Weir.Server.Configuration;

/// <summary>Finds the word that was probably meant.</summary>
internal static class Suggestion
{
    /// <summary>
    /// <c>did you mean "x"?</c> for the nearest known word (at most a third of its letters wrong, at most three), else
    /// the list of what is known.
    /// </summary>
    public static string For(string written, IReadOnlyCollection<string> known)
    {
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var word in known)
        {
            var distance = Distance(written, word);
            if (distance < least)
            {
                (nearest, least) = (word, distance);
            }
        }

        return nearest is not null && least <= Math.Min(nearest.Length / 3, 3)
            ? $"did you mean \"{nearest}\"?"
            : $"known: {string.Join(", ", known)}";
    }

    // Optimal string alignment without case: a swap of two neighbours is one mistake, not two.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 3 || a.Length > 64)
        {
            return int.MaxValue;
        }

        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var same = Lower(a[i - 1]) == Lower(b[j - 1]);
                var best = Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1);
                best = Math.Min(best, rows[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) && Lower(a[i - 2]) == Lower(b[j - 1]))
                {
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);
                }

                rows[i, j] = best;
            }
        }

        return rows[a.Length, b.Length];
    }

    private static char Lower(char c) => char.ToLowerInvariant(c);
}
