using System.Runtime.InteropServices;

namespace Weir.Wire.Compression;

/// <summary>
/// A zstd decompression through the system's <c>libzstd</c>, which .NET 10 has no own code for. Where the library is absent,
/// none opens. Takes frames with windows of at most 8 MiB, and several frames one after the other. Not thread-safe.
/// </summary>
public sealed unsafe class ZstdDecoder : IDisposable
{
    private const int WindowLogMax = 100; // ZSTD_d_windowLogMax
    private const int LargestWindowLog = 23; // 8 MiB, the most that RFC 9659 allows in HTTP

    private static readonly Functions? Library = Load();
    private IntPtr handle;

    private ZstdDecoder(IntPtr handle) => this.handle = handle;

    /// <summary>Whether zstd can be decoded here.</summary>
    public static bool IsAvailable => Library is not null;

    /// <summary>Whether a frame was begun and has not ended, or has an end that is not written out yet.</summary>
    public bool IsInFrame { get; private set; }

    /// <summary>A new decoder; null where zstd cannot be decoded.</summary>
    public static ZstdDecoder? TryOpen()
    {
        if (Library is null)
        {
            return null;
        }

        var opened = Library.Create();
        if (opened == IntPtr.Zero)
        {
            return null;
        }

        // Without it a frame of a few bytes could ask for a window of 128 MiB.
        _ = Library.SetParameter(opened, WindowLogMax, LargestWindowLog);
        return new ZstdDecoder(opened);
    }

    /// <summary>Decodes as much as input and room allow.</summary>
    /// <exception cref="InvalidDataException">The bytes are no zstd.</exception>
    public (int Used, int Written) Decompress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ObjectDisposedException.ThrowIf(handle == IntPtr.Zero, this);
        fixed (byte* from = input)
        fixed (byte* to = output)
        {
            var source = new Buffer((IntPtr)from, (nuint)input.Length, 0);
            var target = new Buffer((IntPtr)to, (nuint)output.Length, 0);
            var result = Library!.Decompress(handle, ref target, ref source);
            if (Library.IsError(result) != 0)
            {
                throw new InvalidDataException("Not zstd.");
            }

            // Asked for more with nothing at hand, it says how long the next frame's header is.
            IsInFrame = result != 0 && (IsInFrame || source.Position > 0);
            return ((int)source.Position, (int)target.Position);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (handle != IntPtr.Zero)
        {
            _ = Library!.Free(handle);
            handle = IntPtr.Zero;
        }
    }

    private static Functions? Load()
    {
        foreach (var name in new[] { "libzstd.so.1", "libzstd.1.dylib", "libzstd.dll" })
        {
            if (
                NativeLibrary.TryLoad(
                    name,
                    typeof(ZstdDecoder).Assembly,
                    DllImportSearchPath.SafeDirectories,
                    out var library
                )
            )
            {
                return new Functions(
                    Get<CreateFunction>(library, "ZSTD_createDStream"),
                    Get<FreeFunction>(library, "ZSTD_freeDStream"),
                    Get<SetParameterFunction>(library, "ZSTD_DCtx_setParameter"),
                    Get<DecompressFunction>(library, "ZSTD_decompressStream"),
                    Get<IsErrorFunction>(library, "ZSTD_isError")
                );
            }
        }

        return null;
    }

    private static T Get<T>(IntPtr library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));

    [StructLayout(LayoutKind.Sequential)]
    private record struct Buffer(IntPtr Start, nuint Size, nuint Position);

    private delegate IntPtr CreateFunction();

    private delegate nuint FreeFunction(IntPtr stream);

    private delegate nuint SetParameterFunction(IntPtr stream, int parameter, int value);

    private delegate nuint DecompressFunction(IntPtr stream, ref Buffer output, ref Buffer input);

    private delegate uint IsErrorFunction(nuint code);

    private sealed record Functions(
        CreateFunction Create,
        FreeFunction Free,
        SetParameterFunction SetParameter,
        DecompressFunction Decompress,
        IsErrorFunction IsError
    );
}
