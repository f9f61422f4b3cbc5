using System.Collections.Immutable;
using System.Text;
using Weir.Capture.Content;
using Weir.Capture.Tests.Agents;

namespace Weir.Capture.Tests.Content;

/// <summary>What was said stands in the agents' lines, each in its own way; whatever else stands there hurts nothing.</summary>
public sealed class ContentReaderTests
{
    [Fact]
    public void Claude_Codes_lines_tell_prompts_answers_and_tools()
    {
        var items = Read(
            """{"type":"queue-operation","content":"hello"}""",
            """{"type":"user","uuid":"u1","timestamp":"2026-05-13T12:00:00Z","message":{"role":"user","content":"hello"}}""",
            """{"type":"user","uuid":"u2","isMeta":true,"message":{"role":"user","content":[{"type":"text","text":"caveat"}]}}""",
            """{"type":"assistant","uuid":"u3","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"yes"},{"type":"tool_use","name":"Bash","input":{"command":"ls"}}]}}""",
            """{"type":"user","uuid":"u4","isSidechain":true,"agentId":"a1","message":{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"type":"image","source":{"data":"…"}}]}}""",
            """{"type":"assistant","uuid":"u3","message":{"role":"assistant","content":[{"type":"text","text":"yes indeed"}]}}"""
        );
        Assert.Equal(
            ["Prompt  hello", "System  caveat", "Answer  yes indeed", "ToolResult a1 a\nb", "Prompt a1 [image]"],
            items.Select(Show)
        );
        Assert.Equal(new DateTimeOffset(2026, 5, 13, 12, 0, 0, TimeSpan.Zero), items[0].At);
    }

    [Fact]
    public void A_call_has_its_tools_name_and_its_input()
    {
        var call = Assert.Single(
            Read(
                """{"message":{"role":"assistant","content":[{"type":"tool_use","name":"Bash","input":{"command":"ls"}}]}}"""
            )
        );
        Assert.Equal((ContentKind.ToolCall, "Bash", """{"command":"ls"}"""), (call.Kind, call.Name, call.Text));
    }

    [Fact]
    public void Codexs_lines_tell_them_too_and_its_events_not_once_more()
    {
        var items = Read(
            """{"timestamp":"2026-05-13T12:00:00Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}}""",
            """{"timestamp":"2026-05-13T12:00:00Z","type":"event_msg","payload":{"type":"user_message","message":"hello"}}""",
            """{"type":"response_item","payload":{"type":"message","role":"developer","content":[{"type":"input_text","text":"rules"}]}}""",
            """{"type":"response_item","payload":{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"content":null}}""",
            """{"type":"response_item","payload":{"type":"function_call","name":"exec_command","arguments":"{\"cmd\":\"ls\"}"}}""",
            """{"type":"response_item","payload":{"type":"function_call_output","output":"a\nb"}}""",
            """{"type":"response_item","payload":{"type":"local_shell_call","action":{"command":["ls"]}}}"""
        );
        Assert.Equal(
            [
                "Prompt  hello",
                "System  rules",
                "Thinking  hm",
                """ToolCall exec_command {"cmd":"ls"}""",
                "ToolResult  a\nb",
                """ToolCall local_shell {"command":["ls"]}""",
            ],
            items.Select(Show)
        );
    }

    [Fact]
    public void Of_Geminis_messages_the_last_of_each_stands_where_the_first_did()
    {
        var items = Read(
            """{"sessionId":"s","projectHash":"h"}""",
            """{"$set":{"messages":[{"id":"1","type":"user","content":[{"text":"hello"}]}]}}""",
            """{"id":"2","type":"gemini","content":"y"}""",
            """{"id":"3","type":"user","content":"more"}""",
            """{"id":"2","type":"gemini","content":"yes","thoughts":[{"subject":"","description":"hm"}],"toolCalls":[{"name":"ls","args":{"p":1},"result":[{"text":"a"}]}]}"""
        );
        Assert.Equal(
            [
                "Prompt  hello",
                "Thinking  hm",
                "Answer  yes",
                """ToolCall ls {"p":1}""",
                "ToolResult ls a",
                "Prompt  more",
            ],
            items.Select(Show)
        );
    }

    [Fact]
    public void Lines_that_cannot_be_read_are_counted_and_hinder_nothing()
    {
        var (items, unreadable) = ContentReader.Read([
            "nonsense"u8.ToArray(),
            new byte[] { 0xFF, 0xFE },
            """{"message":{"role":"user","content":"half \ud800"}}"""u8.ToArray(),
            """{"message":{"role":"user","\ud800":1}}"""u8.ToArray(),
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 10_000))),
            "[1,2]"u8.ToArray(),
            "null"u8.ToArray(),
            """{"message":{"role":5,"content":{"a":[null]}},"timestamp":"soon","uuid":7}"""u8.ToArray(),
            """{"payload":{},"type":"response_item"}"""u8.ToArray(),
            """{"messages":5}"""u8.ToArray(),
            """{"message":{"role":"user","content":"hello"}}"""u8.ToArray(),
        ]);
        Assert.Equal("hello", Assert.Single(items).Text);
        Assert.InRange(unreadable, 4, 5);
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_between_characters()
    {
        var text = "x" + string.Concat(Enumerable.Repeat("😀", ContentItem.LongestText));
        var item = Assert.Single(Read($$$"""{"message":{"role":"user","content":"{{{text}}}"}}"""));
        Assert.True(item.IsCut, "It is whole.");
        Assert.Equal(text[..(ContentItem.LongestText - 1)], item.Text);
    }

    [Theory]
    [InlineData("claude-code-real")]
    [InlineData("codex-real")]
    [InlineData("gemini-real")]
    public void Real_sessions_tell_prompts_and_answers(string fixture)
    {
        var files = Directory
            .EnumerateFiles(Path.Combine(AgentFiles.Fixtures(), fixture), "*.jsonl", SearchOption.AllDirectories)
            .ToList();
        var lines = files
            .SelectMany(File.ReadAllLines)
            .Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line))
            .ToImmutableArray();
        var (items, unreadable) = ContentReader.Read(lines);
        Assert.Contains(items, item => item is { Kind: ContentKind.Prompt, At: not null });
        Assert.Contains(items, item => item is { Kind: ContentKind.Answer, At: not null });
        Assert.Equal(0, unreadable);
    }

    private static ImmutableArray<ContentItem> Read(params string[] lines) =>
        ContentReader.Read([.. lines.Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line))]).Items;

    private static string Show(ContentItem item) => $"{item.Kind} {item.Agent ?? item.Name} {item.Text}";
}
