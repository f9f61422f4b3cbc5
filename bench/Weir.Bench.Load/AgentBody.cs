using System.Globalization;
using System.Text;

namespace Weir.Bench.Load;

/// <summary>
/// A request as coding agents send it: instructions, two dozen tools with their schemas, and turns of text, calls and
/// results, up to a size.
/// </summary>
internal static class AgentBody
{
    public static string Make(string model, bool streams, int size)
    {
        var body = new StringBuilder();
        body.Append(
            CultureInfo.InvariantCulture,
            $"{{\"model\":\"{model}\",{(streams ? "\"stream\":true," : "")}\"max_tokens\":1024,\"system\":[{{\"type\":\"text\",\"text\":\"{Words(4000)}\",\"cache_control\":{{\"type\":\"ephemeral\"}}}}],\"tools\":["
        );
        for (var i = 0; i < 24; i++)
        {
            body.Append(i == 0 ? "" : ",")
                .Append(
                    CultureInfo.InvariantCulture,
                    $$$"""{"name":"tool_{{{i}}}","description":"{{{Words(700)}}}","input_schema":{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"path":{"type":"string","description":"Where to look, an absolute path."},"limit":{"type":"number","description":"How much of it."},"mode":{"type":"string","enum":["read","write","list"]}},"required":["path"],"additionalProperties":false}}"""
                );
        }

        body.Append("""],"messages":[""");
        for (var i = 0; body.Length < size - 1200; i++)
        {
            body.Append(
                CultureInfo.InvariantCulture,
                $$$$"""{"role":"user","content":[{"type":"text","text":"{{{{Words(200)}}}}"}]},{"role":"assistant","content":[{"type":"text","text":"I look.\nAt \"it\"."},{"type":"tool_use","id":"toolu_{{{{i:d6}}}}","name":"tool_3","input":{"path":"/home/me/project/file_{{{{i}}}}.cs","limit":200}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_{{{{i:d6}}}}","content":"{{{{Words(600)}}}}"}]},"""
            );
        }

        body.Append("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"");
        body.Append(Words(Math.Max(1, size - body.Length - 40)));
        return body.Append("\"}]}]}").ToString();
    }

    /// <summary>So many characters of prose with the line ends and quotes that code and logs have.</summary>
    private static string Words(int length)
    {
        const string Line = "The river runs high today, and nobody saw the weir open.\\n  return \\\"open\\\"; ";
        var text = new StringBuilder();
        while (text.Length + Line.Length <= length)
        {
            text.Append(Line);
        }

        return text.Append('w', length - text.Length).ToString();
    }
}
