using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Agents;
using Weir.Capture.Agents.Codex;
using Weir.Capture.Agents.Gemini;
using Weir.Capture.Agents.OpenCode;

namespace Weir.Capture.Tests.Agents;

/// <summary>What every reader of lines holds to, whatever is in the file.</summary>
public class HostileFilesTests
{
    private const string Rollout = "sessions/a/rollout-2026-05-13T09-00-00-019b5e0a-0000-7000-8000-000000000001.jsonl";
    private const string Chat = "tmp/engine/chats/session-2026-05-13T09-00-019b5e0a.jsonl";
    private const string Message = "storage/message/ses_1/msg_1.json";

    public static TheoryData<string, string> Files =>
        new()
        {
            { "codex", Rollout },
            { "gemini", Chat },
            { "opencode", Message },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_cut_at_any_byte_is_read_to_there(string agent, string path)
    {
        var content = Sample(agent);
        for (var length = 0; length < content.Length; length++)
        {
            AgentFiles.Read(Agent(agent), path, content.AsSpan(0, length));
        }

        Assert.NotEmpty(AgentFiles.Read(Agent(agent), path, content).Sightings);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_with_other_bytes_in_it_is_read_or_passed_over(string agent, string path)
    {
        var content = Sample(agent);
        var reader = Agent(agent);
        Prop.ForAll(
                Gen.Zip(Gen.Choose(0, content.Length - 1), Gen.Choose(0, 255)).ListOf().ToArbitrary(),
                changes =>
                {
                    var changed = content.ToArray();
                    foreach (var (at, value) in changes)
                    {
                        changed[at] = (byte)value;
                    }

                    var caught = AgentFiles.Read(reader, path, changed, 1);
                    return caught.Sightings.All(s => s.Usage.Total >= 0 && (s.MessageId ?? s.OwnId) is { Length: > 0 });
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Nonsense_is_counted_under_fixed_words(string agent, string path)
    {
        var deep = new string('[', 4000) + new string(']', 4000);
        byte[][] lines =
        [
            "null"u8.ToArray(),
            "[1,2]"u8.ToArray(),
            "{"u8.ToArray(),
            "MARKER"u8.ToArray(),
            [.. "{\"type\":\"event_msg\",\"payload\":\""u8, 0xC3, 0x28, .. "\"}"u8],
            Encoding.UTF8.GetBytes($$"""{"type":"MARKER","timestamp":"2026-05-13T09:00:00Z","payload":{{deep}}}"""),
            Encoding.UTF8.GetBytes(
                """{"type":"MARKER","timestamp":"2026-05-13T09:00:00Z","payload":{"type":"MARKER"}}"""
            ),
            Encoding.UTF8.GetBytes($$"""{"type":"{{new string('x', 5_000_000)}}"}"""),
            "   "u8.ToArray(),
        ];
        var caught = new Catch();
        var claim = Agent(agent).Claims(path)!.Value;
        foreach (var line in lines)
        {
            Agent(agent).Open(new FileToRead(path, claim.Kind, null, _ => null)).Line(line, caught);
        }

        Assert.Equal(
            new Dictionary<string, long>
            {
                ["not an object"] = 2,
                ["not json"] = 2,
                ["not utf-8"] = 1,
                ["too deep"] = 1,
                ["unknown type"] = 2,
            },
            caught.Skipped
        );
        Assert.Empty(caught.Sightings);
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught));
    }

    [Theory]
    [InlineData("codex", Rollout, "null")]
    [InlineData("codex", Rollout, "{}")]
    [InlineData("codex", Rollout, """{"thread":1,"known":[[1]]}""")]
    [InlineData("gemini", Chat, "\u0000")]
    public void A_state_that_is_none_is_passed_over(string agent, string path, string saved)
    {
        var content = Sample(agent);
        var claim = Agent(agent).Claims(path)!.Value;
        var reader = Agent(agent).Open(new FileToRead(path, claim.Kind, Encoding.UTF8.GetBytes(saved), _ => null));
        var caught = new Catch();
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            reader.Line(Encoding.UTF8.GetBytes(line), caught);
        }

        Assert.NotEmpty(caught.Sightings);
    }

    private static CodingAgent Agent(string name) =>
        name switch
        {
            "codex" => new CodexAgent(),
            "gemini" => new GeminiAgent(),
            _ => new OpenCodeAgent(),
        };

    private static byte[] Sample(string name) =>
        Encoding.UTF8.GetBytes(
            name switch
            {
                "codex" => """
                {"timestamp":"2026-05-13T09:00:00.000Z","type":"session_meta","payload":{"id":"019b5e0a-0000-7000-8000-000000000001","forked_from_id":"019b5e09-0000-7000-8000-000000000001","cwd":"/home/ada/engine"}}
                {"timestamp":"2026-05-13T09:00:01.000Z","type":"turn_context","payload":{"turn_id":"019b5e0b-0000-7000-8000-000000000001","model":"gpt-5.2"}}
                {"timestamp":"2026-05-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c"}}
                {"timestamp":"2026-05-13T09:00:03.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":250,"output_tokens":125,"reasoning_output_tokens":75}},"rate_limits":{"primary":{"used_percent":1.5,"window_minutes":300,"resets_at":1778670000},"plan_type":"plus"}}}
                {"timestamp":"2026-05-13T09:00:04.000Z","type":"token_usage_record","payload":{"thread_id":"019b5e0a-0000-7000-8000-000000000001","response_id":"resp_1","usage":{"input_tokens":10,"output_tokens":5}}}
                """,
                "gemini" => """
                {"sessionId":"s1","projectHash":"h","startTime":"2026-05-13T09:00:00.000Z","kind":"main"}
                {"$set":{"messages":[{"id":"u0","timestamp":"2026-05-13T09:00:00.000Z","type":"user","content":[{"text":"hello"}]}]}}
                {"id":"g1","timestamp":"2026-05-13T09:00:01.000Z","type":"gemini","content":"x","tokens":{"input":100,"output":10,"cached":40,"thoughts":5,"tool":0,"total":115},"model":"gemini-2.5-pro","toolCalls":[{"id":"t1","name":"ls","status":"success","timestamp":"2026-05-13T09:00:02.000Z"}]}
                {"$rewindTo":"g1"}
                """,
                _ =>
                    """{"id":"msg_1","sessionID":"ses_1","role":"assistant","time":{"created":1778662800000,"completed":1778662801000},"modelID":"gpt-5.2","providerID":"openai","tokens":{"total":62,"input":10,"output":20,"reasoning":2,"cache":{"read":30,"write":0}},"path":{"cwd":"/home/ada"},"finish":"stop","error":{"name":"APIError","data":{"statusCode":429,"message":"no"}}}""",
            }
        );
}
