using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>
/// Claude Code's session in <c>metadata.user_id</c>: newer programs send a JSON object as text, with a
/// <c>session_id</c>; older ones <c>user_…_account_…_session_…</c>.
/// </summary>
internal static class ClaudeCodeSession
{
    private const int Longest = 128;

    /// <summary>The session that the JSON string names; null when it names none.</summary>
    public static string? Find(scoped ReadOnlySpan<byte> raw, bool escaped)
    {
        Span<byte> plain = stackalloc byte[1024];
        if (escaped)
        {
            var length = JsonText.Unescape(raw, plain);
            if (length < 0)
            {
                return null;
            }

            raw = plain[..length];
        }

        if (raw.StartsWith("user_"u8))
        {
            var at = raw.LastIndexOf("_session_"u8);
            return at < 0 ? null : Accept(raw[(at + "_session_"u8.Length)..]);
        }

        var inner = new JsonCursor(raw);
        if (!inner.EnterObject())
        {
            return null;
        }

        string? session = null;
        while (inner.NextProperty(out var name, out var nameEscaped))
        {
            if (JsonText.Is(name, nameEscaped, "session_id"u8) && inner.Peek() == JsonKind.String)
            {
                session = inner.ReadString(out var id, out var idEscaped) && !idEscaped ? Accept(id) : null;
            }
            else
            {
                inner.Skip();
            }
        }

        return inner.AtEnd() ? session : null;
    }

    private static string? Accept(ReadOnlySpan<byte> id)
    {
        if (id.Length > Longest)
        {
            return null;
        }

        foreach (var b in id)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'_' or (byte)'.' or (byte)':'))
            {
                return null;
            }
        }

        return NameCache.Shared.Get(id);
    }
}
