namespace Weir.Capture.Agents.OpenCode;

/// <summary>
/// OpenCode: one database for all its sessions; older versions kept a file for each message and each session, which newer ones
/// take over and leave where they are.
/// </summary>
internal sealed class OpenCodeAgent : CodingAgent
{
    private const string MessageKind = "message";
    private const string SessionKind = "session";

    /// <inheritdoc/>
    public override string Name => "opencode";

    /// <inheritdoc/>
    public override IEnumerable<string> Homes(Places places)
    {
        // The program follows the XDG layout on every system.
        yield return Path.Combine(
            places.Variable("XDG_DATA_HOME") ?? Path.Combine(places.Home, ".local", "share"),
            "opencode"
        );
        if (places.Variable("OPENCODE_DB") is { } database && Path.IsPathRooted(database))
        {
            yield return Path.GetDirectoryName(database) ?? database;
        }
    }

    /// <inheritdoc/>
    public override Claim? Claims(ReadOnlySpan<char> relativePath)
    {
        if (relativePath.EndsWith(".db", StringComparison.Ordinal))
        {
            // A release channel of its own has a database of its own: opencode-beta.db.
            return
                relativePath.SequenceEqual("opencode.db")
                || (relativePath.StartsWith("opencode-", StringComparison.Ordinal) && !relativePath.Contains('/'))
                ? new Claim(FileForm.Database, "database")
                : null;
        }

        return relativePath.EndsWith(".json", StringComparison.Ordinal) && KindOf(relativePath) is { } kind
            ? new Claim(FileForm.Whole, kind)
            : null;
    }

    /// <inheritdoc/>
    public override AgentReader Open(FileToRead file) =>
        file.Kind == SessionKind ? new OpenCodeSessionFile() : new OpenCodeMessageFile(file);

    private static string? KindOf(ReadOnlySpan<char> path)
    {
        if (path.StartsWith("storage/", StringComparison.Ordinal))
        {
            return path.StartsWith("storage/message/", StringComparison.Ordinal) ? MessageKind
                : path.StartsWith("storage/session/", StringComparison.Ordinal) ? SessionKind
                : null;
        }

        // At first each project had a folder of its own: project/NAME/storage/session/…
        if (!path.StartsWith("project/", StringComparison.Ordinal))
        {
            return null;
        }

        var name = path["project/".Length..];
        var rest = name[(name.IndexOf('/') + 1)..];
        return rest.StartsWith("storage/session/message/", StringComparison.Ordinal) ? MessageKind
            : rest.StartsWith("storage/session/info/", StringComparison.Ordinal) ? SessionKind
            : null;
    }

    /// <inheritdoc/>
    public override byte[]? ReadDatabase(string path, byte[]? saved, Catch caught) =>
        OpenCodeDatabase.Read(path, saved, caught);
}

/// <summary>A session in a file of its own.</summary>
internal sealed class OpenCodeSessionFile : AgentReader
{
    /// <inheritdoc/>
    public override void Line(ReadOnlySpan<byte> line, Catch caught)
    {
        if (!AgentLine.IsObject(line, caught))
        {
            return;
        }

        var time = Fields.Find(line, "time"u8);
        if (Fields.Name(line, "id"u8) is not { } id || Fields.UnixMilliseconds(time, "created"u8) is not { } created)
        {
            caught.Skip("unknown type");
            return;
        }

        var updated = Fields.UnixMilliseconds(time, "updated"u8) ?? created;
        caught.Session(
            new SessionFacts
            {
                Session = id,
                Client = OpenCodeMessage.Client,
                FirstAt = created,
                LastAt = updated > created ? updated : created,
                Parent = Fields.Name(line, "parentID"u8),
                Version = Fields.Name(line, "version"u8),
                Folder = Fields.Text(line, "directory"u8, Fields.LongestPath),
            }
        );
    }
}
