using System.IO.Compression;
using Weir.Fuzz.Engine;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>
/// A compressed body of one coding: the same bytes come out however it is cut, never more than is allowed, and what the
/// framework decodes whole is decoded alike.
/// </summary>
internal sealed class BodyDecoderTarget(string coding) : FuzzTarget
{
    private const int SmallLimit = 2048;

    // Texts of several like lines, and 300,000 zeros: .NET has no zstd to make them with.
    private static readonly string[] Zstd =
    [
        "KLUv/QBoVQMAkkUUGYBtDkRwhUbojWBUoWCYEeZGouVBYrF2YQFrzgcBAED4nnNrzjel+FBnYojQpVCkRzfpxze1fdbiI2cXbqFlw5B8Fb/IEElnb4k8nlmDm1cBCiDQuwO3ZN7NMsV9meyWzMvNlk4pow==",
        "KLUv/QRYVAAAEAAAAQD7/znAAgIAEAADnwQALSjeJg==",
        "KLUv/SAFKQAAaGVsbG8=",
        "KLUv/SAFKwAAYQ==",
    ];

    public override string Name => $"decode-{coding.Replace(", ", "-", StringComparison.Ordinal)}";

    public override string Group => "request";

    public override IReadOnlyList<byte[]> Words => Dictionary.Binary;

    public override int LongestInput => 16 * 1024;

    public override IEnumerable<byte[]> Seeds()
    {
        var plain = Bodies
            .All.Take(4)
            .Append(new byte[200_000])
            .Append([.. Bodies.All.SelectMany(body => body)])
            .ToList();
        return coding switch
        {
            "gzip" => [.. plain.Select(Gzip), [.. Gzip(plain[0]), .. Gzip(plain[1])], [.. Gzip(plain[2]), 0, 0, 0]],
            "deflate" =>
            [
                .. plain.Select(p => Pack(p, s => new ZLibStream(s, CompressionLevel.Optimal))),
                .. plain.Select(p => Pack(p, s => new DeflateStream(s, CompressionLevel.Optimal))),
            ],
            "br" => plain.Select(Brotli),
            "zstd" => Zstd.Select(Convert.FromBase64String),
            _ => plain.Select(p => Brotli(Gzip(p))),
        };
    }

    public override string Run(ReadOnlySpan<byte> input)
    {
        var (whole, gaveUp) = Decode(input, -1);
        Must(whole.Length <= BodyDecoder.MostDecoded, "no more is decoded than is allowed");
        for (var way = 0; way < Cuts.Count; way++)
        {
            var (cut, cutGaveUp) = Decode(input, way);
            MustEqual(gaveUp, cutGaveUp, "whether it is given up, however the body is cut");
            if (!gaveUp)
            {
                MustMatch(whole, cut, "what is decoded, however the body is cut");
            }
        }

        if (Reference(input) is { } reference)
        {
            Must(!gaveUp, "what the framework decodes is decoded");
            MustMatch(reference, whole, "what the framework decodes");
        }

        using var buffer = new PooledBuffer(0);
        var fits = BodyDecoder.TryDecode(input, coding, SmallLimit, buffer);
        Must(buffer.Length <= SmallLimit, "the limit holds");
        MustEqual(!gaveUp && whole.Length <= SmallLimit, fits, "what fits a limit");
        if (fits)
        {
            MustMatch(whole, buffer.Span, "what is decoded within a limit");
        }

        return $"{gaveUp} {Bucket(whole.Length)} {Bucket(input.Length)} {whole.Length * 4 / Math.Max(1, input.Length)}";
    }

    private (byte[] Bytes, bool GaveUp) Decode(ReadOnlySpan<byte> input, int way)
    {
        using var bytes = new MemoryStream();
        using var decoder = new BodyDecoder(coding, bytes.Write);
        if (way < 0)
        {
            decoder.Feed(input);
        }
        else
        {
            Cuts.Apply(input, way, decoder.Feed);
        }

        decoder.Complete();
        return (bytes.ToArray(), decoder.HasGivenUp);
    }

    private byte[]? Reference(ReadOnlySpan<byte> input)
    {
        if (coding is not ("gzip" or "br") || input.IsEmpty)
        {
            return null;
        }

        using var packed = new MemoryStream(input.ToArray());
        using Stream unpack =
            coding == "br"
                ? new BrotliStream(packed, CompressionMode.Decompress)
                : new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        try
        {
            unpack.CopyTo(plain);
            return plain.Length <= BodyDecoder.MostDecoded ? plain.ToArray() : null;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] Gzip(byte[] bytes) => Pack(bytes, s => new GZipStream(s, CompressionLevel.Optimal));

    private static byte[] Brotli(byte[] bytes) => Pack(bytes, s => new BrotliStream(s, CompressionLevel.Optimal));

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> open)
    {
        using var packed = new MemoryStream();
        using (var pack = open(packed))
        {
            pack.Write(bytes);
        }

        return packed.ToArray();
    }
}
