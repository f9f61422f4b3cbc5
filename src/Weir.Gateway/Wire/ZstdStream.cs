using System.Runtime.InteropServices;

namespace Weir.Gateway.Wire;

/// <summary>
/// A zstd decompression through the system's <c>libzstd</c>, which .NET 10 has no own code for. Where the library is absent,
/// no stream opens. Not thread-safe.
/// </summary>
internal sealed unsafe class ZstdStream : IDisposable
{
    private static readonly Functions? Library = Load();
    private IntPtr handle;

    private ZstdStream(IntPtr handle) => this.handle = handle;

    /// <summary>Whether zstd can be decoded here.</summary>
    public static bool IsAvailable => Library is not null;

    /// <summary>A new stream; null where zstd cannot be decoded.</summary>
    public static ZstdStream? TryOpen()
    {
        if (Library is null)
        {
            return null;
        }

        var opened = Library.Create();
        return opened == IntPtr.Zero ? null : new ZstdStream(opened);
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
            return Library.IsError(result) != 0
                ? throw new InvalidDataException("Not zstd.")
                : ((int)source.Position, (int)target.Position);
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
                    typeof(ZstdStream).Assembly,
                    DllImportSearchPath.SafeDirectories,
                    out var library
                )
            )
            {
                return new Functions(
                    Get<CreateFunction>(library, "ZSTD_createDStream"),
                    Get<FreeFunction>(library, "ZSTD_freeDStream"),
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

    private delegate nuint DecompressFunction(IntPtr stream, ref Buffer output, ref Buffer input);

    private delegate uint IsErrorFunction(nuint code);

    private sealed record Functions(
        CreateFunction Create,
        FreeFunction Free,
        DecompressFunction Decompress,
        IsErrorFunction IsError
    );
}
