using System.Text.Unicode;
using Weir.Wire;

namespace Weir.Capture.Agents;

/// <summary>What every line of every agent's file has to be before a reader looks at it.</summary>
internal static class AgentLine
{
    /// <summary>No program writes a longer line; a file that is one line is not read as lines.</summary>
    public const int Longest = 256 * 1024 * 1024;

    /// <summary>
    /// Whether the bytes are one JSON object from end to end, as far as its brackets show. When not, says why among what was
    /// skipped; white space alone is nothing.
    /// </summary>
    public static bool IsObject(ReadOnlySpan<byte> line, Catch caught)
    {
        if (line.Length > Longest)
        {
            caught.Skip("too long");
            return false;
        }

        var cursor = new JsonCursor(line);
        var kind = cursor.Peek();
        if (kind == JsonKind.None && cursor.AtEnd())
        {
            return false;
        }

        var fault =
            !Utf8.IsValid(line) ? "not utf-8"
            : cursor.Skip().IsEmpty
                ? cursor.WasTooDeep ? "too deep"
                    : "not json"
            : !cursor.AtEnd() ? "not json"
            : kind != JsonKind.Object ? "not an object"
            : null;
        if (fault is not null)
        {
            caught.Skip(fault);
        }

        return fault is null;
    }
}
