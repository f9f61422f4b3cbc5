using System.Text.Json;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway.Counting;

namespace Weir.Fuzz.Targets;

/// <summary>Counts of whole requests: each has one, the same every time, no larger than its bytes can mean; questions made of valid requests are valid.</summary>
internal sealed class RequestCountTarget(Dialect dialect) : FuzzTarget
{
    // An image of a dozen bytes may be one of two million pixels.
    private const int MostPerByte = 3000;

    public override string Name => "count-" + dialect.ToString().ToLowerInvariant();

    public override string Group => "request";

    public override IEnumerable<byte[]> Seeds() =>
        [
            .. Bodies.All,
            .. new[]
            {
                """{"messages":[{"role":"system","name":"a","content":"b\n"},{"role":"user","content":[{"type":"text","text":"c"},{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODlhBwAJAIAAAAAAAA","detail":"low"}}],"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"p":{"type":"array","items":{"type":"string","enum":["a","\u0062"]}},"q":{"anyOf":[{"type":"null"},{"type":"object","properties":{}}]}},"required":["p"]}}}],"tool_choice":{"function":{"name":"f"}}}""",
                """{"system":[{"type":"text","text":"a"}],"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"iVBORw0KGgoAAAANSUhEUgAAAAMAAAAFCAYAAACAcVaiAAAA"}},{"type":"tool_result","content":[{"type":"text","text":"b"}]},{"type":"document","source":{"type":"text","data":"c"}},{"type":"tool_use","name":"f","input":{"a":1}},{"type":"thinking","thinking":"d"}]}],"tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"bash_20250124","name":"bash"}]}""",
                """{"instructions":"a","input":[{"role":"user","content":[{"type":"input_text","text":"b"},{"type":"input_image","image_url":"x"}]},{"type":"function_call","name":"f","arguments":"{}"},{"type":"function_call_output","output":[{"type":"input_text","text":"c"}]},{"type":"reasoning"}],"tools":[{"type":"function","name":"f","parameters":{}},{"type":"web_search"}],"text":{"format":{"schema":{}}}}""",
                """{"generateContentRequest":{"systemInstruction":{"parts":{"text":"a"}},"contents":[{"parts":[{"text":"b"},{"inlineData":{"mimeType":"image/png","data":"x"}},{"functionCall":{"name":"f","args":{}}},{"functionResponse":{"name":"f","response":{}}},{"text":"c","thought":true}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT"}}]}]}}""",
            }.Select(System.Text.Encoding.UTF8.GetBytes),
        ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var shape = "";
        foreach (var model in new[] { "gpt-4o", "claude-sonnet-5", "gemini-2.5-pro" })
        {
            var count = RequestCounter.Count(input, dialect, model);
            MustEqual(count, RequestCounter.Count(input, dialect, model), "the same request counts the same");
            Must(
                count.Tokens >= 0 && count.Tokens <= 500 + ((long)input.Length * MostPerByte),
                "a count is one that the bytes can mean",
                $"{count.Tokens} of {input.Length} bytes"
            );
            shape += $"{Bucket(count.Tokens)} {count.IsExact} ";
        }

        using var document = Json.Parse(input);
        if (document?.RootElement.ValueKind == JsonValueKind.Object)
        {
            Must(IsObject(CountBodies.Anthropic(input)), "Anthropic's question is an object");
            Must(IsObject(CountBodies.Gemini(input, "m\"")), "Gemini's question is an object");
        }

        return shape;
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        using var document = Json.Parse(json);
        return document?.RootElement.ValueKind == JsonValueKind.Object;
    }
}
