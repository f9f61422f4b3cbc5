using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Weir.Foundation;

namespace Weir.Gateway.Translation;

/// <summary>
/// Names of tools as a target takes them. A name that is longer than its dialect allows, or has other characters, goes out
/// shortened with a hash of the whole, and what is called by that name is called by its own again on the way back. The same name
/// always becomes the same. Pure.
/// </summary>
/// <remarks>
/// Sources: platform.claude.com/docs "Define tools" (128); platform.openai.com/docs/api-reference (64);
/// docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html (64);
/// ai.google.dev/api/caching#FunctionDeclaration (letters, digits, <c>_ . : -</c>, a letter or an underscore first; 64 is what all of
/// its versions take).
/// </remarks>
internal static class ToolNames
{
    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";
    private const int LongestHash = 9;

    private static readonly SearchValues<byte> Plain = SearchValues.Create(Encoding.ASCII.GetBytes(Letters));

    private static readonly SearchValues<byte> PlainToGemini = SearchValues.Create(
        Encoding.ASCII.GetBytes(Letters + ".:")
    );

    /// <summary>The name as it stands in a request of that dialect, escaped.</summary>
    public static ReadOnlySpan<byte> For(Dialect dialect, RawText name) => For(dialect, name.Span);

    /// <summary>The name as it stands in a request of that dialect, escaped.</summary>
    /// <param name="dialect">The target's.</param>
    /// <param name="name">Escaped, as the caller wrote it.</param>
    public static ReadOnlySpan<byte> For(Dialect dialect, ReadOnlySpan<byte> name)
    {
        var longest = dialect == Dialect.AnthropicMessages ? 128 : 64;
        if (name.Length == 0 || (name.Length <= longest && IsPlain(dialect, name)))
        {
            return name;
        }

        // The end tells it from its neighbours: two that differ in odd characters alone must stay two.
        var kept = Math.Min(name.Length, longest - LongestHash - 1);
        var made = new byte[kept + LongestHash];
        for (var i = 0; i < kept; i++)
        {
            made[i] = Plain.Contains(name[i]) ? name[i] : (byte)'_';
        }

        if (!IsLetter(made[0]))
        {
            made[0] = (byte)'_';
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        made[kept] = (byte)'_';
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash[..4]), made.AsSpan(kept + 1));
        return made;
    }

    /// <summary>The name by which the caller knows what an upstream of that dialect calls so.</summary>
    public static ReadOnlySpan<byte> ForCaller(Conversation conversation, Dialect upstream, ReadOnlySpan<byte> name)
    {
        foreach (var tool in conversation.Tools)
        {
            if (tool.Name.Span.SequenceEqual(name))
            {
                return name;
            }
        }

        foreach (var tool in conversation.Tools)
        {
            if (For(upstream, tool.Name).SequenceEqual(name))
            {
                return tool.Name.Span;
            }
        }

        return name;
    }

    private static bool IsPlain(Dialect dialect, ReadOnlySpan<byte> name) =>
        dialect == Dialect.Gemini
            ? IsLetter(name[0]) && !name.ContainsAnyExcept(PlainToGemini)
            : !name.ContainsAnyExcept(Plain);

    private static bool IsLetter(byte c) => char.IsAsciiLetter((char)c) || c == (byte)'_';
}
