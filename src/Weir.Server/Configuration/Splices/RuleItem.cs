using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Splices;

/// <summary>One rule of a list, whose keys change in the text.</summary>
/// <param name="edits">The text.</param>
/// <param name="rule">The rule.</param>
/// <param name="colons">Behind the colon of every key of the document, in order.</param>
internal sealed class RuleItem(TextEdits edits, YamlMap rule, IReadOnlyList<int> colons)
{
    private readonly string text = edits.Text;

    /// <summary>Changes keys.</summary>
    /// <param name="changes">The keys with their values; null for one that goes. Some others stay.</param>
    /// <returns>False where that cannot be done in place.</returns>
    public bool Change(IReadOnlyDictionary<string, YamlNode?> changes)
    {
        var isFlow = YamlShape.IsFlow(text, rule);
        var kept = rule.Entries.TakeWhile(e => changes.TryGetValue(e.Key.Text, out var now) && now is null).Count();
        for (var at = 0; at < rule.Entries.Count; at++)
        {
            var entry = rule.Entries[at];
            if (!changes.TryGetValue(entry.Key.Text, out var now))
            {
                continue;
            }

            if (now is not null)
            {
                Put(entry, now, isFlow);
            }
            else if (at >= kept && !(isFlow ? TakeFromFlow(at) : TakeLines(entry)))
            {
                return false;
            }
        }

        if (kept > 0 && !TakeFirst(kept))
        {
            return false;
        }

        var added = changes
            .Where(change => change.Value is not null && rule.Entries.All(e => e.Key.Text != change.Key))
            .Select(change => new YamlEntry(RuleText.Of(change.Key), change.Value!))
            .ToList();
        if (added.Count > 0)
        {
            Add(added, isFlow);
        }

        return true;
    }

    private void Put(YamlEntry entry, YamlNode now, bool isFlow)
    {
        var old = entry.Value;
        if (old.End <= old.Start)
        {
            var colon = colons.First(at => at >= entry.Key.End);
            edits.Replace(colon, colon, " " + RuleText.Line(now));
        }
        else if (isFlow || old is YamlScalar || YamlShape.IsFlow(text, old))
        {
            edits.Replace(old.Start, old.End, RuleText.Line(now));
        }
        else
        {
            var lines = now switch
            {
                YamlList list => list.Items.Select(item => $"- {RuleText.Line(item)}"),
                YamlMap map => map.Entries.SelectMany(RuleText.Lines),
                _ => [RuleText.Line(now)],
            };
            edits.Replace(
                old.Start,
                YamlShape.LastOf(text, old),
                string.Join(edits.NewlineBefore(old.Start) + new string(' ', old.Column - 1), lines)
            );
        }
    }

    private void Add(List<YamlEntry> added, bool isFlow)
    {
        var last = YamlShape.LastOf(text, rule.Entries[^1].Value);
        if (isFlow)
        {
            var end = Math.Max(last, rule.Entries[^1].Key.End);
            edits.Replace(
                end,
                end,
                string.Concat(added.Select(e => $", {RuleText.Line(e.Key)}: {RuleText.Line(e.Value)}"))
            );
        }
        else
        {
            var indent = new string(' ', rule.Column - 1);
            edits.InsertLines(
                edits.NextLine(YamlShape.LastOf(text, rule)),
                added.SelectMany(RuleText.Lines).Select(line => indent + line)
            );
        }
    }

    private bool TakeLines(YamlEntry entry)
    {
        if (!edits.IsFirstInLine(entry.Key.Start))
        {
            return false;
        }

        var last = Math.Max(entry.Key.End, YamlShape.LastOf(text, entry.Value));
        edits.Replace(edits.LineStart(entry.Key.Start), edits.EndOfLines(last, entry.Key.Column), "");
        return true;
    }

    private bool TakeFromFlow(int at)
    {
        var start = EndOf(rule.Entries[at - 1]);
        var end = EndOf(rule.Entries[at]);
        edits.Replace(start, end, "");
        return !HasComment(start, rule.Entries[at].Key.Start);
    }

    // What stands behind the dash, or the brace, goes; the next one takes its place.
    private bool TakeFirst(int count)
    {
        var (start, end) = (rule.Entries[0].Key.Start, rule.Entries[count].Key.Start);
        edits.Replace(start, end, "");
        return !HasComment(start, end);
    }

    private int EndOf(YamlEntry entry) => Math.Max(entry.Key.End, YamlShape.LastOf(text, entry.Value));

    // A value may hold the sign too; then a change is refused that could have been made.
    private bool HasComment(int start, int end) => text.AsSpan(start, end - start).Contains('#');
}
