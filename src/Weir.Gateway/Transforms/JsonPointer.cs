using System.Collections.Immutable;
using System.Text;

namespace Weir.Gateway.Transforms;

/// <summary>A JSON pointer (RFC 6901), read: names without their escapes, as UTF-8. Immutable.</summary>
internal sealed class JsonPointer
{
    /// <summary>The most names that a pointer may have.</summary>
    public const int MostTokens = 16;

    /// <summary>The longest name in bytes.</summary>
    public const int LongestToken = 128;

    private JsonPointer(ImmutableArray<ReadOnlyMemory<byte>> tokens) => Tokens = tokens;

    /// <summary>The names from the outside in; empty for the whole document.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Tokens { get; }

    /// <summary>The outermost name.</summary>
    public string First => Text(Tokens[0].Span);

    /// <summary>The pointer; null for a text that is none, or that goes beyond the bounds.</summary>
    public static JsonPointer? Parse(string text)
    {
        if (text.Length == 0)
        {
            return new JsonPointer([]);
        }

        var names = text.Split('/');
        if (names[0].Length > 0 || names.Length > MostTokens + 1)
        {
            return null;
        }

        var tokens = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(names.Length - 1);
        foreach (var name in names.AsSpan(1))
        {
            if (
                Unescaped(name) is not { } plain
                || Encoding.UTF8.GetBytes(plain) is not { Length: <= LongestToken } bytes
            )
            {
                return null;
            }

            tokens.Add(bytes);
        }

        return new JsonPointer(tokens.MoveToImmutable());
    }

    /// <summary>A name as a text.</summary>
    public static string Text(ReadOnlySpan<byte> token) => Encoding.UTF8.GetString(token);

    /// <summary>The element that a name means in an array; -1 where it means none (<c>-</c>, <c>01</c>).</summary>
    public static int IndexOf(ReadOnlySpan<byte> token)
    {
        if (token.Length is 0 or > 9 || (token[0] == (byte)'0' && token.Length > 1))
        {
            return -1;
        }

        var index = 0;
        foreach (var digit in token)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            index = (index * 10) + (digit - '0');
        }

        return index;
    }

    /// <summary>Whether a name means the place behind an array's last element.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> token) => token is [(byte)'-'];

    /// <summary>
    /// A name as protobuf's JSON spells it too: <c>max_output_tokens</c> for <c>maxOutputTokens</c> and the other way round; empty where
    /// it has one spelling alone.
    /// </summary>
    public static byte[] OtherSpelling(ReadOnlySpan<byte> token)
    {
        var isSnake = token.Contains((byte)'_');
        if (!isSnake && !token.ContainsAnyInRange((byte)'A', (byte)'Z'))
        {
            return [];
        }

        var other = new List<byte>(token.Length + 8);
        for (var i = 0; i < token.Length; i++)
        {
            if (isSnake && token[i] == (byte)'_' && i + 1 < token.Length && char.IsAsciiLetterLower((char)token[i + 1]))
            {
                other.Add((byte)(token[++i] - 32));
            }
            else if (!isSnake && char.IsAsciiLetterUpper((char)token[i]))
            {
                other.Add((byte)'_');
                other.Add((byte)(token[i] + 32));
            }
            else
            {
                other.Add(token[i]);
            }
        }

        return [.. other];
    }

    // ~1 first: ~01 is a tilde and a one (RFC 6901, 4).
    private static string? Unescaped(string name)
    {
        for (var at = name.IndexOf('~'); at >= 0; at = name.IndexOf('~', at + 1))
        {
            if (at + 1 == name.Length || name[at + 1] is not ('0' or '1'))
            {
                return null;
            }
        }

        return name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }
}
