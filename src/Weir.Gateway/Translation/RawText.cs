using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Wire;

namespace Weir.Gateway.Translation;

/// <summary>
/// A text as it stands inside a JSON string, escapes and all: it goes from one dialect into another without being decoded
/// or copied, so that equal texts stay equal bytes. The default value is the empty text. Valid as long as the document that
/// it was read from is not disposed of. Immutable.
/// </summary>
internal readonly struct RawText
{
    private readonly JsonElement element;
    private readonly byte[]? own;

    private RawText(JsonElement element, byte[]? own)
    {
        this.element = element;
        this.own = own;
    }

    /// <summary>The bytes between the quotes.</summary>
    public ReadOnlySpan<byte> Span =>
        own is not null ? own
        : element.ValueKind == JsonValueKind.String ? JsonMarshal.GetRawUtf8Value(element)[1..^1]
        : default;

    /// <summary>Whether it has no characters.</summary>
    public bool IsEmpty => Span.IsEmpty;

    /// <summary>The text of a JSON string; empty for any other value.</summary>
    public static RawText Of(JsonElement element) => new(element, null);

    /// <summary>Bytes that are valid inside a JSON string.</summary>
    public static RawText OfEscaped(ReadOnlySpan<byte> escaped) => new(default, escaped.ToArray());

    /// <summary>A text that is escaped here.</summary>
    public static RawText OfPlain(string text) =>
        new(
            default,
            JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray()
        );

    /// <summary>UTF-8 that is escaped here.</summary>
    public static RawText OfPlain(ReadOnlySpan<byte> utf8) =>
        new(
            default,
            JsonEncodedText.Encode(utf8, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray()
        );

    /// <summary>Whether it is this ASCII text.</summary>
    public bool Is(ReadOnlySpan<byte> ascii)
    {
        var span = Span;
        return span.SequenceEqual(ascii) || (span.Contains((byte)'\\') && JsonText.Is(span, true, ascii));
    }

    /// <summary>Whether it begins with this ASCII text, written without escapes.</summary>
    public bool StartsWith(ReadOnlySpan<byte> ascii) => Span.StartsWith(ascii);

    /// <summary>The text decoded to UTF-8; a lone surrogate becomes U+FFFD.</summary>
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
            return length >= 0 ? rented[..length] : Encoding.UTF8.GetBytes(ToString());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The text decoded; a lone surrogate stays one.</summary>
    public override string ToString()
    {
        if (own is null)
        {
            return element.ValueKind == JsonValueKind.String ? TextOf(element) : "";
        }

        return JsonText.ToText(own, own.AsSpan().Contains((byte)'\\'), int.MaxValue / 6) ?? "";
    }

    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // A string that no decoder takes: a lone surrogate, or bytes that are no UTF-8.
            return "";
        }
    }
}
