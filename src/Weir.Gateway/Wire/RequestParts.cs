using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>Where the parts of a body stand that are looked into by some requests alone; empty where there is none.</summary>
internal record struct RequestParts
{
    /// <summary>The value of <c>messages</c>, <c>input</c> or <c>contents</c>.</summary>
    public Range Conversation { get; private set; }

    /// <summary>The value of <c>tools</c>.</summary>
    public Range Tools { get; private set; }

    /// <summary>The instructions.</summary>
    public Range System { get; private set; }

    /// <summary>Anthropic's <c>output_config</c>.</summary>
    public Range OutputConfig { get; private set; }

    /// <summary>OpenAI's <c>web_search_options</c>.</summary>
    public Range SearchOptions { get; private set; }

    /// <summary>Notes a member of the body; the last of one name counts.</summary>
    /// <param name="name">Its name as it stands in the JSON.</param>
    /// <param name="escaped">Whether the name has escapes.</param>
    /// <param name="at">Where its value stands.</param>
    public void Note(ReadOnlySpan<byte> name, bool escaped, Range at)
    {
        // The first letter decides, so that the many other members cost nothing.
        switch (
            escaped ? (byte)'\\'
            : name.IsEmpty ? 0
            : name[0]
        )
        {
            case (byte)'m' or (byte)'i' or (byte)'c' or (byte)'t' or (byte)'s' or (byte)'o' or (byte)'w' or (byte)'\\':
                break;
            default:
                return;
        }

        if (
            JsonText.Is(name, escaped, "messages"u8)
            || JsonText.Is(name, escaped, "input"u8)
            || JsonText.Is(name, escaped, "contents"u8)
        )
        {
            Conversation = at;
        }
        else if (JsonText.Is(name, escaped, "tools"u8))
        {
            Tools = at;
        }
        else if (
            JsonText.Is(name, escaped, "system"u8)
            || JsonText.Is(name, escaped, "instructions"u8)
            || JsonText.Is(name, escaped, "systemInstruction"u8)
            || JsonText.Is(name, escaped, "system_instruction"u8)
        )
        {
            System = at;
        }
        else if (JsonText.Is(name, escaped, "output_config"u8))
        {
            OutputConfig = at;
        }
        else if (JsonText.Is(name, escaped, "web_search_options"u8))
        {
            SearchOptions = at;
        }
    }
}
