namespace Weir.GraphQL.Language;

/// <summary>What a block string says: without the indentation that all its lines share, and without empty lines around it.</summary>
internal static class BlockText
{
    /// <summary>Its lines, put together.</summary>
    public static string Dedented(List<string> lines)
    {
        var shared = int.MaxValue;
        var (first, last) = (-1, -1);
        for (var index = 0; index < lines.Count; index++)
        {
            var indent = IndentOf(lines[index]);
            if (indent == lines[index].Length)
            {
                continue;
            }

            first = first < 0 ? index : first;
            last = index;
            // The first line begins behind the quotes: its indentation says nothing.
            shared = index == 0 ? shared : Math.Min(shared, indent);
        }

        return first < 0
            ? ""
            : string.Join(
                '\n',
                lines[first..(last + 1)].Select((line, at) => at + first == 0 ? line : Cut(line, shared))
            );
    }

    private static string Cut(string line, int indent) => line.Length <= indent ? "" : line[indent..];

    private static int IndentOf(string line)
    {
        var at = 0;
        while (at < line.Length && line[at] is (' ' or '\t'))
        {
            at++;
        }

        return at;
    }
}
