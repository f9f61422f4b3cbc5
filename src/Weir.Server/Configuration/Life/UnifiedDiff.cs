using System.Globalization;
using System.Text;

namespace Weir.Server.Configuration.Life;

/// <summary>
/// Two texts as a unified diff (POSIX <c>diff -u</c>): three lines of context, <c>\ No newline at end of file</c> where that is so. Lines end
/// in <c>\n</c>; a <c>\r</c> before it belongs to the line.
/// </summary>
internal sealed record UnifiedDiff(string Text, int Added, int Removed)
{
    private const int UsualContext = 3;
    private const string NoNewline = "\\ No newline at end of file\n";

    /// <summary>The diff; an empty text where the two are the same.</summary>
    /// <param name="from">What was; null for nothing.</param>
    /// <param name="to">What is.</param>
    /// <param name="fromName">What the first is called.</param>
    /// <param name="toName">What the second is called.</param>
    /// <param name="context">How many lines around each change are shown, from 0.</param>
    public static UnifiedDiff Of(string? from, string to, string fromName, string toName, int context = UsualContext)
    {
        var lines = LineDiff.Of(Lines(from ?? ""), Lines(to));
        var changed = lines.Select((line, at) => (line.Kind, At: at)).Where(l => l.Kind != LineDiff.Kind.Kept).ToList();
        if (changed.Count == 0)
        {
            return new UnifiedDiff("", 0, 0);
        }

        var text = new StringBuilder();
        text.Append("--- ").Append(from is null ? "/dev/null" : fromName).Append('\n');
        text.Append("+++ ").Append(toName).Append('\n');
        var (old, now) = (Numbers(lines, LineDiff.Kind.Added), Numbers(lines, LineDiff.Kind.Removed));
        for (var first = 0; first < changed.Count; )
        {
            var last = first;
            while (last + 1 < changed.Count && changed[last + 1].At - changed[last].At <= 2 * context + 1)
            {
                last++;
            }

            var start = Math.Max(0, changed[first].At - context);
            var end = Math.Min(lines.Count, changed[last].At + context + 1);
            text.Append("@@ -").Append(Range(old[start], old[end])).Append(" +");
            text.Append(Range(now[start], now[end])).Append(" @@\n");
            for (var at = start; at < end; at++)
            {
                var (kind, line) = lines[at];
                text.Append(
                    kind switch
                    {
                        LineDiff.Kind.Kept => ' ',
                        LineDiff.Kind.Removed => '-',
                        _ => '+',
                    }
                );
                text.Append(line);
                if (!line.EndsWith('\n'))
                {
                    text.Append('\n').Append(NoNewline);
                }
            }

            first = last + 1;
        }

        return new UnifiedDiff(
            text.ToString(),
            changed.Count(line => line.Kind == LineDiff.Kind.Added),
            changed.Count(line => line.Kind == LineDiff.Kind.Removed)
        );
    }

    private static List<string> Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length; )
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return lines;
    }

    // How many lines of one side stand before each place.
    private static int[] Numbers(List<(LineDiff.Kind Kind, string Line)> lines, LineDiff.Kind others)
    {
        var numbers = new int[lines.Count + 1];
        for (var at = 0; at < lines.Count; at++)
        {
            numbers[at + 1] = numbers[at] + (lines[at].Kind == others ? 0 : 1);
        }

        return numbers;
    }

    // An empty range is named by the line before it.
    private static string Range(int before, int after) =>
        (after - before) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"{before},0"),
            1 => string.Create(CultureInfo.InvariantCulture, $"{before + 1}"),
            var count => string.Create(CultureInfo.InvariantCulture, $"{before + 1},{count}"),
        };
}
