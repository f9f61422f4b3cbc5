using System.Text;
using System.Text.Json;
using Weir.Server.Configuration.Splices;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Tests.Configuration.Splices;

/// <summary>
/// Documents put together at random: after every change they say what they said with that change alone, and every line that the change does
/// not touch is the same to the byte.
/// </summary>
public sealed class RuleSplicePropertyTests(ITestOutputHelper output)
{
    private const int Rounds = 4000;

    private static readonly string[] Names =
    [
        "team",
        "night shift",
        "\"quoted: name\"",
        "équipe",
        "'it''s'",
        "研究 🦉",
        "x",
    ];

    [Fact]
    public void Only_what_was_asked_for_changes()
    {
        var random = new Random(20261122);
        var splice = new RuleSplice("budgets");
        var (made, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var (text, items) = Document(random);
            var (before, rest) = Said(text);
            Assert.Equal(items.Count, before.Count);
            var index = items.Count == 0 ? -1 : random.Next(items.Count);
            Splice result;
            switch (index < 0 ? 0 : random.Next(3))
            {
                case 0:
                    var rule = RuleText.Of([
                        ("name", RuleText.Of($"new {round}")),
                        .. Fields(random).Where(f => f.Value is not null).Select(f => (f.Key, f.Value!)),
                    ]);
                    before.Add(rule.Entries.ToDictionary(e => e.Key.Text, e => Canon(e.Value), StringComparer.Ordinal));
                    result = splice.Add(text, rule);
                    if (result.Text is { } longer && items.Count > 0)
                    {
                        Assert.True(IsWithOneInsertion(text, longer), $"{text}\n=>\n{longer}");
                    }

                    break;
                case 1:
                    var fields = Fields(random);
                    foreach (var (key, value) in fields)
                    {
                        if (value is null)
                        {
                            before[index].Remove(key);
                        }
                        else
                        {
                            before[index][key] = Canon(value);
                        }
                    }

                    result = splice.Change(text, index, fields);
                    if (result.Text is { } changed)
                    {
                        var (start, end) = items[index];
                        Assert.StartsWith(text[..start], changed, StringComparison.Ordinal);
                        Assert.EndsWith(text[end..], changed, StringComparison.Ordinal);
                    }

                    break;
                default:
                    before.RemoveAt(index);
                    result = splice.Remove(text, index);
                    if (result.Text is { } shorter)
                    {
                        var (start, end) = items[index];
                        var kept = text.Remove(start, end - start);
                        Assert.Equal(
                            Lines(
                                items.Count == 1
                                    ? kept.Insert(kept.LastIndexOf("budgets:", StringComparison.Ordinal) + 8, " []")
                                    : kept
                            ),
                            Lines(shorter)
                        );
                    }

                    break;
            }

            if (result.Text is null)
            {
                refused++;
                continue;
            }

            made++;
            var (after, others) = Said(result.Text);
            Assert.Equal(rest, others);
            Assert.True(before.Select(Sorted).SequenceEqual(after.Select(Sorted)), $"{text}\n=>\n{result.Text}");
        }

        output.WriteLine($"{made} changes made, {refused} refused");
        Assert.True(refused * 50 < made, $"{refused} of {Rounds} were refused");
    }

    private static List<(string Key, YamlNode? Value)> Fields(Random random)
    {
        var fields = new List<(string Key, YamlNode? Value)>
        {
            ("limitUsd", RuleText.Of(random.Next(1, 900) / 4m)),
            ("window", random.Next(3) == 0 ? null : RuleText.Of(random.Next(2) == 0 ? "day" : "36h")),
            (
                "scope",
                random.Next(3) == 0
                    ? null
                    : RuleText.Of([("team", RuleText.Of($"t{random.Next(9)}")), ("tag.a b", RuleText.Of("no"))])
            ),
            (
                "stages",
                random.Next(3) == 0
                    ? null
                    : RuleText.Of(
                        Enumerable
                            .Range(1, random.Next(1, 4))
                            .Select(at =>
                                (YamlNode)RuleText.Of([("at", RuleText.Of(at * 10)), ("do", RuleText.Of("warn"))])
                            )
                    )
            ),
            ("timeZone", random.Next(2) == 0 ? null : RuleText.Of("Europe/Berlin")),
        };
        return [.. fields.Where(_ => random.Next(2) == 0)];
    }

    // The text, and where each budget's lines are.
    private static (string Text, List<(int Start, int End)> Items) Document(Random random)
    {
        var nl = random.Next(3) == 0 ? "\r\n" : "\n";
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append(nl);
        void Noise(string indent)
        {
            for (var i = random.Next(4); i == 3; i = random.Next(4))
            {
                Line(random.Next(2) == 0 ? "" : $"{indent}# ünd: [so] 'on' - {random.Next(100)}");
            }
        }

        var root = new string(' ', random.Next(5) == 0 ? 2 : 0);
        Noise(root);
        Line($"{root}version: 1{(random.Next(2) == 0 ? "" : "  # the first")}");
        Noise(root);
        if (random.Next(2) == 0)
        {
            Line($"{root}providers:");
            Line($"{root}  - name: \"a: b\"");
            Line($"{root}    notes: |");
            Line($"{root}      budgets:");
            Line($"{root}        - name: no");
        }

        Noise(root);
        var items = new List<(int, int)>();
        var count = random.Next(4);
        Line(
            $"{root}budgets:{(count == 0 ? new[] { "", " []", " ~", " [ ]" }[random.Next(4)] : "")}{(random.Next(3) == 0 ? " # ours" : "")}"
        );
        var dash = root + new string(' ', random.Next(3) * 2);
        for (var i = 0; i < count; i++)
        {
            if (i > 0 || dash.Length > root.Length)
            {
                Noise(dash);
            }

            var start = text.Length;
            Item(random, dash, Line);
            items.Add((start, text.Length));
        }

        if (random.Next(2) == 0)
        {
            Noise(root);
            Line($"{root}limits: [{{ concurrent: 5 }}]");
        }

        Noise(root);
        var whole = text.ToString();
        if (random.Next(5) == 0)
        {
            whole = whole.TrimEnd('\r', '\n');
            items = [.. items.Select(item => (item.Item1, Math.Min(item.Item2, whole.Length)))];
        }

        return (whole, items);
    }

    private static void Item(Random random, string dash, Action<string> line)
    {
        var name = Names[random.Next(Names.Length)];
        if (random.Next(3) == 0)
        {
            var tail =
                (random.Next(2) == 0 ? ", window: day" : "") + (random.Next(3) == 0 ? ", scope: {key: '*'}" : "");
            line(
                random.Next(2) == 0
                    ? $"{dash}- {{ name: {name}, limitUsd: 1{tail} }}  # flow"
                    : $"{dash}- {{name: {name}, limitUsd: \"2\"{tail},}}"
            );
            return;
        }

        var inner = dash + new string(' ', random.Next(2, 5));
        if (random.Next(4) == 0)
        {
            line($"{dash}-");
            line($"{inner}name: {name}");
        }
        else
        {
            line($"{dash}-{inner[(dash.Length + 1)..]}name: {name}");
        }

        var others = new List<Action>
        {
            () => line($"{inner}limitUsd: {random.Next(100)}.50   # of # money"),
            () => line($"{inner}window: 'day'"),
            () =>
            {
                line($"{inner}stages:");
                var deeper = random.Next(2) == 0 ? "" : "  ";
                line($"{inner}{deeper}- at: 50");
                line($"{inner}{deeper}  do: warn");
                line($"{inner}{deeper}- {{ at: 80, do: block }}");
            },
            () =>
            {
                line($"{inner}scope:   # whose");
                line($"{inner}  team: >-");
                line($"{inner}    long");
                line($"{inner}    name");
                line($"{inner}  key: k");
            },
            () => line($"{inner}# none: of this"),
            () => line($"{inner}timeZone:"),
        };
        foreach (var other in others.Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next()))
        {
            other();
        }

        if (random.Next(3) == 0)
        {
            line($"{inner}# its own");
        }
    }

    private static (List<Dictionary<string, string>> Rules, string Others) Said(string text)
    {
        var faults = new List<Weir.Server.Configuration.ConfigFault>();
        var root = YamlTree.Read(text, faults) as YamlMap;
        Assert.True(root is not null, $"{text}\n{string.Join('\n', faults)}");
        var rules = root.Entries.Single(e => e.Key.Text == "budgets").Value is YamlList list ? list.Items : [];
        return (
            [
                .. rules.Select(rule =>
                    ((YamlMap)rule)
                        .Entries.Where(e => e.Value is not YamlScalar { IsNull: true })
                        .ToDictionary(e => e.Key.Text, e => Canon(e.Value), StringComparer.Ordinal)
                ),
            ],
            string.Join(
                '\n',
                root.Entries.Where(e => e.Key.Text != "budgets").Select(e => $"{e.Key.Text}={Canon(e.Value)}")
            )
        );
    }

    private static string Canon(YamlNode node) =>
        node switch
        {
            YamlScalar scalar => decimal.TryParse(scalar.Text, out var number)
                ? number.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)
                : JsonSerializer.Serialize(scalar.Text),
            YamlList list => $"[{string.Join(',', list.Items.Select(Canon))}]",
            YamlMap map =>
                $"{{{string.Join(',', map.Entries.Select(e => $"{e.Key.Text}:{Canon(e.Value)}").Order(StringComparer.Ordinal))}}}",
            _ => throw new InvalidOperationException(),
        };

    private static string Sorted(Dictionary<string, string> rule) =>
        string.Join(';', rule.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));

    private static string[] Lines(string text) =>
        [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Trim().Length > 0)];

    private static bool IsWithOneInsertion(string before, string after)
    {
        var head = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        return after.Length >= before.Length
            && Enumerable.Range(0, head + 1).Any(at => after.EndsWith(before[at..], StringComparison.Ordinal));
    }
}
