using System.Security.Cryptography;

namespace Weir.Gateway.Translation;

/// <summary>Ids of tool calls as a target takes them. The same id always becomes the same, so that result and call still meet. Pure.</summary>
internal static class ToolIds
{
    /// <summary>OpenAI refuses ids of calls that are longer.</summary>
    private const int LongestInChat = 40;

    private const int LongestInResponses = 64;

    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>The id as it stands in a request to this target, escaped.</summary>
    public static ReadOnlySpan<byte> For(TargetTraits target, RawText id) =>
        target.TakesShortToolIds ? Short(id.Span)
        : target.Dialect is Weir.Foundation.Dialect.AnthropicMessages or Weir.Foundation.Dialect.BedrockConverse
            ? Plain(id.Span)
        : target.Dialect == Weir.Foundation.Dialect.OpenAIChat ? Bounded(id.Span, LongestInChat)
        : target.Dialect == Weir.Foundation.Dialect.OpenAIResponses ? Bounded(id.Span, LongestInResponses)
        : id.Span;

    /// <summary>Nine letters and digits, as Mistral has them; one that is so already stays.</summary>
    private static ReadOnlySpan<byte> Short(ReadOnlySpan<byte> id)
    {
        if (id.Length == 9 && !id.ContainsAnyExcept(Alphanumeric))
        {
            return id;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id, hash);
        var made = new byte[9];
        for (var i = 0; i < made.Length; i++)
        {
            made[i] = (byte)Letters[hash[i] % Letters.Length];
        }

        return made;
    }

    /// <summary>Letters, digits, underscores and hyphens, up to 64, as Anthropic has them; one that is so already stays.</summary>
    private static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> id)
    {
        if (id.Length is > 0 and <= 64 && !id.ContainsAnyExcept(AnthropicBytes))
        {
            return id;
        }

        return Hashed(id);
    }

    private static ReadOnlySpan<byte> Bounded(ReadOnlySpan<byte> id, int longest) =>
        id.Length <= longest ? id : Hashed(id);

    /// <summary>Two ids that differ in odd characters alone, or in their ends, must stay two.</summary>
    private static byte[] Hashed(ReadOnlySpan<byte> id) =>
        System.Text.Encoding.ASCII.GetBytes($"call_{Convert.ToHexStringLower(SHA256.HashData(id))[..24]}");

    private static readonly System.Buffers.SearchValues<byte> Alphanumeric = System.Buffers.SearchValues.Create(
        System.Text.Encoding.ASCII.GetBytes(Letters)
    );

    private static readonly System.Buffers.SearchValues<byte> AnthropicBytes = System.Buffers.SearchValues.Create(
        System.Text.Encoding.ASCII.GetBytes(Letters + "_-")
    );
}
