using Weir.Foundation;
using Weir.Wire;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>
/// Reads a transcript of Claude Code, a subagent's included. What a line means stands in docs/formats/claude-code.md;
/// events are <see cref="TranscriptEvents"/>' part, usage is here.
/// </summary>
internal sealed class TranscriptReader : AgentReader
{
    private readonly MessageBlocks blocks = new();
    private readonly RememberedText sessions = new(longest: 256);
    private readonly RememberedText folders = new(longest: 4096);
    private readonly RememberedText branches = new(longest: 256);
    private readonly RememberedText agents = new(longest: 256);
    private readonly TranscriptFile file;
    private readonly TranscriptState state;
    private readonly TranscriptEvents events;
    private readonly byte[] lastUsage = new byte[1024];
    private int lastUsageLength;

    /// <summary>Reads on where <paramref name="file"/> says.</summary>
    public TranscriptReader(FileToRead file)
    {
        this.file = TranscriptFile.Of(file);
        state = TranscriptState.Read(file.Saved);
        events = new TranscriptEvents(this.file, state);
    }

    /// <inheritdoc/>
    public override byte[] Save() => state.Save();

    /// <inheritdoc/>
    public override void Line(ReadOnlySpan<byte> line, Catch caught)
    {
        line = Trimmed(line);
        if (line.IsEmpty || LineTypes.TellNothing(line))
        {
            return;
        }

        var read = TranscriptLine.Read(line, blocks);
        if (read.Fault is { } fault)
        {
            caught.Skip(fault);
            return;
        }

        var type = LineTypes.Of(read);
        if (type is LineType.Uninteresting)
        {
            return;
        }

        if (type is LineType.Unknown)
        {
            caught.Skip(Skipped.UnknownType);
            return;
        }

        if (Moment(read, out var context) is { } missing)
        {
            // A line that tells nothing anyway may lack them.
            if (!read.Message.Usage.IsEmpty)
            {
                caught.Skip(missing);
            }

            return;
        }

        Facts(read, context, caught);
        if (type is LineType.Assistant && !read.Message.Usage.IsEmpty)
        {
            Usage(read, context, caught);
        }

        events.Read(type, line, read, blocks, context, caught);
    }

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        return (line.StartsWith(mark) ? line[mark.Length..] : line).Trim(" \t\r\n"u8);
    }

    /// <summary>Says where and when a line is; what it lacks when that cannot be said.</summary>
    private string? Moment(in TranscriptLine line, out LineContext context)
    {
        context = default;
        if (TranscriptTime.Read(line.Timestamp.Bytes) is not { } at)
        {
            return Skipped.NoTime;
        }

        if ((sessions.Get(line.Session) ?? file.Session) is not { } session)
        {
            return Skipped.NoSession;
        }

        var side = line.IsSidechain ?? file.IsSubagent;
        var agent = side || file.IsSubagent ? agents.Get(line.Agent) ?? file.Agent : null;
        context = new LineContext(at, session, agent, side);
        return null;
    }

    private void Facts(in TranscriptLine line, in LineContext context, Catch caught) =>
        caught.Session(
            new SessionFacts
            {
                Session = context.Session,
                Client = ClaudeCodeAgent.ClientName,
                FirstAt = context.At,
                LastAt = context.At,
                Parent = line.ForkedFrom.Id(),
                Version = line.Version.Name(),
                Folder = folders.Get(line.Folder),
                Repository = line.Repository.Name(),
                Branch = branches.Get(line.Branch),
                Entrypoint = line.Entrypoint.Name(),
            }
        );

    private void Usage(in TranscriptLine line, in LineContext context, Catch caught)
    {
        var message = line.Message;
        if (line.IsApiError || message.Model.Is("<synthetic>"u8))
        {
            return;
        }

        var again = IsOfTheLastMessage(line, context);
        if (again && message.Usage.SequenceEqual(lastUsage.AsSpan(0, lastUsageLength)))
        {
            return;
        }

        var usage = new AnthropicUsage();
        usage.Set(message.Usage);
        var tokens = usage.Tokens;
        if (tokens.Input is null || tokens.Output is null)
        {
            caught.Skip(Skipped.ImpossibleNumbers);
        }

        // Of a message kept through a compaction the program writes a copy with its usage set to nothing.
        if (tokens.Total == 0 || (again && (tokens.Output ?? 0) <= state.Output))
        {
            return;
        }

        Keep(tokens.Input is null || tokens.Output is null ? default : message.Usage);
        var messageId = message.Id.Id();
        var requestId = line.RequestId.Id();
        (state.MessageId, state.RequestId, state.Output) = (messageId, requestId, tokens.Output ?? 0);
        (state.At, state.WasSidechain) = (context.At, context.IsSidechain);
        var model = message.Model.Name();
        caught.Sightings.Add(
            new Sighting
            {
                Source = UsageSource.Transcript,
                Client = ClaudeCodeAgent.ClientName,
                At = context.At,
                Provider = Providers.Of(messageId, model),
                Model = model,
                MessageId = messageId,
                RequestId = requestId,
                OwnId = messageId is null && requestId is null ? OwnId(line, context) : null,
                Usage = tokens,
                PriceMode = usage.PriceMode,
                WebSearches = usage.WebSearches,
                Session = context.Session,
                Agent = context.Agent,
                ParentAgent = context.Agent is null ? null : file.Sidecar.ParentAgent,
                Folder = folders.Get(line.Folder),
                Branch = branches.Get(line.Branch),
                IsSidechain = context.IsSidechain,
            }
        );
    }

    /// <summary>Whether what was yielded last was of the same message: an answer is a line for each of its blocks.</summary>
    private bool IsOfTheLastMessage(in TranscriptLine line, in LineContext context) =>
        state.MessageId is { } known
        && context.At >= state.At
        && (context.IsSidechain || !state.WasSidechain)
        && Same(line.Message.Id, known)
        && (state.RequestId is { } request ? Same(line.RequestId, request) : line.RequestId.IsEmpty);

    /// <summary>Keeps the usage that was yielded: most lines repeat it, and need not be read for that.</summary>
    private void Keep(ReadOnlySpan<byte> usage)
    {
        lastUsageLength = usage.Length <= lastUsage.Length ? usage.Length : 0;
        usage[..lastUsageLength].CopyTo(lastUsage);
    }

    private static bool Same(RawText text, string known)
    {
        if (text.Bytes.Length != known.Length || text.Escaped)
        {
            return text.Escaped && text.Id() == known;
        }

        return System.Text.Ascii.Equals(text.Bytes, known);
    }

    /// <summary>The line's own id; of a line without, what tells it from the others of its session.</summary>
    private static string OwnId(in TranscriptLine line, in LineContext context) =>
        line.Uuid.Id() ?? $"{context.Session}/{context.At.UtcTicks}";
}

/// <summary>Where and when a line is.</summary>
/// <param name="At">Its time, UTC.</param>
/// <param name="Session">Its session.</param>
/// <param name="Agent">The subagent; null for the main conversation.</param>
/// <param name="IsSidechain">Whether it is in a subagent's conversation.</param>
internal readonly record struct LineContext(DateTimeOffset At, string Session, string? Agent, bool IsSidechain);

/// <summary>Whose model answered, by the price catalogue's names.</summary>
internal static class Providers
{
    /// <summary>Bedrock and Vertex mark the message's id; null when neither id nor model shows anybody.</summary>
    public static string? Of(string? messageId, string? model) =>
        Starts(messageId, "msg_bdrk_") || Starts(model, "anthropic.") || (model?.Contains(".anthropic.") ?? false)
            ? "amazon-bedrock"
        : Starts(messageId, "msg_vrtx_") ? "google-vertex-anthropic"
        : Starts(messageId, "msg_") || Starts(model, "claude") ? "anthropic"
        : null;

    private static bool Starts(string? text, string prefix) =>
        text is not null && text.StartsWith(prefix, StringComparison.Ordinal);
}
