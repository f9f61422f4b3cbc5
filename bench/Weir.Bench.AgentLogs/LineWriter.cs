namespace Weir.Bench.AgentLogs;

/// <summary>What an answer's block is.</summary>
internal enum BlockKind
{
    Thinking,
    Text,
    ToolUse,
}

/// <summary>A request as the provider would bill it; <see cref="At"/> is the time of the line that was written last.</summary>
internal sealed record Request(string Id, string? RequestId, string Model, Tokens Tokens)
{
    /// <summary>When its last line was written.</summary>
    public DateTime At { get; set; }
}

/// <summary>Writes the lines of one transcript, one at a time, in the members' order of the real program.</summary>
internal sealed class LineWriter(Project project, string session, TextPool pool, Random random, Ids ids, DateTime start)
{
    private static readonly string[] Models =
    [
        "claude-opus-4-8",
        "claude-sonnet-5",
        "claude-sonnet-5",
        "claude-sonnet-5",
        "claude-haiku-4-5-20251001",
    ];

    private readonly string model = Models[random.Next(Models.Length)];
    private readonly bool isBedrock = random.Next(50) == 0;
    private readonly bool writesHours = random.Next(2) == 0;
    private readonly List<string> calls = [];
    private string parent = ids.Uuid();
    private string prompt = ids.Uuid();
    private DateTime now = start;
    private long context = random.Next(12_000, 40_000);

    /// <summary>The line that was written last, without its end.</summary>
    public LineBuffer Line { get; } = new();

    /// <summary>The session.</summary>
    public string Session => session;

    /// <summary>The subagent; null in a main conversation.</summary>
    public string? Agent { get; init; }

    /// <summary>The time of the last line.</summary>
    public DateTime Now => now;

    /// <summary>A request that is still to be written.</summary>
    public Request NextRequest()
    {
        var written = random.Next(200, 8000);
        var read = context;
        context = context + written > 180_000 ? random.Next(12_000, 40_000) : context + written;
        var hour = writesHours ? written - random.Next(0, 200) : 0;
        var tokens = new Tokens(
            random.Next(1, 60),
            read,
            written - hour,
            hour,
            1 + (long)Math.Exp(random.NextDouble() * random.NextDouble() * 9)
        );
        calls.Clear();
        return isBedrock
            ? new Request("msg_bdrk_01" + ids.Base62(22), null, model, tokens)
            : new Request("msg_01" + ids.Base62(22), "req_011" + ids.Base62(21), model, tokens) { At = now };
    }

    /// <summary>A line of an answer.</summary>
    public void Answer(Request request, long output, BlockKind kind)
    {
        Begin(Agent is not null);
        Line.Add("\"message\":{\"id\":\""u8).Add(request.Id);
        Line.Add("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\""u8).Add(request.Model);
        Line.Add("\",\"content\":["u8);
        switch (kind)
        {
            case BlockKind.Thinking:
                Line.Add("{\"type\":\"thinking\",\"thinking\":\""u8);
                pool.Write(Line, Tail(200, 4000), random);
                Line.Add("\",\"signature\":\""u8).Add(ids.Base62(180)).Add("\"}"u8);
                break;
            case BlockKind.Text:
                Line.Add("{\"type\":\"text\",\"text\":\""u8);
                pool.Write(Line, Tail(100, 3000), random);
                Line.Add("\"}"u8);
                break;
            default:
                var call = "toolu_01" + ids.Base62(22);
                calls.Add(call);
                Line.Add("{\"type\":\"tool_use\",\"id\":\""u8).Add(call);
                Line.Add("\",\"name\":\"Bash\",\"input\":{\"command\":\""u8);
                pool.Write(Line, Tail(80, 6000), random);
                Line.Add("\",\"description\":\"Look at the weir\"}}"u8);
                break;
        }

        Line.Add("],\"stop_reason\":\"tool_use\",\"stop_sequence\":null,\"usage\":"u8);
        Usage(request.Tokens with { Output = output });
        Line.Add(",\"stop_details\":null}"u8);
        if (request.RequestId is { } id)
        {
            Line.Add(",\"requestId\":\""u8).Add(id).Add("\""u8);
        }

        End("assistant"u8);
        request.At = now;
    }

    /// <summary>A line of an answer with no content.</summary>
    public void ShortAnswer(Request request)
    {
        now = now.AddMilliseconds(random.Next(1, 2000));
        Line.Clear();
        Line.Add("{\"type\":\"assistant\",\"sessionId\":\""u8).Add(session);
        Line.Add("\",\"message\":{\"id\":\""u8).Add(request.Id).Add("\",\"model\":\""u8).Add(request.Model);
        Line.Add("\",\"usage\":"u8);
        Usage(request.Tokens);
        Line.Add("}"u8);
        if (request.RequestId is { } id)
        {
            Line.Add(",\"requestId\":\""u8).Add(id).Add("\""u8);
        }

        Line.Add(",\"uuid\":\""u8).Add(ids.Uuid()).Add("\",\"timestamp\":\""u8).Add(now);
        Line.Add("\",\"cwd\":\""u8).Add(project.Folder).Add("\"}"u8);
        request.At = now;
    }

    /// <summary>An answer as a sidechain repeats it: no request id, the same usage.</summary>
    public void SidechainCopy(Request request)
    {
        Begin(sidechain: true);
        Line.Add("\"message\":{\"id\":\""u8).Add(request.Id);
        Line.Add("\",\"role\":\"assistant\",\"model\":\""u8).Add(request.Model);
        Line.Add("\",\"content\":[{\"type\":\"text\",\"text\":\"again\"}],\"usage\":"u8);
        Usage(request.Tokens);
        Line.Add("}"u8);
        End("assistant"u8);
    }

    /// <summary>An answer as the program keeps it through a compaction: its usage set to nothing, but for the split.</summary>
    public void ZeroedCopy()
    {
        Begin(sidechain: false);
        Line.Add("\"message\":{\"id\":\"msg_01"u8).Add(ids.Base62(22));
        Line.Add("\",\"role\":\"assistant\",\"model\":\""u8).Add(model);
        Line.Add("\",\"content\":[],\"usage\":{\"input_tokens\":0,\"cache_creation_input_tokens\":0,"u8);
        Line.Add("\"cache_read_input_tokens\":0,\"output_tokens\":0,"u8);
        Line.Add("\"cache_creation\":{\"ephemeral_1h_input_tokens\":206,\"ephemeral_5m_input_tokens\":100}}}"u8);
        End("assistant"u8);
    }

    /// <summary>A person's words.</summary>
    public void Prompt()
    {
        prompt = ids.Uuid();
        Begin(Agent is not null);
        Line.Add("\"promptId\":\""u8).Add(prompt);
        Line.Add("\",\"message\":{\"role\":\"user\",\"content\":\""u8);
        pool.Write(Line, Tail(60, 2000), random);
        Line.Add("\"}"u8);
        End("user"u8);
    }

    /// <summary>What a tool of the last answer returned.</summary>
    public void ToolResult(int call)
    {
        var length = Tail(300, 60_000);
        Begin(Agent is not null);
        Line.Add("\"promptId\":\""u8).Add(prompt);
        Line.Add("\",\"message\":{\"role\":\"user\",\"content\":[{\"tool_use_id\":\""u8).Add(calls[call]);
        Line.Add("\",\"type\":\"tool_result\",\"content\":\""u8);
        pool.Write(Line, length, random);
        Line.Add(random.Next(12) == 0 ? "\",\"is_error\":true}]}"u8 : "\",\"is_error\":false}]}"u8);
        Line.Add(",\"toolUseResult\":{\"stdout\":\""u8);
        pool.Write(Line, length, random);
        Line.Add("\",\"stderr\":\"\",\"interrupted\":false,\"usage\":{\"output_tokens\":9999},\"durationMs\":"u8);
        Line.Add(random.Next(10_000)).Add("}"u8);
        End("user"u8);
    }

    /// <summary>A tool's progress, with an answer of somebody else in it that is not to be counted.</summary>
    public void Progress()
    {
        Begin(Agent is not null);
        Line.Add("\"data\":{\"type\":\"agent_progress\",\"message\":{\"message\":{\"id\":\"msg_01progress\","u8);
        Line.Add("\"model\":\"claude-sonnet-5\",\"usage\":{\"input_tokens\":5,\"output_tokens\":5000}}},\"text\":\""u8);
        pool.Write(Line, Tail(300, 3000), random);
        Line.Add("\"}"u8);
        End("progress"u8);
    }

    /// <summary>One of the many other lines.</summary>
    public void Other()
    {
        switch (random.Next(9))
        {
            case 0:
                Prompt();
                break;
            case 1:
                Begin(Agent is not null);
                Line.Add("\"attachment\":{\"type\":\"file\",\"content\":\""u8);
                pool.Write(Line, Tail(2000, 20_000), random);
                Line.Add("\"}"u8);
                End("attachment"u8);
                break;
            case 2:
                Begin(sidechain: false);
                Line.Add("\"subtype\":\"turn_duration\",\"durationMs\":"u8).Add(random.Next(1000, 400_000));
                Line.Add(",\"isMeta\":false"u8);
                End("system"u8);
                break;
            case 3:
                Line.Clear();
                Line.Add("{\"type\":\"file-history-snapshot\",\"messageId\":\""u8).Add(ids.Uuid());
                Line.Add("\",\"snapshot\":{\"trackedFileBackups\":{\"text\":\""u8);
                pool.Write(Line, Tail(1000, 20_000), random);
                Line.Add("\"}},\"isSnapshotUpdate\":false}"u8);
                break;
            case 4:
                Line.Clear();
                Line.Add("{\"type\":\"summary\",\"summary\":\"The weir\",\"leafUuid\":\""u8).Add(parent).Add("\"}"u8);
                break;
            case 5:
                Line.Clear();
                Line.Add(random.Next(2) == 0 ? "\"a text\""u8 : "[1, 2]"u8);
                break;
            case 6:
                Begin(sidechain: false);
                Line.Add("\"message\":{\"id\":\""u8).Add(ids.Uuid());
                Line.Add("\",\"model\":\"<synthetic>\",\"role\":\"assistant\",\"usage\":{\"input_tokens\":0,"u8);
                Line.Add(
                    "\"output_tokens\":0},\"content\":[{\"type\":\"text\",\"text\":\"API Error: 529 Overloaded\"}]}"u8
                );
                Line.Add(",\"error\":\"server_error\",\"isApiErrorMessage\":true,\"apiErrorStatus\":529"u8);
                End("assistant"u8);
                break;
            case 7:
                Begin(sidechain: false);
                Line.Add("\"subtype\":\"compact_boundary\",\"content\":\"Conversation compacted\","u8);
                Line.Add("\"compactMetadata\":{\"trigger\":\"auto\",\"preTokens\":"u8).Add(context).Add("}"u8);
                End("system"u8);
                break;
            default:
                Line.Clear();
                Line.Add("{\"type\":\"queue-operation\",\"operation\":\"enqueue\",\"timestamp\":\""u8).Add(now);
                Line.Add("\",\"sessionId\":\""u8).Add(session).Add("\",\"content\":\"Look\"}"u8);
                break;
        }
    }

    /// <summary>The line that closes a transcript.</summary>
    public void LastPrompt()
    {
        Line.Clear();
        Line.Add("{\"type\":\"last-prompt\",\"lastPrompt\":\"Look\",\"leafUuid\":\""u8).Add(parent);
        Line.Add("\",\"sessionId\":\""u8).Add(session).Add("\"}"u8);
    }

    /// <summary>An answer whose writing was cut off.</summary>
    public void Truncated()
    {
        Begin(sidechain: false);
        Line.Add("\"message\":{\"id\":\"msg_01cut\",\"model\":\"claude-sonnet-5\",\"usage\":{\"input_tokens\":1,"u8);
        Line.Add("\"output_tokens\":12"u8);
    }

    private void Begin(bool sidechain)
    {
        now = now.AddMilliseconds(random.Next(5, 9000));
        Line.Clear();
        Line.Add("{\"parentUuid\":\""u8).Add(parent);
        Line.Add(sidechain ? "\",\"isSidechain\":true,"u8 : "\",\"isSidechain\":false,"u8);
        if (Agent is { } agent)
        {
            Line.Add("\"agentId\":\""u8).Add(agent).Add("\","u8);
        }
    }

    private void End(ReadOnlySpan<byte> type)
    {
        parent = ids.Uuid();
        Line.Add(",\"type\":\""u8).Add(type).Add("\",\"uuid\":\""u8).Add(parent);
        Line.Add("\",\"timestamp\":\""u8).Add(now);
        Line.Add("\",\"userType\":\"external\",\"entrypoint\":\"cli\",\"cwd\":\""u8).Add(project.Folder);
        Line.Add("\",\"sessionId\":\""u8).Add(session);
        Line.Add("\",\"version\":\"2.1.197\",\"gitBranch\":\""u8).Add(project.Branch).Add("\"}"u8);
    }

    private void Usage(Tokens tokens)
    {
        Line.Add("{\"input_tokens\":"u8).Add(tokens.Input);
        Line.Add(",\"cache_creation_input_tokens\":"u8).Add(tokens.CacheWrite5m + tokens.CacheWrite1h);
        Line.Add(",\"cache_read_input_tokens\":"u8).Add(tokens.CacheRead);
        Line.Add(",\"cache_creation\":{\"ephemeral_5m_input_tokens\":"u8).Add(tokens.CacheWrite5m);
        Line.Add(",\"ephemeral_1h_input_tokens\":"u8).Add(tokens.CacheWrite1h);
        Line.Add("},\"output_tokens\":"u8).Add(tokens.Output);
        Line.Add(",\"server_tool_use\":{\"web_search_requests\":0,\"web_fetch_requests\":0},"u8);
        Line.Add("\"service_tier\":\"standard\",\"inference_geo\":\"not_available\",\"iterations\":[],"u8);
        Line.Add("\"speed\":\"standard\"}"u8);
    }

    /// <summary>A length with a long tail: mostly near <paramref name="usual"/>, at times near <paramref name="most"/>.</summary>
    private int Tail(int usual, int most)
    {
        var x = random.NextDouble();
        return usual + (int)((most - usual) * Math.Pow(x, 16));
    }
}
