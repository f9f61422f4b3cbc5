using System.Text;
using Weir.Identity.Secrets;

namespace Weir.Identity;

/// <summary>What secrets may look like. Stateless.</summary>
public static class SecretRules
{
    /// <summary>What a name looks like, in words.</summary>
    public const string NameRule = "1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit";

    /// <summary>What a value looks like, in words.</summary>
    public const string ValueRule = "1 byte to 8 KiB of text without control characters";

    /// <summary>Whether a text may name a secret.</summary>
    public static bool IsName(string? text) =>
        text is { Length: >= 1 and <= 64 }
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>Whether a text may be a value.</summary>
    public static bool IsValue(string? text) =>
        text is { Length: >= 1 and <= SecretBox.LongestValue }
        && !text.Any(char.IsControl)
        && !text.Any(char.IsSurrogate)
        && Encoding.UTF8.GetByteCount(text) <= SecretBox.LongestValue;

    /// <summary>
    /// The origin of an address: scheme, host and port in lower case, without the scheme's own port. Null for what is no
    /// http or https address.
    /// </summary>
    public static string? OriginOf(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address is { Host.Length: > 0, UserInfo.Length: 0 }
            ? OriginOf(address)
            : null;

    /// <summary>The origin of an http or https address.</summary>
    public static string OriginOf(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped).ToLowerInvariant();
}
