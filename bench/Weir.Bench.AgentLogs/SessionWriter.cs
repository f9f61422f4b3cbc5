namespace Weir.Bench.AgentLogs;

/// <summary>
/// Writes one session: its transcript, its subagents' with their sidecars, and a session forked from it, which begins
/// with copies of its lines.
/// </summary>
internal sealed class SessionWriter(SessionPlan plan, TextPool pool)
{
    private const int MostCopied = 60_000;

    private readonly Random random = new(plan.Seed);
    private readonly Truth truth = new();
    private readonly List<byte[]> copied = [];

    /// <summary>Writes the files and returns what they hold.</summary>
    public Truth Write()
    {
        Directory.CreateDirectory(plan.Project.Transcripts);
        var ids = new Ids(random);
        // A fork's file comes behind its session's in the order of names: of equal copies the first met is the session's.
        var session = "0" + ids.Uuid()[1..];
        var lines = new LineWriter(plan.Project, session, pool, random, ids, plan.Start);
        if (plan.Records > 0)
        {
            WriteFile(Main(session), file => Records(file, lines));
            return truth;
        }

        WriteFile(Main(session), file => Conversation(file, lines, plan.MainBytes, copy: plan.ForkBytes is not null));
        foreach (var bytes in plan.AgentBytes)
        {
            Subagent(session, ids, bytes);
        }

        if (plan.ForkBytes is { } size)
        {
            Fork(session, ids, lines.Now, size);
        }

        return truth;
    }

    private string Main(string session) => Path.Combine(plan.Project.Transcripts, session + ".jsonl");

    private void WriteFile(string path, Action<FileStream> write)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 256 * 1024);
        write(file);
        truth.Files++;
        truth.Bytes += file.Position;
    }

    private void Records(FileStream file, LineWriter lines)
    {
        for (var i = 0; i < plan.Records; i++)
        {
            var request = lines.NextRequest();
            lines.ShortAnswer(request);
            Put(file, lines, copy: false);
            truth.Add(request.Model, request.At, lines.Session, request.Tokens);
        }
    }

    private void Conversation(FileStream file, LineWriter lines, long bytes, bool copy)
    {
        lines.Prompt();
        Put(file, lines, copy);
        while (file.Position < bytes)
        {
            Request(file, lines, copy);
        }

        if (random.Next(100) == 0)
        {
            lines.Truncated();
            file.Write(lines.Line.Written);
            truth.Lines++;
        }
        else
        {
            lines.LastPrompt();
            Put(file, lines, copy: false);
        }
    }

    /// <summary>One request: a line for each block of its answer, its tools' results, and what else a session holds.</summary>
    private void Request(FileStream file, LineWriter lines, bool copy)
    {
        var request = lines.NextRequest();
        var blocks = random.Next(1, 5);
        var partial = random.Next(100) < 30;
        var toolCalls = random.Next(100) < 85 ? random.Next(1, Math.Min(blocks, 2) + 1) : 0;
        var stands = default(DateTime);
        for (var block = 0; block < blocks; block++)
        {
            var whole = block == blocks - 1 || !partial;
            var output = whole ? request.Tokens.Output : Math.Min(block + 1, request.Tokens.Output);
            lines.Answer(request, output, Kind(block));
            // Of lines that say as much the first stands.
            stands = output == request.Tokens.Output && stands == default ? request.At : stands;
            Put(file, lines, copy);
        }

        truth.Add(request.Model, stands, lines.Session, request.Tokens);
        if (random.Next(100) < 3)
        {
            lines.SidechainCopy(request);
            Put(file, lines, copy);
        }

        for (var call = 0; call < toolCalls; call++)
        {
            if (random.Next(4) == 0)
            {
                lines.Progress();
                Put(file, lines, copy);
            }

            lines.ToolResult(call);
            Put(file, lines, copy);
        }

        if (random.Next(100) < 20)
        {
            lines.Other();
            Put(file, lines, copy);
        }

        BlockKind Kind(int block) =>
            block >= blocks - toolCalls ? BlockKind.ToolUse
            : block == 0 ? BlockKind.Thinking
            : BlockKind.Text;
    }

    private void Subagent(string session, Ids ids, long bytes)
    {
        var agent = "a" + ids.Hex(16);
        var folder = Path.Combine(plan.Project.Transcripts, session, "subagents");
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, $"agent-{agent}.meta.json"),
            $$"""{"agentType":"general-purpose","description":"Look at the weir","toolUseId":"toolu_01{{ids.Base62(
                22
            )}}","spawnDepth":1}"""
        );
        var start = plan.Start.AddSeconds(random.Next(1, 3600));
        var lines = new LineWriter(plan.Project, session, pool, random, ids, start) { Agent = agent };
        WriteFile(Path.Combine(folder, $"agent-{agent}.jsonl"), file => Conversation(file, lines, bytes, copy: false));
    }

    /// <summary>The fork repeats the session's first lines under its own id; of one request the usage is set to nothing.</summary>
    private void Fork(string session, Ids ids, DateTime start, long bytes)
    {
        var fork = "f" + ids.Uuid()[1..];
        var lines = new LineWriter(plan.Project, fork, pool, random, ids, start);
        var from = System.Text.Encoding.ASCII.GetBytes(session);
        var to = System.Text.Encoding.ASCII.GetBytes(fork);
        WriteFile(
            Main(fork),
            file =>
            {
                foreach (var line in copied)
                {
                    var at = line.AsSpan().LastIndexOf(from);
                    if (at >= 0)
                    {
                        to.CopyTo(line, at);
                    }

                    file.Write(line);
                    truth.Lines++;
                }

                lines.ZeroedCopy();
                Put(file, lines, copy: false);
                Conversation(file, lines, Math.Max(bytes, file.Position + 1), copy: false);
            }
        );
    }

    private void Put(FileStream file, LineWriter lines, bool copy)
    {
        lines.Line.Add("\n"u8);
        file.Write(lines.Line.Written);
        truth.Lines++;
        if (copy && file.Position < MostCopied)
        {
            copied.Add(lines.Line.Written.ToArray());
        }
    }
}
