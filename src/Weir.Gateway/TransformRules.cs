using System.Buffers;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Transforms;

namespace Weir.Gateway;

/// <summary>What a <see cref="TransformConfig"/> may touch. Each answer is why not, for a person; null: it may. Pure.</summary>
public static class TransformRules
{
    /// <summary>The longest text that is added to instructions, in UTF-16 units.</summary>
    public const int LongestText = 64 * 1024;

    /// <summary>The most transforms that one list may hold.</summary>
    public const int Most = 64;

    private const int LongestHeader = 8192;
    private const int LongestName = 128;

    private static readonly SearchValues<char> TokenLetters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    /// <summary>Whether a place in the body may be changed.</summary>
    /// <param name="pointer">A JSON pointer (RFC 6901): <c>/generationConfig/temperature</c>.</param>
    public static string? WhyNotField(string pointer)
    {
        if (pointer.Length > 0 && pointer[0] != '/')
        {
            return "is no JSON pointer: one begins with a slash, as /max_tokens";
        }

        if (JsonPointer.Parse(pointer) is not { } parsed)
        {
            return $"is no JSON pointer of at most {JsonPointer.MostTokens} names of {JsonPointer.LongestToken} bytes; after a ~ stands 0 or 1";
        }

        return parsed.Tokens.IsEmpty ? "is the whole body, which no transform replaces" : WhyNotRoot(parsed.First);
    }

    /// <summary>Whether what stands at a pointer may get a name.</summary>
    /// <param name="pointer">One that <see cref="WhyNotField"/> lets through.</param>
    /// <param name="name">The new name, in the same object.</param>
    public static string? WhyNotRenamed(string pointer, string name)
    {
        if (JsonPointer.Parse(pointer) is not { Tokens.IsEmpty: false } parsed)
        {
            return null;
        }

        return name.StartsWith('/') ? "is a pointer: write the new name alone, the member stays in its object"
            : System.Text.Encoding.UTF8.GetByteCount(name) > JsonPointer.LongestToken ? "is too long"
            : name == JsonPointer.Text(parsed.Tokens[^1].Span) ? "is the name that it has"
            : parsed.Tokens.Length == 1 ? WhyNotRoot(name)
            : null;
    }

    /// <summary>Whether a header may be changed, or made.</summary>
    public static string? WhyNotHeader(string name) =>
        name.Length is 0 or > LongestName || name.AsSpan().ContainsAnyExcept(TokenLetters)
            ? "is no name of a header"
            : HeaderRules.WhyNotChanged(name);

    /// <summary>Whether a header may have a value.</summary>
    public static string? WhyNotHeaderValue(string value) =>
        value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? "holds more than printable ASCII: line ends would end the header, and other letters have no agreed form in one"
        : value.Length > LongestHeader ? $"is longer than {LongestHeader} letters"
        : value.Length == 0 || value[0] == ' ' || value[^1] == ' ' ? "is empty, or has a space at an end"
        : null;

    // Some decoders take a name in any case.
    private static string? WhyNotRoot(string name) =>
        name.Equals("model", StringComparison.OrdinalIgnoreCase)
            ? "is chosen by routes and their targets: give the target a model"
        : name.Equals("stream", StringComparison.OrdinalIgnoreCase)
            ? "is the caller's own: the answer must have the form that it asked for"
        : name.Equals("stream_options", StringComparison.OrdinalIgnoreCase)
            ? "is Weir's own: by it a stream tells its usage"
        : null;
}
