using System.Security.Cryptography;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire.OpenAIChat;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Tools and the choice of them as Responses has them. Tools may stand in named groups (<c>namespace</c>), which no other
/// dialect knows: there a tool is called by group and name in one, and the call goes back to its caller with both. Not
/// thread-safe.
/// </summary>
internal sealed class ResponsesTools(Conversation conversation)
{
    /// <summary>The longest name of a tool that every dialect takes.</summary>
    private const int LongestName = 64;

    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>Reads <c>tools</c>, or those that an item of the conversation adds.</summary>
    public void Read(JsonValue tools)
    {
        foreach (var tool in tools.Items())
        {
            if (tool.Is("type"u8, "namespace"u8))
            {
                ReadGroup(tool);
            }
            else
            {
                Read(tool, default, default);
            }
        }
    }

    /// <summary>Reads <c>tool_choice</c>.</summary>
    public void ReadChoice(JsonValue choice)
    {
        if (choice.Is("type"u8, "mcp"u8))
        {
            // Names one of a server's tools, which the caller does not run.
            conversation.Has(Feature.HostedTool);
            return;
        }

        if (ResponsesOwnTool.Of(choice.Text("type"u8)) is { } own)
        {
            conversation.Choice = ToolChoice.Named;
            conversation.ChosenTool = own.Name;
            return;
        }

        ChatTools.ReadChoice(conversation, choice);
        if (conversation.Choice == ToolChoice.Named)
        {
            conversation.ChosenTool = NameOf(choice.Text("namespace"u8), conversation.ChosenTool);
        }
    }

    /// <summary>
    /// Leaves those tools alone that <c>tool_choice</c> allows, where it lists some; to be called when all are read. Others
    /// have no such list.
    /// </summary>
    public void Narrow(JsonValue choice)
    {
        if (!choice.Is("type"u8, "allowed_tools"u8))
        {
            return;
        }

        var allowed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tool in choice.Get("tools"u8).Items())
        {
            allowed.Add(NameOf(tool.Text("namespace"u8), tool.Text("name"u8)).ToString());
        }

        conversation.Tools.RemoveAll(tool => !allowed.Contains(tool.Name.ToString()));
    }

    /// <summary>The one name of a tool in a group; its own name when it stands in none.</summary>
    public static RawText NameOf(RawText group, RawText name)
    {
        if (group.IsEmpty)
        {
            return name;
        }

        byte[] both = [.. group.Span, .. "__"u8, .. name.Span];
        if (both.Length > LongestName)
        {
            // Its end tells it from its neighbours, and must not be lost.
            var hash = Convert.ToHexStringLower(SHA256.HashData(both).AsSpan(0, 8));
            both = [.. both.AsSpan(0, LongestName - 17), .. "_"u8, .. System.Text.Encoding.ASCII.GetBytes(hash)];
        }

        return RawText.OfEscaped(both);
    }

    /// <summary>The tool that is called by this name; null when the caller has none such.</summary>
    public static Tool? Find(Conversation conversation, ReadOnlySpan<byte> name)
    {
        foreach (var tool in conversation.Tools)
        {
            if (tool.Name.Span.SequenceEqual(name))
            {
                return tool;
            }
        }

        return null;
    }

    private void ReadGroup(JsonValue group)
    {
        var about = group.Text("description"u8);
        foreach (var tool in group.Get("tools"u8).Items())
        {
            Read(tool, group.Text("name"u8), about);
            // Said once, at the first of them.
            about = default;
        }
    }

    private void Read(JsonValue tool, RawText group, RawText about)
    {
        if (tool.Is("type"u8, "tool_search"u8) && tool.Is("execution"u8, "client"u8))
        {
            AddSearch(tool);
            return;
        }

        if (ResponsesOwnTool.Of(tool.Text("type"u8)) is { } own && IsRunByCaller(tool.Get("environment"u8)))
        {
            AddOwn(own);
            return;
        }

        var isFreeForm = tool.Is("type"u8, "custom"u8);
        if (!isFreeForm && !tool.Is("type"u8, "function"u8))
        {
            conversation.Has(Feature.HostedTool);
            return;
        }

        var name = tool.Text("name"u8);
        var full = NameOf(group, name);
        if (!known.Add(full.ToString()))
        {
            // Added once more later on; two of one name are refused everywhere.
            return;
        }

        var strict = tool.Flag("strict"u8);
        if (isFreeForm || strict == true)
        {
            conversation.Has(isFreeForm ? Feature.FreeFormTool : Feature.StrictTool);
        }

        conversation.Tools.Add(
            new Tool(
                full,
                Join(about, tool.Text("description"u8)),
                tool.Get("parameters"u8),
                isFreeForm ? null : strict,
                isFreeForm,
                tool.Get("format"u8)
            )
            {
                Namespace = group,
                NameInside = group.IsEmpty ? default : name,
            }
        );
    }

    private void AddSearch(JsonValue tool)
    {
        var search = ResponsesOwnTool.Search;
        if (known.Add(search.Name.ToString()))
        {
            conversation.Tools.Add(
                new Tool(search.Name, tool.Text("description"u8), tool.Get("parameters"u8)) { OwnType = search.Name }
            );
        }
    }

    private void AddOwn(ResponsesOwnTool own)
    {
        if (known.Add(own.Name.ToString()))
        {
            conversation.Tools.Add(new Tool(own.Name, own.Description, own.Schema) { OwnType = own.Name });
        }
    }

    /// <summary>A container is a computer of OpenAI's.</summary>
    private static bool IsRunByCaller(JsonValue environment) =>
        !environment.Exists() || environment.Is("type"u8, "local"u8);

    private static RawText Join(RawText first, RawText second) =>
        first.IsEmpty ? second
        : second.IsEmpty ? first
        : RawText.OfEscaped([.. first.Span, .. "\\n\\n"u8, .. second.Span]);
}
