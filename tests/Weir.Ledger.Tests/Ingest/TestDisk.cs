using Microsoft.Win32.SafeHandles;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>The real disk, until a test lets it be full or broken.</summary>
internal sealed class TestDisk : JournalDisk
{
    private int flushes;

    /// <summary>No file can be made.</summary>
    public volatile bool Full;

    /// <summary>No frame can be written.</summary>
    public volatile bool Broken;

    /// <summary>Nothing can be synchronised.</summary>
    public volatile bool FlushFails;

    public int Flushes => Volatile.Read(ref flushes);

    public override SafeFileHandle Create(string path, int bytes) =>
        Full ? throw new IOException("No space left on device.") : base.Create(path, bytes);

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (Broken)
        {
            // Half of it arrives, as a disk that dies would have it.
            base.Write(file, bytes[..(bytes.Length / 2)], offset);
            throw new IOException("Input/output error.");
        }

        base.Write(file, bytes, offset);
    }

    public override void Flush(SafeFileHandle file)
    {
        Interlocked.Increment(ref flushes);
        if (FlushFails)
        {
            throw new IOException("Input/output error.");
        }

        base.Flush(file);
    }
}
