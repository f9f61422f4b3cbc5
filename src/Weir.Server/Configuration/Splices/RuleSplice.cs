using Weir.Server.Configuration.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace Weir.Server.Configuration.Splices;

/// <summary>
/// Adds, changes and removes one rule of a list of a document (<c>budgets</c>, <c>limits</c>) in its text: every other line stays as
/// it is, comments too. What is written anew follows its neighbours: indentation, braces or lines, blank lines between, line ends.
/// <para>
/// The new text is read again and must say what the old one said with that change alone; else, and where a list is written in
/// brackets or with anchors, nothing is changed and the reason is told. So a way of writing that was not thought of here
/// costs a refusal, never a document.
/// </para>
/// </summary>
/// <param name="key">The list's key.</param>
internal sealed class RuleSplice(string key)
{
    private const string Unfit = "this place of the document is written in a way that is not changed one by one";

    /// <summary>A text with one rule more, the last of its list.</summary>
    /// <param name="text">A sound document.</param>
    /// <param name="rule">The rule.</param>
    public Splice Add(string text, YamlMap rule)
    {
        if (Open(text, out var why) is not { } page)
        {
            return Splice.Refused(why);
        }

        if (page.List is { Items.Count: > 0 } list)
        {
            AddBehind(page, list, rule);
        }
        else
        {
            AddFirst(page, rule);
        }

        return Checked(page, items => [.. items, rule]);
    }

    /// <summary>A text with some keys of a rule changed.</summary>
    /// <param name="text">A sound document.</param>
    /// <param name="index">Which rule of the list, from 0.</param>
    /// <param name="fields">The keys with their values; null for one that goes.</param>
    public Splice Change(string text, int index, IEnumerable<(string Key, YamlNode? Value)> fields)
    {
        if (Open(text, out var why) is not { } page)
        {
            return Splice.Refused(why);
        }

        var old = (YamlMap)page.List!.Items[index];
        var changes = fields
            .Where(field =>
                Find(old, field.Key) is { } value
                    ? field.Value is null || !YamlShape.MeansSame(value, field.Value)
                    : field.Value is not null
            )
            .ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal);
        if (changes.Count == 0)
        {
            return Splice.Of(text);
        }

        var item = new RuleItem(page.Edits, old, page.Colons);
        return item.Change(changes)
            ? Checked(page, items => [.. items.Select((one, at) => at == index ? Changed(old, changes) : one)])
            : Splice.Refused(Unfit);
    }

    /// <summary>A text without a rule. Comments within it go with it; those above it stay.</summary>
    /// <param name="text">A sound document.</param>
    /// <param name="index">Which rule of the list, from 0.</param>
    public Splice Remove(string text, int index)
    {
        if (Open(text, out var why) is not { } page)
        {
            return Splice.Refused(why);
        }

        var (edits, list) = (page.Edits, page.List!);
        var dash = page.Dashes[index];
        if (!edits.IsFirstInLine(dash))
        {
            return Splice.Refused(Unfit);
        }

        var start = edits.LineStart(dash);
        var end = edits.EndOfLines(YamlShape.LastOf(text, list.Items[index]), list.Column);
        var isFirstOfMore = index == 0 && list.Items.Count > 1 && start == edits.NextLine(page.Entry!.Value.Key.End);
        if (isFirstOfMore || (start > 0 && edits.IsBlank(edits.PreviousLine(start))))
        {
            // Blank lines on both sides would become two.
            while (edits.IsBlank(end))
            {
                end = edits.NextLine(end);
            }

            while (end == text.Length && start > 0 && edits.IsBlank(edits.PreviousLine(start)))
            {
                start = edits.PreviousLine(start);
            }
        }

        edits.Replace(start, end, "");
        if (list.Items.Count == 1)
        {
            var colon = page.Colons.First(at => at > page.Entry!.Value.Key.Start);
            edits.Replace(colon, colon, " []");
        }

        return Checked(page, items => [.. items.Where((_, at) => at != index)]);
    }

    /// <summary>The line on which a rule begins, from 1.</summary>
    /// <param name="text">A sound document.</param>
    /// <param name="index">Which rule of the list, from 0.</param>
    public int LineOf(string text, int index) =>
        YamlTree.Read(text, []) is YamlMap root && Find(root, key) is YamlList list ? list.Items[index].Line : 1;

    private void AddBehind(Page page, YamlList list, YamlMap rule)
    {
        var (edits, last) = (page.Edits, list.Items[^1]);
        var end = YamlShape.LastOf(edits.Text, last);
        var lines = Item(list, last, edits.Text, rule);
        if (
            list.Items.Count > 1
            && edits.HasBlankBetween(YamlShape.LastOf(edits.Text, list.Items[^2]), page.Dashes[^1])
        )
        {
            lines = lines.Prepend("");
        }

        edits.InsertLines(edits.EndOfLines(end, list.Column), lines);
    }

    private void AddFirst(Page page, YamlMap rule)
    {
        var (edits, root) = (page.Edits, page.Root);
        var (indent, inner) = Style(edits.Text, root);
        var column = Math.Max(root.Column, 1);
        var lines = Block(rule, column - 1 + indent, inner);
        if (page.Entry is { } entry)
        {
            var colon = page.Colons.First(at => at > entry.Key.Start);
            if (entry.Value.End > colon)
            {
                edits.Replace(colon, entry.Value.End, "");
            }

            edits.InsertLines(edits.NextLine(Math.Max(colon, entry.Value.End)), lines);
            return;
        }

        lines = lines.Prepend($"{new string(' ', column - 1)}{key}:");
        var at = page.End is { } mark ? edits.LineStart(mark) : edits.Text.Length;
        var isSpread = root
            .Entries.Zip(root.Entries.Skip(1))
            .Any(two => edits.HasBlankBetween(YamlShape.LastOf(edits.Text, two.First.Value), two.Second.Key.Start));
        if (isSpread && !edits.IsBlank(edits.PreviousLine(at)))
        {
            lines = lines.Prepend("");
        }

        edits.InsertLines(at, lines);
    }

    private static IEnumerable<string> Item(YamlList list, YamlNode neighbour, string text, YamlMap rule)
    {
        var dash = list.Column - 1;
        return YamlShape.IsFlow(text, neighbour)
            ? [$"{new string(' ', dash)}- {RuleText.Line(rule, isSpaced: text[neighbour.Start + 1] is ' ')}"]
            : Block(rule, dash, Inner(list, neighbour));
    }

    // How far in from the dash the keys are.
    private static int Inner(YamlList list, YamlNode item) => Math.Clamp(item.Column - list.Column, 2, 8);

    private static IEnumerable<string> Block(YamlMap rule, int dash, int inner)
    {
        var lines = rule.Entries.SelectMany(RuleText.Lines).ToList();
        return lines.Select(
            (line, at) =>
                (at == 0 ? $"{new string(' ', dash)}-".PadRight(dash + inner) : new string(' ', dash + inner)) + line
        );
    }

    // How far in the lists of the document are, and their maps in them.
    private static (int Indent, int Inner) Style(string text, YamlMap root)
    {
        foreach (var entry in root.Entries)
        {
            if (entry.Value is YamlList { Items: [var first, ..] } list && !YamlShape.IsFlow(text, list))
            {
                return (
                    Math.Clamp(list.Column - root.Column, 0, 8),
                    first is YamlMap && !YamlShape.IsFlow(text, first) ? Inner(list, first) : 2
                );
            }
        }

        return (2, 2);
    }

    private static YamlNode? Find(YamlMap map, string key) => map.Entries.FirstOrDefault(e => e.Key.Text == key).Value;

    private static YamlMap Changed(YamlMap old, Dictionary<string, YamlNode?> changes) =>
        old with
        {
            Entries =
            [
                .. old
                    .Entries.Where(e => !changes.TryGetValue(e.Key.Text, out var now) || now is not null)
                    .Select(e => changes.TryGetValue(e.Key.Text, out var now) ? e with { Value = now! } : e),
                .. changes
                    .Where(change => change.Value is not null && Find(old, change.Key) is null)
                    .Select(change => new YamlEntry(RuleText.Of(change.Key), change.Value!)),
            ],
        };

    private Splice Checked(Page page, Func<IReadOnlyList<YamlNode>, IReadOnlyList<YamlNode>> change)
    {
        var list = RuleText.Of(change(page.List?.Items ?? []));
        var root = page.Root;
        var expected = root with
        {
            Entries = page.Entry is { } entry
                ? [.. root.Entries.Select(e => e.Equals(entry) ? e with { Value = list } : e)]
                : [.. root.Entries, new YamlEntry(RuleText.Of(key), list)],
        };
        var text = page.Edits.Apply();
        return YamlShape.IsSame(expected, YamlTree.Read(text, [])) ? Splice.Of(text) : Splice.Refused(Unfit);
    }

    private Page? Open(string text, out string why)
    {
        why = "";
        if (YamlTree.Read(text, []) is not YamlMap root)
        {
            why = Unfit;
            return null;
        }

        if (YamlShape.IsFlow(text, root) && root.End > root.Start)
        {
            why = "the document is written in braces";
            return null;
        }

        var index = root
            .Entries.Select((e, i) => (e, i))
            .Where(p => p.e.Key.Text == key)
            .Select(p => (int?)p.i)
            .FirstOrDefault();
        YamlEntry? entry = index is { } at ? root.Entries[at] : null;
        var end = index is { } i2 && i2 + 1 < root.Entries.Count ? root.Entries[i2 + 1].Key.Start : text.Length;
        var tokens = Tokens(text);
        if (
            entry is { } found
            && tokens.Any(t => t.Token is Anchor or AnchorAlias or Tag && t.Start >= found.Key.Start && t.Start < end)
        )
        {
            why = $"{key} are written with anchors or tags";
            return null;
        }

        var list = entry?.Value as YamlList;
        if (list is { Items.Count: > 0 } && YamlShape.IsFlow(text, list))
        {
            why = $"{key} are written in brackets";
            return null;
        }

        return new Page(
            new TextEdits(text),
            root,
            entry,
            list,
            [
                .. tokens
                    .Where(t =>
                        t.Token is BlockEntry && t.Column == list?.Column && t.Start >= list.Start && t.Start < end
                    )
                    .Select(t => t.Start),
            ],
            [.. tokens.Where(t => t.Token is Value).Select(t => t.End)],
            tokens.Where(t => t.Token is DocumentEnd).Select(t => (int?)t.Start).FirstOrDefault()
        );
    }

    private static List<(Token Token, int Start, int End, int Column)> Tokens(string text)
    {
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        var tokens = new List<(Token, int, int, int)>();
        while (scanner.MoveNext())
        {
            var token = scanner.Current!;
            tokens.Add((token, (int)token.Start.Index, (int)token.End.Index, (int)token.Start.Column));
        }

        return tokens;
    }

    /// <summary>A document with what matters of its list.</summary>
    /// <param name="Edits">The text.</param>
    /// <param name="Root">The document.</param>
    /// <param name="Entry">The list's key with its value; null where it is not there.</param>
    /// <param name="List">The list; null where there is nothing.</param>
    /// <param name="Dashes">Where the dash of each of its items is.</param>
    /// <param name="Colons">Behind the colon of every key of the document.</param>
    /// <param name="End">Where the mark of the document's end is; null for none.</param>
    private sealed record Page(
        TextEdits Edits,
        YamlMap Root,
        YamlEntry? Entry,
        YamlList? List,
        IReadOnlyList<int> Dashes,
        IReadOnlyList<int> Colons,
        int? End
    );
}
