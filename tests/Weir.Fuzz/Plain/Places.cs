using System.Collections.Immutable;
using Weir.Server.Configuration;

namespace Weir.Fuzz.Plain;

/// <summary>Whether faults stand where there is text.</summary>
internal static class Places
{
    /// <summary>The first fault whose line or column lies outside the text, in words; null when all are in it.</summary>
    public static string? Outside(string text, ImmutableArray<ConfigFault> faults)
    {
        var lines = Lines(text);
        foreach (var fault in faults)
        {
            // The place behind the last character, where something is missing, counts as inside.
            if (
                fault.Line < 1
                || fault.Line > lines.Count
                || fault.Column < 1
                || fault.Column > lines[fault.Line - 1] + 1
            )
            {
                return fault.ToText("the text");
            }
        }

        return null;
    }

    /// <summary>The lengths of the lines, breaks not counted, as YAML breaks them.</summary>
    private static List<int> Lines(string text)
    {
        var lines = new List<int>();
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029')
            {
                lines.Add(at - start);
                at += text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 1 : 0;
                start = at + 1;
            }
        }

        lines.Add(text.Length - start);
        return lines;
    }
}
