using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Wire;

namespace Weir.Gateway.Translation;

/// <summary>
/// A text as it stands inside a JSON string, escapes and all: it goes from one dialect into another without being decoded
/// or copied, so that equal texts stay equal bytes. The default value is the empty text. Immutable.
/// </summary>
internal readonly struct RawText
{
    // With its quotes where it was read, so that a value need not be cut to become one.
    private readonly JsonValue quoted;
    private readonly byte[]? own;

    private RawText(JsonValue quoted)
    {
        this.quoted = quoted;
    }

    private RawText(byte[] own)
    {
        this.own = own;
    }

    /// <summary>The bytes between the quotes.</summary>
    public ReadOnlySpan<byte> Span =>
        own is not null ? own
        : quoted.Exists() ? quoted.Raw[1..^1]
        : default;

    /// <summary>Whether it has no characters.</summary>
    public bool IsEmpty => Span.IsEmpty;

    /// <summary>The text of a JSON string; empty for any other value.</summary>
    public static RawText Of(JsonValue value) => value.ValueKind == JsonValueKind.String ? new RawText(value) : default;

    /// <summary>Bytes that are valid inside a JSON string; they are copied.</summary>
    public static RawText OfEscaped(ReadOnlySpan<byte> escaped) => new(escaped.ToArray());

    /// <summary>A text that is escaped here.</summary>
    public static RawText OfPlain(string text) => OfPlain(Encoding.UTF8.GetBytes(text));

    /// <summary>UTF-8 that is escaped here; a byte that is none becomes U+FFFD.</summary>
    public static RawText OfPlain(ReadOnlySpan<byte> utf8) =>
        new(
            JsonEncodedText
                .Encode(
                    System.Text.Unicode.Utf8.IsValid(utf8)
                        ? utf8
                        : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8)),
                    JavaScriptEncoder.UnsafeRelaxedJsonEscaping
                )
                .EncodedUtf8Bytes.ToArray()
        );

    /// <summary>Whether it is this ASCII text.</summary>
    public bool Is(ReadOnlySpan<byte> ascii)
    {
        var span = Span;
        return span.SequenceEqual(ascii) || (span.Contains((byte)'\\') && JsonText.Is(span, true, ascii));
    }

    /// <summary>Whether it begins with this ASCII text, written without escapes.</summary>
    public bool StartsWith(ReadOnlySpan<byte> ascii) => Span.StartsWith(ascii);

    /// <summary>The text decoded to UTF-8; empty when no decoder takes it (a lone surrogate).</summary>
    public byte[] Decode()
    {
        var raw = Span;
        if (!raw.Contains((byte)'\\'))
        {
            return raw.ToArray();
        }

        var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            var length = JsonText.Unescape(raw, rented);
            return length >= 0 ? rented[..length] : [];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The text decoded; empty when no decoder takes it.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Decode());
}
