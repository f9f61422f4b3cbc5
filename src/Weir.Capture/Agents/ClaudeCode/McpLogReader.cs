using System.Buffers.Text;
using Weir.Wire;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>
/// Reads what Claude Code writes about one tool server: when it was connected, whether that went well and how long it
/// took, and how many errors there were. Of the texts only fixed phrases are looked for; none is kept.
/// </summary>
internal sealed class McpLogReader : AgentReader
{
    private const string ErrorId = "error";
    private const string ConnectionId = "connection";

    private readonly RememberedText sessions = new(longest: 256);
    private readonly string? server;

    /// <summary>Reads the log of the server that the file's folder names.</summary>
    public McpLogReader(FileToRead file)
    {
        var name = ClaudeCodeAgent.McpServer(file.RelativePath);
        server = name.IsEmpty || name.Length > 256 ? null : name.ToString();
    }

    /// <inheritdoc/>
    public override void Line(ReadOnlySpan<byte> line, Catch caught)
    {
        line = line.Trim(" \t\r\n"u8);
        if (line.IsEmpty || server is null)
        {
            return;
        }

        var cursor = new JsonCursor(line);
        if (!cursor.EnterObject())
        {
            caught.Skip(!cursor.Pass().IsEmpty && cursor.AtEnd() ? Skipped.NotAnObject : Skipped.NotJson);
            return;
        }

        RawText said = default;
        RawText timestamp = default;
        RawText session = default;
        var isError = false;
        while (cursor.NextProperty(out var name, out _))
        {
            if (name.SequenceEqual("debug"u8))
            {
                said = MessageBlocks.PassText(ref cursor);
            }
            else if (name.SequenceEqual("error"u8))
            {
                isError = true;
                said = MessageBlocks.PassText(ref cursor);
            }
            else if (name.SequenceEqual("timestamp"u8))
            {
                timestamp = RawText.Read(ref cursor);
            }
            else if (name.SequenceEqual("sessionId"u8))
            {
                session = RawText.Read(ref cursor);
            }
            else
            {
                cursor.Pass();
            }
        }

        if (cursor.Failed || !cursor.AtEnd())
        {
            caught.Skip(cursor.WasTooDeep ? Skipped.TooDeep : Skipped.NotJson);
        }
        else if (TranscriptTime.Read(timestamp.Bytes) is not { } at)
        {
            caught.Skip(Skipped.NoTime);
        }
        else if (sessions.Get(session) is not { } id)
        {
            caught.Skip(Skipped.NoSession);
        }
        else
        {
            Tell(said.Bytes, isError, at, id, caught);
        }
    }

    private void Tell(ReadOnlySpan<byte> said, bool isError, DateTimeOffset at, string session, Catch caught)
    {
        if (isError)
        {
            // The failed connection's own error: the line before has told of it.
            if (!said.StartsWith("Connection failed: "u8))
            {
                caught.Events.Add(New(session, $"{server}/{ErrorId}/{at.UtcTicks}", at) with { Succeeded = false });
            }
        }
        else if (said.StartsWith("Successfully connected"u8) || said.StartsWith("Successfully reconnected"u8))
        {
            Connection(session, at, Length(said, " in "u8), succeeded: true, caught);
        }
        else if (said.StartsWith("Connection failed after "u8))
        {
            Connection(session, at, Length(said, " after "u8), succeeded: false, caught);
        }
        else if (said.StartsWith("Connection timeout triggered after "u8))
        {
            Connection(session, at, Length(said, " after "u8), succeeded: false, caught);
        }
    }

    private void Connection(string session, DateTimeOffset at, TimeSpan? took, bool succeeded, Catch caught)
    {
        var began = at - (took ?? TimeSpan.Zero);
        caught.Events.Add(
            New(session, $"{server}/{ConnectionId}/{at.UtcTicks}", began) with
            {
                EndedAt = at,
                Duration = took,
                Succeeded = succeeded,
            }
        );
    }

    private SessionEvent New(string session, string id, DateTimeOffset at) =>
        new()
        {
            Kind = SessionEventKind.McpServer,
            Session = session,
            Id = id,
            StartedAt = at,
            Name = server,
        };

    /// <summary>The milliseconds behind a phrase (<c> in 216ms</c>); null when none stand there, or more than a day.</summary>
    private static TimeSpan? Length(ReadOnlySpan<byte> text, ReadOnlySpan<byte> phrase)
    {
        var at = text.IndexOf(phrase);
        if (at < 0)
        {
            return null;
        }

        var rest = text[(at + phrase.Length)..];
        return
            Utf8Parser.TryParse(rest, out long ms, out var used)
            && rest[used..].StartsWith("ms"u8)
            && ms is >= 0 and <= TimeSpan.MillisecondsPerDay
            ? TimeSpan.FromMilliseconds(ms)
            : null;
    }
}
