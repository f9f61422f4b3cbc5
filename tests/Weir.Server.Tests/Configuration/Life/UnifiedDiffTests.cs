using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Server.Configuration.Life;

namespace Weir.Server.Tests.Configuration.Life;

/// <summary>Diffs: as <c>diff -u</c> writes them, and a text that they are applied to becomes the other one.</summary>
public sealed partial class UnifiedDiffTests
{
    [Fact]
    public void A_diff_is_as_posix_has_it()
    {
        const string From =
            "version: 1\nproviders:\n  - a\n  - b\n  - c\n  - d\n  - e\n  - f\n  - g\n  - h\n  - i\n  - j\n";
        const string To =
            "version: 1\nproviders:\n  - z\n  - b\n  - c\n  - d\n  - e\n  - f\n  - g\n  - h\n  - i\n  - j";

        var diff = UnifiedDiff.Of(From, To, "version 1", "version 2");

        // GNU diffutils 3.8: diff -u --label "version 1" --label "version 2"
        Assert.Equal(
            """
            --- version 1
            +++ version 2
            @@ -1,6 +1,6 @@
             version: 1
             providers:
            -  - a
            +  - z
               - b
               - c
               - d
            @@ -9,4 +9,4 @@
               - g
               - h
               - i
            -  - j
            +  - j
            \ No newline at end of file

            """.ReplaceLineEndings("\n"),
            diff.Text
        );
        Assert.Equal((2, 2), (diff.Added, diff.Removed));
    }

    [Fact]
    public void The_first_text_is_against_nothing_and_the_same_text_has_no_diff()
    {
        Assert.Equal(
            "--- /dev/null\n+++ version 1\n@@ -0,0 +1 @@\n+a\n",
            UnifiedDiff.Of(null, "a\n", "", "version 1").Text
        );
        Assert.Equal(new UnifiedDiff("", 0, 0), UnifiedDiff.Of("a\n", "a\n", "x", "y"));
    }

    [Fact]
    public void Any_two_texts_become_one_another_by_as_few_lines_as_there_can_be()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var (from, to) = (Text(random), Text(random));
            var diff = UnifiedDiff.Of(from, to, "a", "b");

            Assert.Equal(to, Applied(from, diff.Text));
            Assert.Equal(Fewest(from, to), diff.Added + diff.Removed);
        }
    }

    [Fact]
    public void Texts_that_share_nothing_are_told_whole_and_in_time()
    {
        var from = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"a{i}\n"));
        var to = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"b{i}\n"));

        var diff = UnifiedDiff.Of(from, to, "a", "b");

        Assert.Equal((60_000, 60_000), (diff.Added, diff.Removed));
        Assert.Equal(to, Applied(from, diff.Text));
    }

    private static string Text(Random random)
    {
        var lines = Enumerable.Range(0, random.Next(0, 30)).Select(_ => (char)('a' + random.Next(4)));
        var text = string.Concat(lines.Select(line => $"{line}\n"));
        return random.Next(3) == 0 ? text.TrimEnd('\n') : text;
    }

    // What patch(1) does: each hunk at its place, everything that it says is there held against what is.
    private static string Applied(string from, string diff)
    {
        if (diff.Length == 0)
        {
            return from;
        }

        var old = Lines(from);
        var result = new List<string>();
        var at = 0;
        var lines = Lines(diff);
        for (var i = 2; i < lines.Count; i++)
        {
            var line = lines[i];
            if (Hunk().Match(line) is { Success: true } hunk)
            {
                var start = int.Parse(hunk.Groups["start"].Value, CultureInfo.InvariantCulture);
                var place = hunk.Groups["count"].Value == "0" ? start : start - 1;
                result.AddRange(old[at..place]);
                at = place;
                continue;
            }

            var text = i + 1 < lines.Count && lines[i + 1].StartsWith('\\') ? line[1..^1] : line[1..];
            switch (line[0])
            {
                case '+':
                    result.Add(text);
                    break;
                case '-' or ' ':
                    Assert.Equal(old[at++], text);
                    if (line[0] == ' ')
                    {
                        result.Add(text);
                    }

                    break;
                default:
                    Assert.Equal('\\', line[0]);
                    break;
            }
        }

        result.AddRange(old[at..]);
        return string.Concat(result);
    }

    // By the table of longest common subsequences, which is slow and plain.
    private static int Fewest(string from, string to)
    {
        var (a, b) = (Lines(from), Lines(to));
        var longest = new int[a.Count + 1, b.Count + 1];
        for (var i = a.Count - 1; i >= 0; i--)
        {
            for (var j = b.Count - 1; j >= 0; j--)
            {
                longest[i, j] =
                    a[i] == b[j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        return a.Count + b.Count - (2 * longest[0, 0]);
    }

    private static List<string> Lines(string text) => [.. Line().Matches(text).Select(match => match.Value)];

    [GeneratedRegex("[^\n]*\n|[^\n]+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Line();

    [GeneratedRegex(
        @"^@@ -(?<start>\d+)(,(?<count>\d+))? \+\d+(,\d+)? @@\n$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Hunk();
}
