using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Weir.Testing;

/// <summary>How a body is compressed.</summary>
public enum ContentCoding
{
    /// <summary>Not at all.</summary>
    Identity,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 7932.</summary>
    Brotli,

    /// <summary>HTTP's <c>deflate</c>: the zlib format of RFC 1950.</summary>
    Deflate,

    /// <summary>RFC 8878.</summary>
    Zstd,
}

/// <summary>Compresses bodies as a streaming server does: one flush for every piece, so that each can be read at once.</summary>
public static class ContentCodings
{
    /// <summary>The token of the <c>content-encoding</c> header; null for identity.</summary>
    public static string? Token(this ContentCoding coding) =>
        coding switch
        {
            ContentCoding.Gzip => "gzip",
            ContentCoding.Brotli => "br",
            ContentCoding.Deflate => "deflate",
            ContentCoding.Zstd => "zstd",
            _ => null,
        };

    /// <summary>The pieces compressed into one stream; as many pieces as came, the last one with the stream's trailer.</summary>
    public static IReadOnlyList<byte[]> Compress(this ContentCoding coding, IReadOnlyList<byte[]> pieces)
    {
        if (coding == ContentCoding.Identity || pieces.Count == 0)
        {
            return pieces;
        }

        if (coding == ContentCoding.Zstd)
        {
            return ZstdEncoder.Compress(pieces);
        }

        using var target = new MemoryStream();
        Stream encoder = coding switch
        {
            ContentCoding.Gzip => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
            ContentCoding.Brotli => new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true),
        };
        var result = new List<byte[]>();
        for (var i = 0; i < pieces.Count; i++)
        {
            encoder.Write(pieces[i]);
            encoder.Flush();
            if (i == pieces.Count - 1)
            {
                encoder.Dispose();
            }

            result.Add(target.ToArray());
            target.SetLength(0);
        }

        return result;
    }

    /// <summary>The whole body compressed.</summary>
    public static byte[] Compress(this ContentCoding coding, byte[] body) => Compress(coding, [body])[0];
}

/// <summary>Zstandard by the system's libzstd, which every Debian has (dpkg needs it).</summary>
internal static partial class ZstdEncoder
{
    private const string Library = "libzstd.so.1";
    private const int Flush = 1;
    private const int End = 2;

    public static unsafe IReadOnlyList<byte[]> Compress(IReadOnlyList<byte[]> pieces)
    {
        var context = ZSTD_createCCtx();
        try
        {
            var result = new List<byte[]>();
            for (var i = 0; i < pieces.Count; i++)
            {
                var directive = i == pieces.Count - 1 ? End : Flush;
                using var target = new MemoryStream();
                var room = new byte[64 * 1024];
                fixed (byte* source = pieces[i])
                fixed (byte* destination = room)
                {
                    var input = new InBuffer { Source = (nint)source, Size = (nuint)pieces[i].Length };
                    nuint left;
                    do
                    {
                        var output = new OutBuffer { Destination = (nint)destination, Size = (nuint)room.Length };
                        left = ZSTD_compressStream2(context, ref output, ref input, directive);
                        if (ZSTD_isError(left) != 0)
                        {
                            throw new InvalidOperationException("libzstd refused to compress.");
                        }

                        target.Write(room, 0, (int)output.Position);
                    } while (left != 0 || input.Position < input.Size);
                }

                result.Add(target.ToArray());
            }

            return result;
        }
        finally
        {
            ZSTD_freeCCtx(context);
        }
    }

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ZSTD_createCCtx();

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint ZSTD_compressStream2(nint context, ref OutBuffer output, ref InBuffer input, int end);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint ZSTD_isError(nuint code);

    private struct InBuffer
    {
        public nint Source;
        public nuint Size;
        public nuint Position;
    }

    private struct OutBuffer
    {
        public nint Destination;
        public nuint Size;
        public nuint Position;
    }
}
