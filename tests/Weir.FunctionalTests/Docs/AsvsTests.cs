using System.Globalization;
using System.Text.RegularExpressions;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Docs;

/// <summary>The table of OWASP's ASVS: whole, each requirement once, with evidence where it is met, and counted rightly.</summary>
public sealed partial class AsvsTests
{
    // How many requirements of levels 1 and 2 each chapter of version 5.0.0 has.
    private static readonly int[] Chapters = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];

    private static string Text => File.ReadAllText(Path.Combine(Programs.Repository, "docs", "operations", "asvs.md"));

    [Fact]
    public void Every_requirement_stands_there_once_and_in_order()
    {
        var ids = Rows().SelectMany(row => row.Ids).ToList();

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.Equal(Chapters, ids.CountBy(id => id.Chapter).OrderBy(count => count.Key).Select(count => count.Value));
    }

    [Fact]
    public void What_is_met_is_shown_and_what_is_not_says_why()
    {
        foreach (var row in Rows())
        {
            Assert.NotEmpty(row.Requirement);
            Assert.NotEmpty(row.Why);
            if (row.State == "met")
            {
                Assert.True(Evidence().IsMatch(row.Why), $"{row.Ids[0]}: {row.Why}");
            }
        }
    }

    [Fact]
    public void The_figures_at_the_beginning_are_right()
    {
        var rows = Rows();
        var told = Figure().Matches(Text).Select(match => (match.Groups["of"].Value, Numbers(match))).ToList();

        Assert.Equal(Chapters.Length + 1, told.Count);
        foreach (var (of, numbers) in told)
        {
            var chapter = of.StartsWith("[V", StringComparison.Ordinal)
                ? int.Parse(of[2..of.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture)
                : 0;
            var counted = rows.Where(row => chapter == 0 || row.Ids[0].Chapter == chapter).ToList();
            Assert.Equal(
                [Count(counted, "met"), Count(counted, "not applicable"), Count(counted, "**open**")],
                numbers
            );
        }

        static int Count(List<Row> rows, string state) =>
            rows.Where(row => row.State == state).Sum(row => row.Ids.Length);
    }

    private static int[] Numbers(Match match) =>
        [
            .. new[] { "met", "not", "open" }.Select(name =>
                int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture)
            ),
        ];

    private static List<Row> Rows() =>
        [
            .. RowPattern()
                .Matches(Text)
                .Select(match => new Row(
                    [
                        .. match
                            .Groups["ids"]
                            .Value.Split(", ")
                            .Select(id =>
                            {
                                var parts = id.Split('.')
                                    .Select(part => int.Parse(part, CultureInfo.InvariantCulture))
                                    .ToArray();
                                return (parts[0], parts[1], parts[2]);
                            }),
                    ],
                    match.Groups["requirement"].Value,
                    match.Groups["state"].Value,
                    match.Groups["why"].Value
                )),
        ];

    [GeneratedRegex(
        @"^\| (?<ids>\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*) \| (?<requirement>[^|]+) \| (?<state>met|not applicable|\*\*open\*\*) \| (?<why>[^|]+) \|$",
        RegexOptions.Multiline
    )]
    private static partial Regex RowPattern();

    [GeneratedRegex(
        @"^\| (?<of>\[V\d+ [^|]+|all \d+) \| (?<met>\d+) \| (?<not>\d+) \| (?<open>\d+) \|$",
        RegexOptions.Multiline
    )]
    private static partial Regex Figure();

    // A test, or a file of the repository.
    [GeneratedRegex(@"`(?:[A-Z]\w*Tests\.\w+|(?:src|web|docs|ops)/[^`]+)`|`web/src`")]
    private static partial Regex Evidence();

    private sealed record Row(
        (int Chapter, int Section, int Number)[] Ids,
        string Requirement,
        string State,
        string Why
    );
}
