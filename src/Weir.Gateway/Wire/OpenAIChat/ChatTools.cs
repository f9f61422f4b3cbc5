using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIChat;

/// <summary>Tools and the choice of them as Chat has them. Pure.</summary>
internal static class ChatTools
{
    /// <summary>Reads one of <c>tools</c>, or of the older <c>functions</c>.</summary>
    /// <param name="conversation">Where it goes.</param>
    /// <param name="function">The function; undefined for a tool that is none.</param>
    /// <param name="tool">What the function stands in; undefined for an older one.</param>
    public static void Read(Conversation conversation, JsonValue function, JsonValue tool)
    {
        if (tool.Get("custom"u8) is { ValueKind: JsonValueKind.Object } custom)
        {
            conversation.Has(Feature.FreeFormTool);
            var grammar = custom.Get("format"u8).Get("grammar"u8);
            conversation.Tools.Add(
                new Tool(custom.Text("name"u8), custom.Text("description"u8), default, null, IsFreeForm: true, grammar)
            );
            return;
        }

        if (function.ValueKind != JsonValueKind.Object)
        {
            conversation.Has(Feature.HostedTool);
            return;
        }

        var fields = function.Fields();
        var strict = fields.Flag("strict"u8);
        if (strict == true)
        {
            conversation.Has(Feature.StrictTool);
        }

        conversation.Tools.Add(
            new Tool(fields.Text("name"u8), fields.Text("description"u8), fields.Get("parameters"u8), strict)
        );
    }

    /// <summary>Reads <c>tool_choice</c>, of Responses too, or the older <c>function_call</c>.</summary>
    public static void ReadChoice(Conversation conversation, JsonValue choice)
    {
        if (choice.ValueKind == JsonValueKind.String)
        {
            conversation.Choice =
                choice.IsText("auto"u8) ? ToolChoice.Auto
                : choice.IsText("none"u8) ? ToolChoice.None
                : choice.IsText("required"u8) ? ToolChoice.Any
                : ToolChoice.Unset;
            return;
        }

        var name = choice.Text("name"u8);
        name = name.IsEmpty ? choice.Get("function"u8).Text("name"u8) : name;
        name = name.IsEmpty ? choice.Get("custom"u8).Text("name"u8) : name;
        if (!name.IsEmpty)
        {
            conversation.Choice = ToolChoice.Named;
            conversation.ChosenTool = name;
        }
        else if (choice.Is("type"u8, "allowed_tools"u8))
        {
            // Chat nests what Responses has beside the type.
            var allowed = choice.Get("allowed_tools"u8);
            conversation.Choice = (allowed.Exists() ? allowed : choice).Is("mode"u8, "required"u8)
                ? ToolChoice.Any
                : ToolChoice.Auto;
        }
        else
        {
            conversation.Has(Feature.HostedTool);
        }
    }
}
