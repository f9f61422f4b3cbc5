using System.Collections.Frozen;
using System.Globalization;
using Weir.Capture.Agents;
using Weir.Capture.Joining;
using Weir.Capture.Storage;
using Weir.Foundation;

namespace Weir.Capture.Archive;

/// <summary>
/// What was told of usage, kept by agent and UTC day in compressed files: agents delete their own after some weeks. Only what said
/// something new is kept, reduced to names, ids, numbers and times; the ledger's captured records and <c>capture.db</c> can be had
/// again from it. Written by one thread; <see cref="Status"/> may be asked by any.
/// </summary>
internal sealed class UsageArchive : IDisposable
{
    /// <summary>The folder in the data folder.</summary>
    public const string FolderName = "archive";

    private const string Extension = ".jsonl.gz";
    private const string OtherAgent = "other";

    private static readonly FrozenSet<string> Agents = CodingAgents
        .All.Select(agent => agent.Name)
        .ToFrozenSet(StringComparer.Ordinal);

    private readonly string folder;
    private readonly int? keepDays;
    private readonly TrustedDay days;
    private readonly TimeProvider clock;
    private readonly Dictionary<Place, ReducedWriter> met = [];
    private readonly Dictionary<Place, ReducedWriter> life = [];
    private readonly HashSet<(Place, string Session)> told = [];
    private readonly HashSet<string> sound = new(StringComparer.Ordinal);
    private readonly Stack<ReducedWriter> free = [];
    private readonly ReducedWriter plain = new();
    private readonly MemoryStream frames = new();
    private bool isSafe;
    private long lastWritten;
    private int today;
    private int counted;
    private int swept = -1;

    /// <param name="dataFolder">The data folder.</param>
    /// <param name="keepDays">How many days are kept; null for all.</param>
    /// <param name="days">The day that ages are counted from.</param>
    /// <param name="clock">Where the time comes from.</param>
    public UsageArchive(string dataFolder, int? keepDays, TrustedDay days, TimeProvider clock)
    {
        folder = Path.Combine(dataFolder, FolderName);
        this.keepDays = keepDays;
        this.days = days;
        this.clock = clock;
        (today, counted) = (days.Now, days.Today);
    }

    /// <summary>Notes a request; what was found out about it is in the sighting.</summary>
    public void Met(Origin origin, Sighting seen)
    {
        if (At(met, origin, seen.Client, seen.At, out _) is { } writer)
        {
            writer.Write(seen);
        }
    }

    /// <summary>Notes what is known of a session; with <see cref="Happened"/> it need not be told apart.</summary>
    public void Known(Origin origin, in SessionFacts facts)
    {
        if (
            At(life, origin, facts.Client, facts.LastAt, out var place) is { } writer
            && told.Add((place, facts.Session))
        )
        {
            writer.Write(facts);
        }
    }

    /// <summary>Notes an event, with the session that it happened in: an event of an unknown session is nothing.</summary>
    public void Happened(Origin origin, SessionEvent seen, SessionFacts? known)
    {
        var at = seen.StartedAt ?? seen.EndedAt ?? known?.LastAt ?? clock.GetUtcNow();
        if (At(life, origin, known?.Client ?? OtherAgent, at, out var place) is { } writer)
        {
            if (known is { } facts && told.Add((place, facts.Session)))
            {
                writer.Write(facts);
            }

            writer.Write(seen);
        }
    }

    /// <summary>Notes a word on a limit.</summary>
    public void Said(Origin origin, LimitWord word) => At(life, origin, word.Client, word.At, out _)?.Write(word);

    /// <summary>Writes what was noted, as far as it is not written yet.</summary>
    /// <exception cref="IOException">The disk is full, most likely; what is not written is kept for the next call.</exception>
    public void Flush()
    {
        try
        {
            Flush(met);
            Flush(life);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }

        told.Clear();
        isSafe = false;
    }

    /// <summary>Forgets what was noted of sessions and not written: it will be told again.</summary>
    public void DiscardLife()
    {
        foreach (var writer in life.Values)
        {
            Free(writer);
        }

        life.Clear();
        told.Clear();
    }

    /// <summary>Deletes the days that are older than what is kept; looks once a day.</summary>
    public void Sweep()
    {
        (today, counted) = (days.Now, days.Today);
        if (swept == counted)
        {
            return;
        }

        swept = counted;
        foreach (var (path, day) in Files(folder))
        {
            if (IsTooOld(day))
            {
                Delete(path);
            }
        }
    }

    /// <summary>How much there is.</summary>
    public ArchiveStatus Status()
    {
        var (files, bytes, first) = (0, 0L, int.MaxValue);
        foreach (var (path, day) in Files(folder))
        {
            files++;
            bytes += new FileInfo(path) is { Exists: true } file ? file.Length : 0;
            first = Math.Min(first, day);
        }

        return new ArchiveStatus(folder, files, bytes, files == 0 ? null : DateOnly.FromDayNumber(first), keepDays);
    }

    /// <summary>The archive files below a folder, or the one file that is named.</summary>
    public static IEnumerable<(string Path, int Day)> Files(string path)
    {
        if (File.Exists(path))
        {
            return [(path, DayOf(path) ?? 0)];
        }

        return Directory.Exists(path)
            ? Directory
                .EnumerateFiles(path, "*" + Extension, SearchOption.AllDirectories)
                .Select(file => (file, DayOf(file)))
                .Where(file => file.Item2 is not null)
                .Select(file => (file.file, file.Item2!.Value))
            : [];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var writer in met.Values.Concat(life.Values).Concat(free))
        {
            writer.Dispose();
        }

        plain.Dispose();
        frames.Dispose();
    }

    private void Flush(Dictionary<Place, ReducedWriter> noted)
    {
        foreach (var (place, writer) in noted.ToArray())
        {
            Write(place, writer.Lines);
            noted.Remove(place);
            Free(writer);
        }
    }

    private void Write(Place place, ReadOnlySpan<byte> lines)
    {
        var path = Path.Combine(
            folder,
            place.Agent,
            DateOnly.FromDayNumber(place.Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + Extension
        );
        CreateFolder(Path.GetDirectoryName(path)!);
        if (sound.Add(path) && File.Exists(path))
        {
            lastWritten = Math.Max(lastWritten, ArchiveFile.CutTornTail(path));
        }

        lastWritten = Math.Max(lastWritten + 1, Times.ToMicroseconds(clock.GetUtcNow()));
        frames.SetLength(0);
        while (!lines.IsEmpty)
        {
            var end =
                lines.Length <= ArchiveFrame.MostPlain
                    ? lines.Length
                    : lines[..ArchiveFrame.MostPlain].LastIndexOf((byte)'\n') + 1;
            plain.Clear();
            plain.From(place.Workspace, place.Host, place.Billing);
            plain.Add(lines[..end]);
            ArchiveFrame.Make(plain.Lines, lastWritten, frames);
            lines = lines[end..];
        }

        ArchiveFile.Append(path, frames.GetBuffer().AsSpan(0, (int)frames.Length), isSafe);
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private ReducedWriter? At(
        Dictionary<Place, ReducedWriter> noted,
        Origin origin,
        string agent,
        DateTimeOffset at,
        out Place place
    )
    {
        // A clock that is wrong must not make a file for every day there is. When it is this machine's, all others are right.
        var (earliest, own) = (Day(ReducedLimits.Earliest), today + 1);
        var day = Math.Clamp(Day(at), earliest, own > earliest ? own : DateOnly.MaxValue.DayNumber);
        place = new Place(
            Agents.Contains(agent) ? agent : OtherAgent,
            day,
            origin.Workspace,
            origin.Host,
            origin.Billing
        );
        if (IsTooOld(day))
        {
            return null;
        }

        // What came over the network is gone at its sender once it was acknowledged.
        isSafe |= !origin.IsHere;
        if (!noted.TryGetValue(place, out var writer))
        {
            noted.Add(place, writer = free.TryPop(out var used) ? used : new ReducedWriter());
        }

        return writer;
    }

    private bool IsTooOld(int day) => keepDays is { } kept && day < counted - kept;

    private void Free(ReducedWriter writer)
    {
        writer.Clear();
        free.Push(writer);
    }

    private static int Day(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime).DayNumber;

    private static int? DayOf(string path) =>
        Path.GetFileName(path) is var name
        && name.EndsWith(Extension, StringComparison.Ordinal)
        && DateOnly.TryParseExact(
            name.AsSpan(0, name.Length - Extension.Length),
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        )
            ? day.DayNumber
            : null;

    /// <summary>Deletes a file that is too old; one that cannot be deleted hinders no other.</summary>
    internal static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Tried again tomorrow.
        }
    }

    private readonly record struct Place(string Agent, int Day, WorkspaceId Workspace, string? Host, Billing Billing);
}

/// <summary>How much an archive holds.</summary>
/// <param name="Path">Where.</param>
/// <param name="Files">Its files.</param>
/// <param name="Bytes">Their length.</param>
/// <param name="FirstDay">The oldest day; null when there is none.</param>
/// <param name="KeepDays">How many days are kept; null for all.</param>
public sealed record ArchiveStatus(string Path, int Files, long Bytes, DateOnly? FirstDay, int? KeepDays);
