using System.Buffers;
using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using Weir.Capture.Agents;
using Weir.Capture.Content;
using Weir.Wire;

namespace Weir.Capture.Sources;

/// <summary>
/// Reads what is new in files. One for each thread that reads: it keeps a buffer. Nothing that is in a file, and nothing that
/// happens to it meanwhile, throws.
/// </summary>
internal sealed class FileReading : IDisposable
{
    /// <summary>The longest line, and the longest file that is read as a whole; longer ones are passed over.</summary>
    public const int Longest = 64 * 1024 * 1024;

    /// <summary>The most that is read of what a compressed file holds.</summary>
    public const long LongestUnpacked = 4L * 1024 * 1024 * 1024;

    private const int Chunk = 1024 * 1024;
    private const int LongestBeside = 64 * 1024;
    private const int MostNames = 2_000;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
    private Action<ContentPiece>? seal;

    /// <summary>Reads what was added to a file, or all of it when it is another than it was.</summary>
    /// <param name="file">The file.</param>
    /// <param name="known">How far it was read before; null when it was not.</param>
    /// <param name="caught">Where to put what is found; empty.</param>
    /// <param name="content">Told of every stretch that was read, the bytes being its own for the call; null for nobody.</param>
    /// <returns>How far it has been read now.</returns>
    public FileCursor Read(FoundFile file, FileCursor? known, Catch caught, Action<ContentPiece>? content = null)
    {
        seal = content;
        var start = new FileCursor { Path = file.Path, Agent = file.Home.Agent.Name };
        try
        {
            var read = file.Claim.Form switch
            {
                FileForm.Database => ReadDatabase(file, known ?? start, caught),
                FileForm.CompressedLines => ReadCompressed(file, known ?? start, caught),
                _ => ReadFile(file, known ?? start, caught),
            };
            return read with { Length = file.Length, Modified = file.Modified, Problem = null };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return Failed(e.Message);
        }
        catch (Exception e)
        {
            // A reader's bug: it must not keep the other files from being read, and doctor shows it.
            return Failed($"Weir could not read it: {e.GetType().Name} in {e.TargetSite?.DeclaringType?.Name}");
        }

        // Tried again when it changes: a file that nobody may read is not asked for every second.
        FileCursor Failed(string problem)
        {
            caught.Clear();
            return (known ?? start) with { Length = file.Length, Modified = file.Modified, Problem = problem };
        }
    }

    /// <inheritdoc />
    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    private static FileCursor ReadDatabase(FoundFile file, FileCursor known, Catch caught) =>
        known with
        {
            State = file.Home.Agent.ReadDatabase(file.Path, known.State, caught),
            Skipped = Add(known.Skipped, caught),
        };

    private FileCursor ReadFile(FoundFile file, FileCursor known, Catch caught)
    {
        using var handle = File.OpenHandle(
            file.Path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.SequentialScan
        );
        var length = RandomAccess.GetLength(handle);
        if (file.Claim.Form == FileForm.Whole)
        {
            return ReadWhole(handle, file, known, length, caught);
        }

        if (known.Offset > length || (known.Offset > 0 && !FileMarks.Are(handle, known)))
        {
            known = Anew(known);
        }

        var at = known.Offset;
        return FileMarks.Put(handle, ReadLines(Next, file, known, caught, null, FileMarks.EndsWithinLine(handle, at)));

        int Next(Span<byte> room)
        {
            var added = RandomAccess.Read(handle, room, at);
            at += added;
            return added;
        }
    }

    /// <summary>
    /// Reads what was compressed where it lay. What was read of it before is unpacked once more, to see that it is the same, and
    /// passed over.
    /// </summary>
    private FileCursor ReadCompressed(FoundFile file, FileCursor known, Catch caught)
    {
        if (known.Offset > 0)
        {
            using var begun = new UnpackedFile(file.StoredAt, LongestUnpacked);
            var marks = new FileMarks();
            if (begun.Pass(known.Offset, buffer, marks) && marks.Are(known))
            {
                return Read(begun, known, marks);
            }
        }

        using var source = new UnpackedFile(file.StoredAt, LongestUnpacked);
        return Read(source, Anew(known), new FileMarks());

        FileCursor Read(UnpackedFile unpacked, FileCursor from, FileMarks marks)
        {
            var read = ReadLines(unpacked.Read, file, from, caught, marks, marks.IsWithinLine);
            return read with
            {
                Head = marks.Head,
                Tail = marks.Tail,
                Skipped = unpacked.Fault is { } fault
                    ? read.Skipped.SetItem(fault, read.Skipped.GetValueOrDefault(fault) + 1)
                    : read.Skipped,
            };
        }
    }

    private FileCursor ReadWhole(SafeFileHandle handle, FoundFile file, FileCursor known, long length, Catch caught)
    {
        var read = known with { Skipped = ImmutableSortedDictionary<string, long>.Empty };
        if (length > Longest)
        {
            caught.Skip("too large");
        }
        else
        {
            var filled = Fill(handle, 0, (int)length);
            file.Home.Agent.Open(ToRead(file, null)).Line(buffer.AsSpan(0, filled), caught);
            seal?.Invoke(new ContentPiece(file.RelativePath, -1, buffer.AsMemory(0, filled)));
        }

        return read with
        {
            Skipped = Add(read.Skipped, caught),
        };
    }

    private FileCursor ReadLines(
        Func<Span<byte>, int> next,
        FoundFile file,
        FileCursor known,
        Catch caught,
        FileMarks? marks,
        bool isWithinLine
    )
    {
        var reader = file.Home.Agent.Open(ToRead(file, known.State));
        var offset = known.Offset;
        var filled = 0; // bytes in the buffer, the first of which stands at offset
        var isTooLong = isWithinLine;
        while (true)
        {
            if (filled == buffer.Length)
            {
                if (buffer.Length >= Longest)
                {
                    isTooLong = true;
                    marks?.Pass(buffer.AsSpan(0, filled));
                    (offset, filled) = (offset + filled, 0);
                }
                else
                {
                    Grow(filled);
                }
            }

            var added = next(buffer.AsSpan(filled));
            if (added == 0)
            {
                break;
            }

            var bytes = buffer.AsSpan(0, filled + added);
            var searched = filled;
            var at = 0;
            while (bytes[searched..].IndexOf((byte)'\n') is >= 0 and var end)
            {
                var line = bytes[at..(searched + end)];
                at = searched += end + 1;
                if (isTooLong)
                {
                    isTooLong = false;
                    caught.Skip("line too long");
                }
                else
                {
                    Line(line, reader, caught);
                }
            }

            if (at > 0)
            {
                seal?.Invoke(new ContentPiece(file.RelativePath, offset, buffer.AsMemory(0, at)));
                marks?.Pass(bytes[..at]);
            }

            bytes[at..].CopyTo(buffer);
            offset += at;
            filled = bytes.Length - at;
        }

        var state = reader.Save();
        if (!isTooLong && IsWhole(buffer.AsSpan(0, filled)))
        {
            // A whole line without its end: told now, and read again when the end has come.
            reader.Line(buffer.AsSpan(0, filled), caught);
        }

        return known with
        {
            Offset = offset,
            State = state,
            Skipped = Add(known.Skipped, caught),
        };
    }

    private static void Line(ReadOnlySpan<byte> line, AgentReader reader, Catch caught)
    {
        if (line is [.., (byte)'\r'])
        {
            line = line[..^1];
        }

        if (!line.IsEmpty)
        {
            reader.Line(line, caught);
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> line)
    {
        if (line is not [.., (byte)'}'])
        {
            return false;
        }

        var cursor = new JsonCursor(line);
        cursor.Skip();
        return cursor.AtEnd();
    }

    private static FileCursor Anew(FileCursor known) => new() { Path = known.Path, Agent = known.Agent };

    private int Fill(SafeFileHandle handle, long offset, int count)
    {
        while (buffer.Length < count)
        {
            Grow(0);
        }

        var filled = 0;
        while (
            filled < count
            && RandomAccess.Read(handle, buffer.AsSpan(filled, count - filled), offset + filled) is > 0 and var added
        )
        {
            filled += added;
        }

        return filled;
    }

    private void Grow(int keep)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, Longest));
        buffer.AsSpan(0, keep).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static FileToRead ToRead(FoundFile file, byte[]? saved) =>
        new(file.RelativePath, file.Claim.Kind, saved, name => OfBeside(file, name, Content))
        {
            NamesIn = name => OfBeside(file, name, Names) ?? [],
        };

    private static byte[]? Content(string path) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null, Length: > 0 and <= LongestBeside }
            ? File.ReadAllBytes(path)
            : null;

    private static IReadOnlyList<string>? Names(string path) =>
        new DirectoryInfo(path) is { Exists: true, LinkTarget: null } folder
            ? [.. folder.EnumerateFiles().Select(entry => entry.Name).Take(MostNames).Order(StringComparer.Ordinal)]
            : null;

    private static T? OfBeside<T>(FoundFile file, string name, Func<string, T?> read)
        where T : class
    {
        try
        {
            // A name that a file gives leads nowhere out of the agent's own folder.
            var path = Path.GetFullPath(Path.Join(Path.GetDirectoryName(file.Path), name));
            var home = file.Home.Path.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
            return path.StartsWith(home, StringComparison.Ordinal) ? read(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static ImmutableSortedDictionary<string, long> Add(
        ImmutableSortedDictionary<string, long> skipped,
        Catch caught
    )
    {
        foreach (var (kind, count) in caught.Skipped)
        {
            skipped = skipped.SetItem(kind, skipped.GetValueOrDefault(kind) + count);
        }

        return skipped;
    }
}
