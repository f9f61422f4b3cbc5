using System.Buffers.Text;
using System.Text;

namespace Weir.Gateway.Translation;

/// <summary>Of what kind a proof of thinking is.</summary>
internal enum ProofKind : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>Anthropic's signature of a thinking block.</summary>
    Signature,

    /// <summary>Anthropic's redacted thinking.</summary>
    Redacted,

    /// <summary>OpenAI's encrypted reasoning.</summary>
    Encrypted,

    /// <summary>Gemini's thought signature.</summary>
    Thought,

    /// <summary>The text itself is what its maker wants back (DeepSeek's and others' <c>reasoning_content</c>).</summary>
    Text,
}

/// <summary>
/// What the provider that made a piece of thinking wants to have back with it. In an answer of another dialect it travels
/// as an opaque text (<see cref="Seal"/>), which the caller sends back with the next request, and by which it finds its way
/// to the provider that made it and to no other. Immutable.
/// </summary>
/// <param name="Kind">Of what kind.</param>
/// <param name="Token">The proof itself.</param>
/// <param name="Provider">Who made it, by its configured name; null when it came in its own dialect, unsealed.</param>
/// <param name="Extra">What belongs to it: the id of a reasoning item, the words that a signature signs.</param>
internal readonly record struct ThinkingProof(ProofKind Kind, RawText Token, string? Provider, RawText Extra = default)
{
    /// <summary>How every sealed proof begins.</summary>
    public const string Mark = "weir1.";

    private const string Letters = "-srect";

    private static ReadOnlySpan<byte> MarkBytes => "weir1."u8;

    /// <summary>Whether it may go to this provider: it made it.</summary>
    public bool IsFrom(string provider) => Kind != ProofKind.None && Provider == provider;

    /// <summary>
    /// The opaque text: <c>weir1.</c>, the kind's letter, and between dots the provider's name and what belongs to the proof,
    /// both base64url of UTF-8, and last the token as it stands. Escaped as a JSON string's inside is.
    /// </summary>
    public static byte[] Seal(
        ProofKind kind,
        string provider,
        ReadOnlySpan<byte> escapedToken,
        ReadOnlySpan<byte> extra
    )
    {
        var name = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(provider));
        var more = Base64Url.EncodeToString(extra);
        return [.. Encoding.ASCII.GetBytes($"{Mark}{Letters[(int)kind]}.{name}.{more}."), .. escapedToken];
    }

    /// <summary>Opens a sealed proof; false for any other text.</summary>
    public static bool TryOpen(RawText text, out ThinkingProof proof)
    {
        proof = default;
        var rest = text.Span;
        if (!rest.StartsWith(MarkBytes))
        {
            return false;
        }

        rest = rest[MarkBytes.Length..];
        if (rest.Length < 4 || rest[1] != (byte)'.')
        {
            return false;
        }

        var kind = Letters.IndexOf((char)rest[0], StringComparison.Ordinal);
        rest = rest[2..];
        var first = rest.IndexOf((byte)'.');
        var second = first < 0 ? -1 : rest[(first + 1)..].IndexOf((byte)'.');
        if (kind <= 0 || second < 0)
        {
            return false;
        }

        var name = rest[..first];
        var extra = rest.Slice(first + 1, second);
        if (!Base64Url.IsValid(name) || !Base64Url.IsValid(extra))
        {
            return false;
        }

        proof = new ThinkingProof(
            (ProofKind)kind,
            RawText.OfEscaped(rest[(first + second + 2)..]),
            Encoding.UTF8.GetString(Base64Url.DecodeFromUtf8(name)),
            RawText.OfPlain(Base64Url.DecodeFromUtf8(extra))
        );
        return true;
    }
}
