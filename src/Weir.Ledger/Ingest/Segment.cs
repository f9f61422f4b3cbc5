using Microsoft.Win32.SafeHandles;

namespace Weir.Ledger.Ingest;

/// <summary>One segment file of the journal. Changed under the journal's lock alone; <see cref="End"/> may be read without.</summary>
internal sealed class Segment(long number, string path, SafeFileHandle file, int capacity)
{
    private long end = SegmentFormat.HeaderBytes;

    /// <summary>Rising, never used again.</summary>
    public long Number { get; } = number;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The open file.</summary>
    public SafeFileHandle File { get; } = file;

    /// <summary>Bytes of the file.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Where the last whole frame ends.</summary>
    public long End
    {
        get => Volatile.Read(ref end);
        set => Volatile.Write(ref end, value);
    }

    /// <summary>The sequence of the last whole frame; that of the segments before it when it has none.</summary>
    public long LastSequence { get; set; }

    /// <summary>No frame is added any more.</summary>
    public bool Sealed { get; set; }

    /// <summary>Holds something unreadable behind <see cref="End"/>: it is kept aside when its readable part is stored.</summary>
    public bool Damaged { get; set; }

    /// <summary>Has frames that are not known to be on the disk.</summary>
    public bool Dirty { get; set; }

    /// <summary>How many frames of the largest size still fit.</summary>
    public long Slots => Sealed ? 0 : (Capacity - End) / SegmentFormat.MaxFrameBytes;
}
