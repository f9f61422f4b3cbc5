namespace Weir.Identity.SignOn;

/// <summary>Base 32 (RFC 4648), upper case, without padding: what authenticator programs take.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The text of some bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[((bytes.Length * 8) + 4) / 5];
        var (bits, held, next) = (0, 0, 0);
        foreach (var b in bytes)
        {
            bits = (bits << 8) | b;
            for (held += 8; held >= 5; held -= 5)
            {
                text[next++] = Alphabet[(bits >> (held - 5)) & 31];
            }
        }

        if (held > 0)
        {
            text[next] = Alphabet[(bits << (5 - held)) & 31];
        }

        return new string(text);
    }
}
