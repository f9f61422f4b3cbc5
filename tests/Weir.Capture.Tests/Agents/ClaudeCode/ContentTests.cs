using System.Text;
using System.Text.Json;
using Weir.Capture.Agents;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

/// <summary>Nothing that a person, a model or a tool said leaves the reader.</summary>
public class ContentTests
{
    private const string Secret = "SECRET-WORDS";

    [Fact]
    public void No_content_of_the_real_programs_files_leaves_the_reader()
    {
        var seen = 0;
        foreach (var file in Transcripts.Files.Where(f => f.Contains("claude-code-real", StringComparison.Ordinal)))
        {
            var bytes = File.ReadAllBytes(file);
            seen += Encoding.UTF8.GetString(bytes).Split(Secret).Length - 1;
            AssertKeepsQuiet(Transcripts.HomePath(file), bytes);
        }

        Assert.True(seen > 100, $"{seen} places");
    }

    [Fact]
    public void No_content_leaves_the_reader_wherever_it_stands()
    {
        string[] lines =
        [
            Transcripts.User($"\"{Secret}\""),
            Transcripts.User($$"""[{"type":"text","text":"{{Secret}}"}]""", more: $",\"toolUseResult\":\"{Secret}\""),
            Transcripts.User($"\"<command-message>{Secret}\"", more: $",\"slug\":\"{Secret}\",\"error\":\"{Secret}\""),
            Transcripts.Answer(
                content: $$"""
                [{"type":"thinking","thinking":"{{Secret}}","signature":"{{Secret}}"},{"type":"text","text":"{{Secret}}"},
                {"type":"tool_use","id":"t1","name":"Task","input":{"description":"{{Secret}}","prompt":"{{Secret}}",
                "subagent_type":"Explore","{{Secret}}":1} }]
                """.ReplaceLineEndings("")
            ),
            Transcripts.User(
                $$"""[{"tool_use_id":"t1","type":"tool_result","content":"Permission to use {{Secret}} agentId: {{Secret}}","is_error":true}]""",
                more: $$""","toolUseResult":{"agentId":"a1","status":"{{Secret}}","prompt":"{{Secret}}","content":[{"text":"{{Secret}}"}],"{{Secret}}":2}"""
            ),
            Transcripts.Answer(
                model: "<synthetic>",
                content: $$"""[{"type":"text","text":"{{Secret}}"}]""",
                more: $",\"error\":\"{Secret}\""
            ),
            $$"""{"type":"summary","summary":"{{Secret}}","leafUuid":"u"}""",
            $$"""{"type":"{{Secret}}","sessionId":"s1","timestamp":"2026-05-13T12:00:00Z"}""",
            $$"""{"type":"custom-title","customTitle":"{{Secret}}","sessionId":"s1"}""",
            $$"""{"type":"pr-link","prUrl":"{{Secret}}","sessionId":"s1","timestamp":"2026-05-13T12:00:00Z"}""",
            $$"""{"type":"system","subtype":"compact_boundary","content":"{{Secret}}","uuid":"u","sessionId":"s1","timestamp":"2026-05-13T12:00:00Z","compactMetadata":{"trigger":"{{Secret}}"} }""",
            $$"""{"type":"system","subtype":"api_error","error":{"error":{"type":"{{Secret}}","message":"{{Secret}}"} },"uuid":"u","sessionId":"s1","timestamp":"2026-05-13T12:00:00Z"}""",
            $"{Secret}",
        ];

        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        AssertKeepsQuiet(Transcripts.Main, bytes);
        AssertKeepsQuiet(Transcripts.Subagent, bytes);
    }

    private static void AssertKeepsQuiet(string path, byte[] bytes)
    {
        var reader = Transcripts.Open(
            path,
            beside: _ => Encoding.UTF8.GetBytes($$"""{"agentType":"Explore","description":"{{Secret}}"}""")
        );
        var caught = new Catch();
        Transcripts.Read(reader, bytes, caught);

        var told = JsonSerializer.Serialize(
            new
            {
                caught.Sightings,
                caught.Events,
                caught.Sessions,
                caught.Limits,
                caught.Skipped,
            }
        );
        Assert.DoesNotContain(Secret, told, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Secret, Encoding.UTF8.GetString(reader.Save() ?? []), StringComparison.Ordinal);
    }
}
