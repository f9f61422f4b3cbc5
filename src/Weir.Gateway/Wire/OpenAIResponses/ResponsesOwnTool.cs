using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// A tool that OpenAI defines and the caller carries out: elsewhere it is a function of the schema that is written here, and what
/// is called goes back to its caller as OpenAI's models would have called it. Immutable.
/// </summary>
/// <remarks>
/// Sources: platform.openai.com/docs/guides/tools-local-shell, .../tools-shell, .../tools-apply-patch, .../tools-tool-search, and the
/// types of the npm package <c>openai</c> (<c>resources/responses/responses.d.ts</c>).
/// </remarks>
internal sealed class ResponsesOwnTool
{
    private ResponsesOwnTool(string type, string prefix, string member, string description, string schema, string bare)
    {
        Type = Encoding.ASCII.GetBytes(type);
        CallType = Encoding.ASCII.GetBytes(type + "_call");
        Prefix = prefix;
        Member = Encoding.ASCII.GetBytes(member);
        Name = RawText.OfPlain(type);
        Description = RawText.OfPlain(description);
        Schema = JsonValue.Parse(Encoding.UTF8.GetBytes(schema));
        Bare = JsonValue.Parse(Encoding.UTF8.GetBytes(bare));
    }

    /// <summary>A search for further tools; its description and its schema are the caller's.</summary>
    public static ResponsesOwnTool Search { get; } = new("tool_search", "tsc", "arguments", "", "{}", "{}");

    /// <summary>One command, as a list of its words.</summary>
    public static ResponsesOwnTool LocalShell { get; } =
        new(
            "local_shell",
            "lsh",
            "action",
            "Runs a command on the user's machine and returns its output.",
            """{"type":"object","properties":{"command":{"type":"array","items":{"type":"string"},"description":"The program and its arguments."},"working_directory":{"type":"string"},"timeout_ms":{"type":"integer"},"env":{"type":"object","description":"Environment variables, by name."}},"required":["command"]}""",
            """{"type":"exec","command":[],"env":{}}"""
        );

    /// <summary>Several commands, each a line.</summary>
    public static ResponsesOwnTool Shell { get; } =
        new(
            "shell",
            "sh",
            "action",
            "Runs shell commands on the user's machine and returns the output of each.",
            """{"type":"object","properties":{"commands":{"type":"array","items":{"type":"string"},"description":"Command lines; they may run at the same time."},"timeout_ms":{"type":"integer"},"max_output_length":{"type":"integer"}},"required":["commands"]}""",
            """{"commands":[],"timeout_ms":null,"max_output_length":null}"""
        );

    /// <summary>A change of one file.</summary>
    public static ResponsesOwnTool ApplyPatch { get; } =
        new(
            "apply_patch",
            "apc",
            "operation",
            "Creates, updates or deletes one file of the user's.",
            """{"type":"object","properties":{"type":{"type":"string","enum":["create_file","update_file","delete_file"]},"path":{"type":"string"},"diff":{"type":"string","description":"For create_file every line of the file with a + before it. For update_file hunks: a line of @@ with what stands above it, then lines with a blank (unchanged), - (removed) or + (added) before them. Not for delete_file."}},"required":["type","path"]}""",
            """{"type":"update_file","path":"","diff":""}"""
        );

    private static readonly ImmutableArray<ResponsesOwnTool> Run = [LocalShell, Shell, ApplyPatch];

    /// <summary>What its declaration is called.</summary>
    public ReadOnlyMemory<byte> Type { get; }

    /// <summary>What an item is called that calls it; what comes back has <c>_output</c> behind that, but for a search's.</summary>
    public ReadOnlyMemory<byte> CallType { get; }

    /// <summary>How ids of such items begin.</summary>
    public string Prefix { get; }

    /// <summary>The member of the item that says what is to be done.</summary>
    public ReadOnlyMemory<byte> Member { get; }

    /// <summary>The name of the function.</summary>
    public RawText Name { get; }

    /// <summary>What the function does.</summary>
    public RawText Description { get; }

    /// <summary>The schema of its input.</summary>
    public JsonValue Schema { get; }

    /// <summary>What an item must have at least, for what a model left out; carried out, it does no harm.</summary>
    public JsonValue Bare { get; }

    /// <summary>The tool that a declaration, or a choice, names by its type; null when it is none that a caller runs.</summary>
    public static ResponsesOwnTool? Of(RawText type)
    {
        foreach (var tool in Run)
        {
            if (type.Is(tool.Type.Span))
            {
                return tool;
            }
        }

        return null;
    }

    /// <summary>The one that a tool of a conversation is; null for a function.</summary>
    public static ResponsesOwnTool? Of(Tool? tool) =>
        tool is null or { OwnType.IsEmpty: true } ? null
        : tool.OwnType.Is(Search.Type.Span) ? Search
        : Of(tool.OwnType);

    /// <summary>The tool that an item calls, or whose result it is; null for any other item.</summary>
    public static ResponsesOwnTool? OfItem(RawText type, out bool isResult)
    {
        isResult = type.Span.EndsWith("_output"u8);
        var call = isResult ? type.Span[..^"_output"u8.Length] : type.Span;
        foreach (var tool in Run)
        {
            if (call.SequenceEqual(tool.CallType.Span))
            {
                return tool;
            }
        }

        return null;
    }

    /// <summary>Writes what is to be done, of a call's arguments as they have come so far (escaped).</summary>
    public void WriteAction(ReadOnlySpan<byte> arguments, JsonOut to)
    {
        var given = JsonValue.Parse(RawJson.OfArguments(RawText.OfEscaped(arguments)).Memory);
        to.Object(Member.Span);
        foreach (var member in Bare.Members())
        {
            if (!given.Get(member.Name).Exists())
            {
                to.Raw(member.Name, member.Value.Raw);
            }
        }

        foreach (var member in given.Members())
        {
            // Instead of a null stands what an item has at least.
            if (member.Value.ValueKind != JsonValueKind.Null || !Has(Bare, member.Name))
            {
                to.RawLine(member.Name, member.Value.Raw);
            }
        }

        to.EndObject();
    }

    private static bool Has(JsonValue value, ReadOnlySpan<byte> name)
    {
        foreach (var member in value.Members())
        {
            if (member.Name.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
