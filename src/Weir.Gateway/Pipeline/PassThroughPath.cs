using Weir.Foundation;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Refuses paths that a provider, or a proxy before it, could read as another than the one that was checked: dot
/// segments, backslashes and empty segments, also when encoded, once or more.
/// </summary>
internal static class PassThroughPath
{
    /// <summary>Whether the raw path means what it says.</summary>
    public static bool IsPlain(ReadOnlySpan<char> path)
    {
        var from = 0;
        for (var i = 0; i <= path.Length; i++)
        {
            if (i < path.Length && path[i] != '/')
            {
                if (path[i] is '\\' or '#' or <= ' ' or >= '\x7f' || (path[i] == '%' && !IsPlainEscape(path[i..])))
                {
                    return false;
                }

                continue;
            }

            var segment = path[from..i];
            var isInner = from > 0 && i < path.Length;
            // A ";" begins parameters that some servers cut off before they look at dots.
            var name = segment.IndexOf(';') is >= 0 and var end ? segment[..end] : segment;
            if ((isInner && segment.IsEmpty) || name is "." or "..")
            {
                return false;
            }

            from = i + 1;
        }

        return path.StartsWith("/", StringComparison.Ordinal) && !path.StartsWith("//", StringComparison.Ordinal);
    }

    /// <summary>Whether a rule of the provider lists the method and path.</summary>
    public static bool IsListed(ProviderConfig provider, string method, string path)
    {
        foreach (var rule in provider.PassThrough)
        {
            if (
                (rule.Method == "*" || rule.Method.Equals(method, StringComparison.OrdinalIgnoreCase))
                && new NamePattern(rule.PathPattern).Matches(path)
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An escape that hides none of the characters that this is about, nor a further escape.</summary>
    private static bool IsPlainEscape(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
        {
            return false;
        }

        var value = (Convert.FromHexString(text.Slice(1, 2)))[0];
        return value is not ((byte)'.' or (byte)'/' or (byte)'\\' or (byte)'%' or < 0x20 or 0x7f);
    }
}
