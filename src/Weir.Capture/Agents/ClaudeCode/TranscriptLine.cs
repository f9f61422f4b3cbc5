using Weir.Wire;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>
/// One line of a transcript, as far as it is of interest, found in one pass over its bytes. Texts, tool inputs and tool
/// outputs are passed over by their ends alone. See docs/formats/claude-code.md for the members.
/// </summary>
internal ref struct TranscriptLine
{
    public RawText Type;
    public RawText Subtype;
    public RawText Uuid;
    public RawText Timestamp;
    public RawText Session;
    public RawText Folder;
    public RawText Branch;
    public RawText Version;
    public RawText Entrypoint;
    public RawText PromptId;
    public RawText Agent;
    public RawText AgentType;
    public RawText RequestId;
    public RawText ForkedFrom;
    public RawText Error;
    public int? HttpStatus;
    public long? DurationMs;
    public bool? IsSidechain;
    public bool IsMeta;
    public bool IsCompactSummary;
    public bool IsApiError;
    public RawText PullRequest;
    public RawText Repository;

    /// <summary>The message; default where the line has none.</summary>
    public TranscriptMessage Message;

    /// <summary>Of a tool's result: whose conversation it was, its type, how it ended, how long it took.</summary>
    public RawText ResultAgent;
    public RawText ResultAgentType;
    public RawText ResultStatus;
    public long? ResultDurationMs;

    /// <summary>Of a compaction: what set it off, the tokens before it.</summary>
    public RawText CompactTrigger;
    public long? CompactTokens;

    /// <summary>Why the line could not be read, in a word of <see cref="Skipped"/>; null when it could.</summary>
    public string? Fault;

    /// <summary>Reads a line.</summary>
    public static TranscriptLine Read(ReadOnlySpan<byte> json, MessageBlocks blocks)
    {
        var line = new TranscriptLine();
        blocks.Clear();
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            line.Fault = !cursor.Pass().IsEmpty && cursor.AtEnd() ? Skipped.NotAnObject : Skipped.NotJson;
            return line;
        }

        while (cursor.NextProperty(out var name, out _))
        {
            line.ReadMember(name, ref cursor, blocks);
        }

        line.Fault =
            cursor.WasTooDeep ? Skipped.TooDeep
            : cursor.Failed || !cursor.AtEnd() ? Skipped.NotJson
            : null;
        return line;
    }

    private void ReadMember(ReadOnlySpan<byte> name, scoped ref JsonCursor cursor, MessageBlocks blocks)
    {
        switch (name.Length)
        {
            case 3 when name.SequenceEqual("cwd"u8):
                Folder = RawText.Read(ref cursor);
                return;
            case 4 when name.SequenceEqual("type"u8):
                Type = RawText.Read(ref cursor);
                return;
            case 4 when name.SequenceEqual("uuid"u8):
                Uuid = RawText.Read(ref cursor);
                return;
            case 5 when name.SequenceEqual("error"u8):
                ReadError(ref cursor);
                return;
            case 5 when name.SequenceEqual("prUrl"u8):
                PullRequest = RawText.Read(ref cursor);
                return;
            case 6 when name.SequenceEqual("isMeta"u8):
                IsMeta = cursor.ReadBool(out var meta) && meta;
                return;
            case 7 when name.SequenceEqual("message"u8):
                Message = TranscriptMessage.Read(ref cursor, blocks);
                return;
            case 7 when name.SequenceEqual("version"u8):
                Version = RawText.Read(ref cursor);
                return;
            case 7 when name.SequenceEqual("agentId"u8):
                Agent = RawText.Read(ref cursor);
                return;
            case 7 when name.SequenceEqual("subtype"u8):
                Subtype = RawText.Read(ref cursor);
                return;
            case 8 when name.SequenceEqual("promptId"u8):
                PromptId = RawText.Read(ref cursor);
                return;
            case 9 when name.SequenceEqual("timestamp"u8):
                Timestamp = RawText.Read(ref cursor);
                return;
            case 9 when name.SequenceEqual("sessionId"u8):
                Session = RawText.Read(ref cursor);
                return;
            case 9 when name.SequenceEqual("gitBranch"u8):
                Branch = RawText.Read(ref cursor);
                return;
            case 9 when name.SequenceEqual("requestId"u8):
                RequestId = RawText.Read(ref cursor);
                return;
            default:
                ReadRareMember(name, ref cursor);
                return;
        }
    }

    private void ReadRareMember(ReadOnlySpan<byte> name, scoped ref JsonCursor cursor)
    {
        switch (name.Length)
        {
            case 10 when name.SequenceEqual("entrypoint"u8):
                Entrypoint = RawText.Read(ref cursor);
                return;
            case 10 when name.SequenceEqual("durationMs"u8):
                DurationMs = cursor.ReadCount();
                return;
            case 10 when name.SequenceEqual("forkedFrom"u8):
                ForkedFrom = ReadInner(ref cursor, "sessionId"u8);
                return;
            case 11 when name.SequenceEqual("isSidechain"u8):
                IsSidechain = cursor.ReadBool(out var side) ? side : null;
                return;
            case 12 when name.SequenceEqual("prRepository"u8):
                Repository = RawText.Read(ref cursor);
                return;
            case 13 when name.SequenceEqual("toolUseResult"u8):
                ReadResult(ref cursor);
                return;
            case 14 when name.SequenceEqual("apiErrorStatus"u8):
                HttpStatus = Status(cursor.ReadCount()) ?? HttpStatus;
                return;
            case 15 when name.SequenceEqual("compactMetadata"u8):
                ReadCompaction(ref cursor);
                return;
            case 16 when name.SequenceEqual("isCompactSummary"u8):
                IsCompactSummary = cursor.ReadBool(out var summary) && summary;
                return;
            case 16 when name.SequenceEqual("attributionAgent"u8):
                AgentType = RawText.Read(ref cursor);
                return;
            case 17 when name.SequenceEqual("isApiErrorMessage"u8):
                IsApiError = cursor.ReadBool(out var error) && error;
                return;
            default:
                cursor.Pass();
                return;
        }
    }

    private void ReadResult(scoped ref JsonCursor cursor)
    {
        if (!cursor.EnterObject())
        {
            cursor.Pass();
            return;
        }

        while (cursor.NextProperty(out var name, out _))
        {
            if (name.SequenceEqual("agentId"u8))
            {
                ResultAgent = RawText.Read(ref cursor);
            }
            else if (name.SequenceEqual("agentType"u8))
            {
                ResultAgentType = RawText.Read(ref cursor);
            }
            else if (name.SequenceEqual("status"u8))
            {
                ResultStatus = RawText.Read(ref cursor);
            }
            else if (name.SequenceEqual("totalDurationMs"u8) || name.SequenceEqual("durationMs"u8))
            {
                ResultDurationMs = cursor.ReadCount();
            }
            else
            {
                cursor.Pass();
            }
        }
    }

    private void ReadCompaction(scoped ref JsonCursor cursor)
    {
        if (!cursor.EnterObject())
        {
            cursor.Pass();
            return;
        }

        while (cursor.NextProperty(out var name, out _))
        {
            if (name.SequenceEqual("trigger"u8))
            {
                CompactTrigger = RawText.Read(ref cursor);
            }
            else if (name.SequenceEqual("preTokens"u8))
            {
                CompactTokens = cursor.ReadCount();
            }
            else if (name.SequenceEqual("durationMs"u8))
            {
                DurationMs = cursor.ReadCount();
            }
            else
            {
                cursor.Pass();
            }
        }
    }

    /// <summary>A word, or the provider's answer as the program kept it: the type stands in an error inside the error.</summary>
    private void ReadError(scoped ref JsonCursor cursor)
    {
        if (cursor.Peek() == JsonKind.String)
        {
            Error = RawText.Read(ref cursor);
            return;
        }

        const int deepest = 3;
        var depth = 0;
        if (!cursor.EnterObject())
        {
            cursor.Pass();
            return;
        }

        // The levels are walked in one loop: when one ends, the members behind it in the level above are read on.
        while (!cursor.Failed && depth >= 0)
        {
            if (!cursor.NextProperty(out var name, out _))
            {
                depth--;
            }
            else if (name.SequenceEqual("error"u8) && depth < deepest && cursor.EnterObject())
            {
                depth++;
            }
            else if (name.SequenceEqual("type"u8))
            {
                var type = RawText.Read(ref cursor);
                Error = type.Is("error"u8) ? Error : type;
            }
            else if (name.SequenceEqual("status"u8) && depth == 0)
            {
                HttpStatus = Status(cursor.ReadCount()) ?? HttpStatus;
            }
            else
            {
                cursor.Pass();
            }
        }
    }

    private static RawText ReadInner(scoped ref JsonCursor cursor, ReadOnlySpan<byte> wanted)
    {
        RawText found = default;
        if (!cursor.EnterObject())
        {
            cursor.Pass();
            return found;
        }

        while (cursor.NextProperty(out var name, out _))
        {
            if (name.SequenceEqual(wanted))
            {
                found = RawText.Read(ref cursor);
            }
            else
            {
                cursor.Pass();
            }
        }

        return found;
    }

    private static int? Status(long? count) => count is >= 100 and <= 599 ? (int)count : null;
}
