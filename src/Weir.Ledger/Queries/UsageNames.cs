using System.Text;
using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>The texts of the vocabulary's enumerations, as API, CLI and filters write them: <c>caller_aborted</c>, <c>gateway</c>.</summary>
public static class UsageNames
{
    private static readonly string[] Statuses = Texts<RequestStatus>();
    private static readonly string[] Sources = Texts<UsageSource>();
    private static readonly string[] Billings = Texts<Billing>();
    private static readonly string[] Qualities = Texts<UsageQuality>();

    /// <summary>A status.</summary>
    public static string Of(RequestStatus status) => Name(Statuses, (int)status);

    /// <summary>A source; <c>unknown</c> when not set.</summary>
    public static string Of(UsageSource source) => source == UsageSource.None ? "unknown" : Name(Sources, (int)source);

    /// <summary>Who pays.</summary>
    public static string Of(Billing billing) => Name(Billings, (int)billing);

    /// <summary>How well tokens are known.</summary>
    public static string Of(UsageQuality quality) => Name(Qualities, (int)quality);

    /// <summary>A dialect, as its path is known: <c>anthropic-messages</c>, <c>openai-chat</c> …</summary>
    public static string Of(Dialect dialect) =>
        dialect switch
        {
            Dialect.AnthropicMessages => "anthropic-messages",
            Dialect.OpenAIChat => "openai-chat",
            Dialect.OpenAIResponses => "openai-responses",
            Dialect.OpenAIEmbeddings => "openai-embeddings",
            Dialect.Gemini => "gemini",
            Dialect.PassThrough => "pass-through",
            Dialect.BedrockConverse => "bedrock-converse",
            _ => "unknown",
        };

    /// <summary>Reads a status; false when there is none of that name.</summary>
    public static bool TryParse(string text, out RequestStatus status)
    {
        var index = Array.IndexOf(Statuses, text);
        status = (RequestStatus)Math.Max(0, index);
        return index >= 0;
    }

    /// <summary>Reads a source; false when there is none of that name.</summary>
    public static bool TryParse(string text, out UsageSource source)
    {
        var index = text == "unknown" ? 0 : Array.IndexOf(Sources, text);
        source = (UsageSource)Math.Max(0, index);
        return index >= 0;
    }

    // A file of a newer version may hold numbers that this one has no name for.
    private static string Name(string[] names, int number) => number < names.Length ? names[number] : "unknown";

    private static string[] Texts<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(Snake)];

    private static string Snake(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
