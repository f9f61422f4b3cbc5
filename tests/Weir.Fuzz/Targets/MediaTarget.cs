using System.Text;
using Weir.Fuzz.Engine;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire.Gemini;

namespace Weir.Fuzz.Targets;

/// <summary>
/// Media inside a text of JSON: addresses that hold base64, base64 of both alphabets, and sealed proofs. What is taken apart is
/// the same again when it is put together.
/// </summary>
internal sealed class MediaTarget : FuzzTarget
{
    public override string Name => "media";

    public override string Group => "translation";

    public override IEnumerable<byte[]> Seeds() =>
        new[]
        {
            "data:image/png;base64,aGk=",
            "data:application/pdf;charset=utf-8;base64,JVBERi0xLjQK",
            "data:image\\/svg+xml;base64,PHN2Zy8+",
            "data:;base64,",
            "data:text/plain,hi",
            "aGk_-w==",
            "a\\u002Fb\\/c+d=",
            "weir1.s.dXA.dA.c2ln",
            "weir1.t...",
            "weir1.e.!!.dA.x",
        }.Select(Encoding.UTF8.GetBytes);

    public override string Run(ReadOnlySpan<byte> input)
    {
        var text = RawText.OfPlain(input);
        var isData = DataUri.TryRead(text, out var type, out var data);
        if (isData)
        {
            using var buffer = new PooledBuffer(64);
            var media = new MediaPart(MediaKind.Image, MediaSource.Base64, data) { MediaType = type };
            var to = new JsonOut(buffer);
            to.Object();
            DataUri.Write("x"u8, media, to);
            to.EndObject();
            var again = RawText.Of(JsonValue.Parse(buffer.Span.ToArray()).Get("x"u8));
            Must(DataUri.TryRead(again, out var type2, out var data2), "an address that is written is one");
            MustMatch(data.Span, data2.Span, "its bytes");
            Must(type.IsEmpty || type.Span.SequenceEqual(type2.Span), "its type");
        }

        var isBase64 = GeminiMedia.TryDecode(text, out var bytes);
        if (isBase64)
        {
            var standard = GeminiMedia.Standard(text);
            Must(GeminiMedia.TryDecode(standard, out var same), "base64 of one alphabet is base64");
            MustMatch(bytes, same, "the bytes, whatever the alphabet");
        }

        var isProof = ThinkingProof.TryOpen(text, out var proof);
        if (isProof)
        {
            var sealedAgain = RawText.OfEscaped(
                ThinkingProof.Seal(proof.Kind, proof.Provider!, proof.Token.Span, proof.Extra.Decode())
            );
            Must(ThinkingProof.TryOpen(sealedAgain, out var opened), "a proof that is sealed is opened");
            MustMatch(proof.Token.Span, opened.Token.Span, "its token");
            MustMatch(proof.Extra.Span, opened.Extra.Span, "what belongs to it");
            MustEqual(proof.Provider, opened.Provider, "who made it");
        }

        return $"{isData} {isBase64} {isProof} {Bucket(bytes.Length)} {proof.Kind}";
    }
}
