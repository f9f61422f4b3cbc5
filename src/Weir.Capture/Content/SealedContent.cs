using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Weir.Capture.Archive;
using Weir.Capture.Storage;
using Weir.Foundation;

namespace Weir.Capture.Content;

/// <summary>What opening sealed content came to.</summary>
/// <param name="Lines">The lines of the session, in the order in which they stood in their files; empty on a refusal.</param>
/// <param name="Refusal">Why they cannot be shown; null when they can.</param>
/// <param name="IsCut">Whether there is more, and these are the newest.</param>
/// <param name="Damages">Places of the workspace's files that belong to no stretch, whosever they were: passed over.</param>
internal sealed record ContentReading(
    ImmutableArray<ReadOnlyMemory<byte>> Lines,
    string? Refusal,
    bool IsCut = false,
    int Damages = 0
);

/// <summary>
/// The lines that agents wrote, content and all, sealed with a key for each workspace: for those who asked for it. Kept by the UTC day
/// on which they were sealed, as long as the archive. Nothing of it is ever in a log or a message of a failure. Thread-safe.
/// </summary>
/// <param name="dataFolder">The data folder.</param>
/// <param name="keys">The keys.</param>
/// <param name="keepDays">How many days are kept; null for all.</param>
/// <param name="days">The day that ages are counted from.</param>
/// <param name="clock">Where the time comes from.</param>
internal sealed class SealedContent(
    string dataFolder,
    IContentKeys keys,
    int? keepDays,
    TrustedDay days,
    TimeProvider clock
)
{
    /// <summary>The folder in the data folder.</summary>
    public const string FolderName = "content";

    /// <summary>How much of a session is read.</summary>
    public const long MostBytes = 32 * 1024 * 1024;

    private const string Extension = ".sealed";

    private readonly string folder = Path.Combine(dataFolder, FolderName);
    private readonly Lock gate = new();
    private readonly HashSet<string> sound = new(StringComparer.Ordinal);
    private int swept;
    private volatile string? failure;

    /// <summary>Why the newest stretch could not be sealed; null when it could. Usage is read nevertheless.</summary>
    public string? Failure => failure;

    /// <summary>Opens the content of a data folder, for reading alone.</summary>
    public static SealedContent Of(string dataFolder, TimeProvider clock) =>
        new(dataFolder, new ContentKeys(dataFolder), null, new TrustedDay(dataFolder, clock), clock);

    /// <summary>Seals a stretch of a file and keeps it. What hinders it is told by <see cref="Failure"/>.</summary>
    /// <param name="workspace">Whose it is.</param>
    /// <param name="sessions">The sessions that are told of in it.</param>
    /// <param name="piece">The stretch; its bytes are not used after the call.</param>
    public void Append(WorkspaceId workspace, IReadOnlyCollection<string> sessions, ContentPiece piece)
    {
        try
        {
            var (key, refusal) = keys.Find(workspace, make: true);
            if (key is null)
            {
                failure = refusal;
                return;
            }

            var now = clock.GetUtcNow();
            var frame = SealedFrame.Seal(key, sessions, piece, Times.ToMicroseconds(now));
            lock (gate)
            {
                Write(Path.Combine(FolderOf(workspace), $"{now.UtcDateTime:yyyy-MM-dd}{Extension}"), frame);
            }

            failure = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failure = e.Message;
        }
    }

    /// <summary>The lines of a session; none of a workspace in which nothing was sealed.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="session">The session's id.</param>
    /// <param name="most">How many bytes of stretches are read about; the newest ones.</param>
    public ContentReading Read(WorkspaceId workspace, string session, long most = MostBytes)
    {
        try
        {
            return Directory.Exists(FolderOf(workspace))
                ? ReadFiles(workspace, session, most)
                : new ContentReading([], null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ContentReading([], $"sealed content cannot be read: {e.Message}");
        }
    }

    /// <summary>Deletes the stretches that tell of sessions, whatever else they tell of.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="IOException">A file could not be written anew; those before it are.</exception>
    public int Forget(WorkspaceId workspace, IReadOnlySet<string> sessions)
    {
        var own = FolderOf(workspace);
        if (!Directory.Exists(own))
        {
            return 0;
        }

        lock (gate)
        {
            return Directory.EnumerateFiles(own, "*" + Extension).ToList().Sum(path => Forget(path, sessions));
        }
    }

    /// <summary>Deletes the days that are older than what is kept; looks once a day.</summary>
    public void Sweep()
    {
        var today = days.Today;
        if (Interlocked.Exchange(ref swept, today) != today && keepDays is { } kept)
        {
            Delete(folder, today - kept);
        }
    }

    /// <summary>Deletes a workspace's days that are older than so many.</summary>
    /// <returns>How many there were.</returns>
    public int Sweep(WorkspaceId workspace, int kept) => Delete(FolderOf(workspace), days.Today - kept);

    private static int Delete(string below, int before)
    {
        if (!Directory.Exists(below))
        {
            return 0;
        }

        var gone = 0;
        foreach (var path in Directory.EnumerateFiles(below, "*" + Extension, SearchOption.AllDirectories))
        {
            if (
                DateOnly.TryParseExact(
                    Path.GetFileNameWithoutExtension(path),
                    "yyyy-MM-dd",
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.None,
                    out var day
                )
                && day.DayNumber < before
            )
            {
                UsageArchive.Delete(path);
                gone++;
            }
        }

        return gone;
    }

    /// <summary>Its length on disk in bytes.</summary>
    public long Bytes() =>
        Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder, "*" + Extension, SearchOption.AllDirectories)
                .Sum(path => new FileInfo(path) is { Exists: true } file ? file.Length : 0)
            : 0;

    private string FolderOf(WorkspaceId workspace) => Path.Combine(folder, workspace.ToString());

    private void Write(string path, byte[] frame)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
        };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        else
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Directory.CreateDirectory(
                Path.GetDirectoryName(path)!,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }

        using var file = new FileStream(path, options);
        var end = file.Length;
        if (sound.Add(path) && end > 0)
        {
            end = EndOfWhole(file);
        }

        file.Position = end;
        try
        {
            file.Write(frame);
            file.SetLength(end + frame.Length);
            file.Flush();
        }
        catch (IOException)
        {
            file.SetLength(end);
            throw;
        }
    }

    private static int Forget(string path, IReadOnlySet<string> sessions)
    {
        var beside = $"{path}.{Guid.NewGuid():N}";
        try
        {
            var gone = 0;
            using (var file = OpenToRead(path))
            using (var next = new FileStream(beside, FileMode.CreateNew, FileAccess.Write))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(next.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }

                foreach (var (at, length, names) in Places(file))
                {
                    var frame = new byte[length];
                    file.Position = at;
                    file.ReadExactly(frame);
                    if (SealedFrame.Sessions(frame, names).Any(sessions.Contains))
                    {
                        gone++;
                    }
                    else
                    {
                        next.Write(frame);
                    }
                }

                next.Flush(flushToDisk: true);
            }

            if (gone > 0)
            {
                File.Move(beside, path, overwrite: true);
            }

            return gone;
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private static long EndOfWhole(FileStream file) =>
        Places(file).LastOrDefault() is { Length: > 0 } last ? last.At + last.Length : 0;

    /// <summary>Where whole stretches stand in a file: what is damaged before one, or torn behind the last, is passed over.</summary>
    private static IEnumerable<(long At, int Length, int Names)> Places(FileStream file)
    {
        var header = new byte[SealedFrame.HeaderBytes];
        for (var at = 0L; at < file.Length; )
        {
            file.Position = at;
            if (
                file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
                && SealedFrame.TryReadHeader(header, out var length, out var names)
                && at + length <= file.Length
            )
            {
                yield return (at, length, names);
                at += length;
            }
            else
            {
                at = ArchiveFile.Find(file.SafeFileHandle, SealedFrame.Magic, at + 1, file.Length);
            }
        }
    }

    private ContentReading ReadFiles(WorkspaceId workspace, string session, long most)
    {
        var (key, refusal) = keys.Find(workspace, make: false);
        if (key is null)
        {
            return new ContentReading([], refusal);
        }

        var files = Directory
            .EnumerateFiles(FolderOf(workspace), "*" + Extension)
            .Order(StringComparer.Ordinal)
            .ToArray();
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var frame in files.SelectMany(path => Frames(path, session)).Where(frame => frame.Sessions > 0))
        {
            if (SealedFrame.TryOpen(key, frame.Bytes, frame.Names) is not { } piece)
            {
                return Unopened(frame);
            }

            own.Add(piece.Path);
        }

        // A stretch that names no session belongs to those that its file names elsewhere.
        var pieces = new Queue<(ContentPiece Piece, int Sessions)>();
        var (bytes, isCut) = (0L, false);
        foreach (var frame in files.SelectMany(path => Frames(path, session)))
        {
            if (SealedFrame.TryOpen(key, frame.Bytes, frame.Names) is not { } piece)
            {
                return Unopened(frame);
            }

            if (own.Contains(piece.Path))
            {
                pieces.Enqueue((piece, frame.Sessions));
                bytes += piece.Bytes.Length;
                while (bytes > most && pieces.Count > 1)
                {
                    bytes -= pieces.Dequeue().Piece.Bytes.Length;
                    isCut = true;
                }
            }
        }

        return new ContentReading(LinesOf(pieces, session), null, isCut, files.Sum(DamagesIn));

        static ContentReading Unopened(Frame frame) =>
            new([], $"{frame.Path} was sealed with another key, or has been changed");
    }

    /// <summary>The frames of a file that name a session, or none.</summary>
    private static IEnumerable<Frame> Frames(string path, string session)
    {
        using var file = OpenToRead(path);
        foreach (var (at, length, names) in Places(file))
        {
            var frame = new byte[length];
            file.Position = at;
            file.ReadExactly(frame);
            var sessions = SealedFrame.Sessions(frame, names);
            if (sessions.Length == 0 || sessions.Contains(session))
            {
                yield return new Frame(path, frame, names, sessions.Length);
            }
        }
    }

    private static int DamagesIn(string path)
    {
        using var file = OpenToRead(path);
        var (damages, end) = (0, 0L);
        foreach (var (at, length, _) in Places(file))
        {
            damages += at > end ? 1 : 0;
            end = at + length;
        }

        return damages;
    }

    private static FileStream OpenToRead(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static ImmutableArray<ReadOnlyMemory<byte>> LinesOf(
        Queue<(ContentPiece Piece, int Sessions)> pieces,
        string session
    )
    {
        var whole = pieces
            .Where(p => p.Piece.Offset < 0)
            .GroupBy(p => p.Piece.Path, StringComparer.Ordinal)
            .ToDictionary(p => p.Key, p => p.Last().Piece, StringComparer.Ordinal);
        var id = Encoding.UTF8.GetBytes(session);
        var met = new HashSet<(string, long, string)>();
        var lines = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (var (piece, sessions) in pieces)
        {
            // A stretch is sealed twice when the process dies before it is noted how far the file was read.
            if (
                (piece.Offset < 0 && whole[piece.Path] != piece)
                || !met.Add(
                    (
                        piece.Path,
                        piece.Offset,
                        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(piece.Bytes.Span))
                    )
                )
            )
            {
                continue;
            }

            var rest = piece.Bytes;
            while (!rest.IsEmpty)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..end];
                rest = end < 0 ? default : rest[(end + 1)..];
                if (!line.IsEmpty && (sessions <= 1 || line.Span.IndexOf(id) >= 0))
                {
                    lines.Add(line);
                }
            }
        }

        return lines.DrainToImmutable();
    }

    /// <summary>A sealed stretch.</summary>
    /// <param name="Path">The file that it is in.</param>
    /// <param name="Bytes">All of it.</param>
    /// <param name="Names">How long the part is that names sessions.</param>
    /// <param name="Sessions">How many it names.</param>
    private readonly record struct Frame(string Path, byte[] Bytes, int Names, int Sessions);
}
