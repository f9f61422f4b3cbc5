namespace Weir.GraphQL;

/// <summary>A place in a document.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
public readonly record struct SourceLocation(int Line, int Column)
{
    /// <summary>The place of an offset.</summary>
    internal static SourceLocation Of(string text, int offset)
    {
        var (line, lineStart) = (1, 0);
        for (var at = 0; at < offset && at < text.Length; at++)
        {
            if (text[at] == '\n' || (text[at] == '\r' && !(at + 1 < text.Length && text[at + 1] == '\n')))
            {
                line++;
                lineStart = at + 1;
            }
        }

        return new SourceLocation(line, offset - lineStart + 1);
    }
}
