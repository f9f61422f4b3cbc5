using System.Text;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>
/// Tools that Anthropic defines and the caller carries out: a request names their type alone, for Claude knows the rest. Elsewhere
/// they are functions of the schemas that are written here; their calls look like any other's. Pure.
/// </summary>
/// <remarks>
/// Sources: platform.claude.com/docs/en/agents-and-tools/tool-use/bash-tool, .../text-editor-tool, .../memory-tool. A type ends in
/// its version's day.
/// </remarks>
internal static class AnthropicOwnTools
{
    private const string Path =
        "\"path\":{\"type\":\"string\",\"description\":\"Absolute path of a file or directory.\"}";

    private static readonly Known Bash = new(
        "bash_",
        "Runs a command in a persistent bash session and returns its output.",
        """{"type":"object","properties":{"command":{"type":"string","description":"The command; needed unless the session is restarted."},"restart":{"type":"boolean","description":"Starts the session anew."}}}"""
    );

    private static readonly Known Editor = new(
        "text_editor_",
        "Views, creates and edits text files.",
        $$$"""{"type":"object","properties":{"command":{"type":"string","enum":["view","create","str_replace","insert","undo_edit"]},{{{Path}}},"file_text":{"type":"string","description":"Of create: the whole file."},"view_range":{"type":"array","items":{"type":"integer"},"description":"Of view: first and last line, from 1; -1 for the end."},"old_str":{"type":"string","description":"Of str_replace: what stands there, exactly and once."},"new_str":{"type":"string","description":"Of str_replace: what shall stand there."},"insert_line":{"type":"integer","description":"Of insert: the line after which; 0 for the beginning."},"insert_text":{"type":"string","description":"Of insert: what to insert."}},"required":["command","path"]}"""
    );

    private static readonly Known Memory = new(
        "memory_",
        "Keeps notes in files below /memories, which outlast the conversation: look there first, and write down what is worth keeping.",
        $$$"""{"type":"object","properties":{"command":{"type":"string","enum":["view","create","str_replace","insert","delete","rename"]},{{{Path}}},"view_range":{"type":"array","items":{"type":"integer"}},"file_text":{"type":"string"},"old_str":{"type":"string"},"new_str":{"type":"string"},"insert_line":{"type":"integer"},"insert_text":{"type":"string"},"old_path":{"type":"string"},"new_path":{"type":"string"}},"required":["command"]}"""
    );

    /// <summary>The function that stands for a tool of this type; null where there is none, as for those that Anthropic itself runs.</summary>
    /// <param name="type">The type, with its version.</param>
    /// <param name="name">The name by which the caller knows it.</param>
    public static Tool? Find(RawText type, RawText name)
    {
        foreach (var known in (ReadOnlySpan<Known>)[Bash, Editor, Memory])
        {
            if (type.StartsWith(known.Type.Span))
            {
                return new Tool(name, known.Description, known.Schema);
            }
        }

        return null;
    }

    private sealed class Known(string type, string description, string schema)
    {
        public ReadOnlyMemory<byte> Type { get; } = Encoding.ASCII.GetBytes(type);

        public RawText Description { get; } = RawText.OfPlain(description);

        public JsonValue Schema { get; } = JsonValue.Parse(Encoding.UTF8.GetBytes(schema));
    }
}
