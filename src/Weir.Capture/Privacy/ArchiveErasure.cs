using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Capture.Archive;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Capture.Privacy;

/// <summary>
/// Takes a person out of the archive: his sessions and their events go, his requests stay under another name and without the folder
/// they were made in. A file that has something of his is written anew; what was damaged in it goes too, for nobody can see whose it was.
/// To be called where the archive is written.
/// </summary>
internal static class ArchiveErasure
{
    private static readonly JsonSerializerOptions Written = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Goes through a data folder's archive.</summary>
    /// <returns>How many lines were changed or taken out.</returns>
    /// <exception cref="IOException">A file could not be written anew; those before it are.</exception>
    public static long Run(string dataFolder, CapturedPerson person)
    {
        var traces = Traces(person);
        return UsageArchive
            .Files(Path.Combine(dataFolder, UsageArchive.FolderName))
            .Sum(file => Rewrite(file.Path, person, traces));
    }

    /// <summary>Takes out what the days before one have of a workspace.</summary>
    /// <returns>How many lines there were.</returns>
    /// <exception cref="IOException">A file could not be written anew; those before it are.</exception>
    public static long Before(string dataFolder, WorkspaceId workspace, int day) =>
        UsageArchive
            .Files(Path.Combine(dataFolder, UsageArchive.FolderName))
            .Where(file => file.Day < day)
            .Sum(file => Without(file.Path, workspace));

    private static long Without(string path, WorkspaceId workspace)
    {
        var (frames, _) = ArchiveFile.Index(path);
        using var next = new MemoryStream();
        var gone = 0L;
        foreach (var frame in frames)
        {
            if (ArchiveFile.Read(frame) is not { } lines)
            {
                continue;
            }

            // A block is of one workspace: its first line says which.
            if (IsOf(lines, workspace))
            {
                gone += lines.AsSpan().Count((byte)'\n') - 1;
            }
            else
            {
                ArchiveFrame.Make(lines, frame.Written, next);
            }
        }

        if (gone > 0 && next.Length == 0)
        {
            File.Delete(path);
        }
        else if (gone > 0)
        {
            AtomicFile.Write(path, next.GetBuffer().AsSpan(0, (int)next.Length), AtomicFile.OwnerOnly);
        }

        return gone;
    }

    private static bool IsOf(byte[] lines, WorkspaceId workspace)
    {
        var first = Parse(Encoding.UTF8.GetString(lines.AsSpan(0, Math.Max(0, lines.AsSpan().IndexOf((byte)'\n')))));
        return Text(first, "kind") == "from" && Number(first, "workspace") == workspace.Value;
    }

    // A block is whole or not at all, and still its lines may be another program's: null for one that is no object.
    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject? line, string name) =>
        line?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static int? Number(JsonObject? line, string name) =>
        line?[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    private static long Rewrite(string path, CapturedPerson person, SearchValues<string> traces)
    {
        var (frames, _) = ArchiveFile.Index(path);
        using var next = new MemoryStream();
        var changed = 0L;
        foreach (var frame in frames)
        {
            if (ArchiveFile.Read(frame) is { } lines)
            {
                ArchiveFrame.Make(Lines(lines, person, traces, ref changed), frame.Written, next);
            }
        }

        if (changed > 0)
        {
            AtomicFile.Write(path, next.GetBuffer().AsSpan(0, (int)next.Length), AtomicFile.OwnerOnly);
        }

        return changed;
    }

    private static byte[] Lines(byte[] lines, CapturedPerson person, SearchValues<string> traces, ref long changed)
    {
        var kept = new StringBuilder(lines.Length);
        int? workspace = null;
        foreach (var line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Every second line would be parsed in vain: few have anything to do with one person.
            var isFrom = line.StartsWith("""{"kind":"from",""", StringComparison.Ordinal);
            if (!isFrom && (workspace != person.Workspace.Value || !line.AsSpan().ContainsAny(traces)))
            {
                kept.Append(line).Append('\n');
                continue;
            }

            var read = Parse(line);
            if (isFrom)
            {
                workspace = Number(read, "workspace");
                kept.Append(line).Append('\n');
                continue;
            }

            // It names him, and nobody will ever read it.
            if (read is null)
            {
                changed++;
                continue;
            }

            var (isHis, isChanged) = Change(read, person);
            changed += isHis || isChanged ? 1 : 0;
            if (!isHis)
            {
                kept.Append(isChanged ? read.ToJsonString(Written) : line).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(kept.ToString());
    }

    private static (bool IsHis, bool IsChanged) Change(JsonObject line, CapturedPerson person)
    {
        var isOfSession = Text(line, "session") is { } session && person.Sessions.Contains(session);
        switch (Text(line, "kind"))
        {
            case "session" or "event":
                return (isOfSession, false);
            case "limit":
                // What it says of a limit holds for everybody with that account; who it was said to is nobody's business.
                return (false, isOfSession && Remove(line, "session", "account"));
            default:
                var instead = Text(line, "user") is { } user ? person.Names.GetValueOrDefault(user) : null;
                var isNamed = instead is not null;
                if (isNamed)
                {
                    line["user"] = instead;
                }

                return (false, ((isNamed || isOfSession) && Remove(line, "folder", "branch")) || isNamed);
        }
    }

    private static bool Remove(JsonObject line, params ReadOnlySpan<string> fields)
    {
        var any = false;
        foreach (var field in fields)
        {
            any |= line.Remove(field);
        }

        return any;
    }

    // As they stand in the lines: escaped as the writer does.
    private static SearchValues<string> Traces(CapturedPerson person) =>
        SearchValues.Create(
            [
                .. person
                    .Sessions.Concat(person.Names.Keys)
                    .Select(text => JsonSerializer.Serialize(text, Written))
                    .Select(text => text[1..^1]),
            ],
            StringComparison.Ordinal
        );
}
