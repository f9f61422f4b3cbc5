using Weir.Server.Configuration;
using Weir.Server.Configuration.Splices;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Tests.Configuration.Splices;

/// <summary>One budget more, another or less in documents as people write them.</summary>
public sealed class RuleSpliceTests
{
    private static readonly YamlMap Research = RuleText.Of([
        ("name", RuleText.Of("research")),
        ("scope", RuleText.Of([("team", RuleText.Of("research"))])),
        ("limitUsd", RuleText.Of(50)),
    ]);

    private const string Usual = """
        version: 1 # ours
        providers:
          - { name: simulator, kind: simulator }

        # What we spend.
        budgets:
          # All of us, as agreed in June.
          - name: team
            limitUsd: 500.00   # a month
            # window: week
            stages:
              - { at: 80, do: warn }

          - name: "night shift"
            scope:
              key: "ci-*"
              team: ops   # theirs
            limitUsd: 5
            window: 24h
            # more: later

        limits:
          - { concurrent: 50 }

        """;

    [Fact]
    public void A_new_one_stands_behind_the_others_as_they_stand() =>
        AssertAdded(
            Usual,
            "    # more: later\n",
            """

              - name: research
                scope: { team: research }
                limitUsd: 50

            """
        );

    [Theory]
    [InlineData(
        "version: 1\n",
        "version: 1\nbudgets:\n  - name: research\n    scope: { team: research }\n    limitUsd: 50\n"
    )]
    [InlineData(
        "version: 1",
        "version: 1\nbudgets:\n  - name: research\n    scope: { team: research }\n    limitUsd: 50"
    )]
    [InlineData(
        "version: 1\r\n\r\nproviders:\r\n-   name: simulator\r\n    kind: simulator\r\n",
        "version: 1\r\n\r\nproviders:\r\n-   name: simulator\r\n    kind: simulator\r\n\r\nbudgets:\r\n-   name: research\r\n    scope: { team: research }\r\n    limitUsd: 50\r\n"
    )]
    [InlineData(
        "version: 1\nbudgets:   # none yet\nlimits: []\n",
        "version: 1\nbudgets:   # none yet\n  - name: research\n    scope: { team: research }\n    limitUsd: 50\nlimits: []\n"
    )]
    [InlineData(
        "version: 1\nbudgets: []  # none yet\nlimits: []\n",
        "version: 1\nbudgets:  # none yet\n  - name: research\n    scope: { team: research }\n    limitUsd: 50\nlimits: []\n"
    )]
    [InlineData(
        "version: 1\nbudgets: ~\n",
        "version: 1\nbudgets:\n  - name: research\n    scope: { team: research }\n    limitUsd: 50\n"
    )]
    [InlineData(
        "budgets:\n- {name: a, limitUsd: 1}\n# the end\nversion: 1\n",
        "budgets:\n- {name: a, limitUsd: 1}\n- {name: research, scope: {team: research}, limitUsd: 50}\n# the end\nversion: 1\n"
    )]
    [InlineData(
        "---\nversion: 1\n...\n",
        "---\nversion: 1\nbudgets:\n  - name: research\n    scope: { team: research }\n    limitUsd: 50\n...\n"
    )]
    [InlineData(
        "  version: 1\n  budgets:\n      -\n        name: ünïcode 🦉\n        limitUsd: 1",
        "  version: 1\n  budgets:\n      -\n        name: ünïcode 🦉\n        limitUsd: 1\n      - name: research\n        scope: { team: research }\n        limitUsd: 50"
    )]
    [InlineData(
        "version: 1\nbudgets:\n  - name: a\n    limitUsd:\n      1\n    window:\n",
        "version: 1\nbudgets:\n  - name: a\n    limitUsd:\n      1\n    window:\n  - name: research\n    scope: { team: research }\n    limitUsd: 50\n"
    )]
    public void A_new_one_finds_its_place(string text, string expected) =>
        Assert.Equal(new Splice(expected, null), Budgets.Add(text, Research));

    [Fact]
    public void What_changes_is_its_own_line()
    {
        var now = Text(
            Budgets.Change(
                Usual,
                0,
                [("limitUsd", RuleText.Of(600)), ("window", RuleText.Of("week")), ("estimate", null)]
            )
        );

        Assert.Equal(
            Usual
                .Replace("500.00", "600", StringComparison.Ordinal)
                .Replace(
                    "      - { at: 80, do: warn }\n",
                    "      - { at: 80, do: warn }\n    window: week\n",
                    StringComparison.Ordinal
                ),
            now
        );
    }

    [Fact]
    public void A_block_stays_a_block_and_what_goes_takes_its_lines()
    {
        var now = Text(
            Budgets.Change(
                Usual,
                1,
                [
                    ("scope", RuleText.Of([("team", RuleText.Of("yes")), ("tag.cost centre", RuleText.Of("12"))])),
                    ("window", null),
                ]
            )
        );

        Assert.Equal(
            Usual
                .Replace(
                    "      key: \"ci-*\"\n      team: ops   # theirs\n",
                    "      team: \"yes\"\n      \"tag.cost centre\": \"12\"   # theirs\n",
                    StringComparison.Ordinal
                )
                .Replace("    window: 24h\n    # more: later\n", "    # more: later\n", StringComparison.Ordinal),
            now
        );
    }

    [Theory]
    [InlineData("{ name: a, limitUsd: 1, window: day }", "{ name: a, limitUsd: 2, estimate: learned }")]
    [InlineData("{ window: day, name: a, limitUsd: '1' }", "{ name: a, limitUsd: 2, estimate: learned }")]
    [InlineData("{name: a, window: day, limitUsd: 1,}", "{name: a, limitUsd: 2, estimate: learned,}")]
    [InlineData(
        "{ name: a,\n      limitUsd: 1,\n      window: day } # it",
        "{ name: a,\n      limitUsd: 2, estimate: learned } # it"
    )]
    [InlineData(
        "name: a\n    limitUsd: >-\n      1\n    window: day",
        "name: a\n    limitUsd: 2\n    estimate: learned"
    )]
    [InlineData("window: day\n    name: a\n    limitUsd: 1", "name: a\n    limitUsd: 2\n    estimate: learned")]
    [InlineData(
        "name: a\n    estimate:   # which?\n    limitUsd: 1",
        "name: a\n    estimate: learned   # which?\n    limitUsd: 2"
    )]
    public void A_change_is_made_in_the_way_that_the_budget_is_written(string before, string after)
    {
        var (head, tail) = ("version: 1\nbudgets:\n  - ", "\n  # next\n  - { name: b, limitUsd: 3 }\n");

        Assert.Equal(
            head + after + tail,
            Text(
                Budgets.Change(
                    head + before + tail,
                    0,
                    [("limitUsd", RuleText.Of(2)), ("window", null), ("estimate", RuleText.Of("learned"))]
                )
            )
        );
    }

    [Fact]
    public void What_stands_so_already_is_left_as_it_is_written() =>
        Assert.Equal(
            Usual,
            Text(
                Budgets.Change(
                    Usual,
                    1,
                    [
                        ("limitUsd", RuleText.Of(5.0m)),
                        ("window", RuleText.Of("24h")),
                        ("scope", RuleText.Of([("team", RuleText.Of("ops")), ("key", RuleText.Of("ci-*"))])),
                        ("stages", null),
                    ]
                )
            )
        );

    [Fact]
    public void What_goes_takes_its_own_comments_and_no_others()
    {
        var first = Text(Budgets.Remove(Usual, 0));
        Assert.Contains(
            "budgets:\n  # All of us, as agreed in June.\n\n  - name: \"night shift\"\n",
            first,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("window: week", first, StringComparison.Ordinal);

        var last = Text(Budgets.Remove(Usual, 1));
        Assert.Contains("      - { at: 80, do: warn }\n\nlimits:\n", last, StringComparison.Ordinal);

        var none = Text(Budgets.Remove(first, 0));
        Assert.Contains(
            "# What we spend.\nbudgets: []\n  # All of us, as agreed in June.\n",
            none,
            StringComparison.Ordinal
        );
        Assert.NotNull(ConfigReader.Read(none, _ => null).Config);
        Assert.Contains("budgets:\n  - name: research\n", Text(Budgets.Add(none, Research)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version: 1\nbudgets: [{ name: a, limitUsd: 1 }]\n", "brackets")]
    [InlineData("{ version: 1, budgets: [{ name: a, limitUsd: 1 }] }", "braces")]
    [InlineData("version: 1\nbudgets:\n  - &a { name: a, limitUsd: 1 }\n", "anchors")]
    [InlineData("version: 1\nbudgets:\n  - { name: a, limitUsd: 1, scope: !!map { key: x } }\n", "anchors")]
    [InlineData("x: &s { key: k }\nversion: 1\nbudgets:\n  - { name: a, limitUsd: 1, scope: *s }\n", "anchors")]
    [InlineData("version: 1\nbudgets: &all\n  - { name: a, limitUsd: 1 }\n", "anchors")]
    [InlineData("version: 1\nbudgets:\n  - { name: a, limitUsd: 1 }\nmore: |+\n  text\n\n", null)]
    public void What_cannot_be_changed_in_place_is_refused_with_the_reason(string text, string? why)
    {
        foreach (
            var splice in new[]
            {
                Budgets.Add(text, Research),
                Budgets.Change(text, 0, [("limitUsd", RuleText.Of(7))]),
                Budgets.Remove(text, 0),
            }
        )
        {
            Assert.Equal(why is null, splice.Text is not null);
            Assert.Contains(why ?? "", splice.Refusal ?? "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_comment_that_would_be_lost_is_a_refusal() =>
        Assert.Null(
            Budgets
                .Change(
                    "version: 1\nbudgets:\n  - window: day\n    # the name\n    name: a\n    limitUsd: 1\n",
                    0,
                    [("window", null)]
                )
                .Text
        );

    private static RuleSplice Budgets => new("budgets");

    private static string Text(Splice splice)
    {
        Assert.True(splice.Text is not null, splice.Refusal);
        return splice.Text;
    }

    private static void AssertAdded(string text, string behind, string lines)
    {
        var at = text.IndexOf(behind, StringComparison.Ordinal) + behind.Length;
        Assert.Equal(text.Insert(at, lines), Text(Budgets.Add(text, Research)));
    }
}
