using System.Text;

namespace Weir.Fuzz.Targets;

/// <summary>Small request bodies of every dialect, as seeds.</summary>
internal static class Bodies
{
    private static readonly string[] Texts =
    [
        """{"model":"claude-sonnet-5","max_tokens":1024,"stream":true,"messages":[{"role":"user","content":"hi"}],"thinking":{"type":"enabled","budget_tokens":1000},"metadata":{"user_id":"user_a_account_b_session_c-d"},"tools":[{"name":"x"}],"speed":"fast","service_tier":"auto"}""",
        """{ "metadata": {"user_id":"{\"device_id\":\"a\",\"session_id\":\"0b1c-2d\"}"}, "model" : "m" }""",
        """{"model":"gpt-5","stream":true,"stream_options":{"include_usage":false},"max_completion_tokens":7,"reasoning_effort":"high","service_tier":"flex"}""",
        """{"model":"gpt-5","stream":true,"stream_options":{ },"messages":[]}""",
        """{"model":"gpt-5","stream":true,"stream_options":null}""",
        """{"model":"gpt-5","stream":true,"stream_options":{"include_usage":null,"x":[1]}}""",
        """{"model":"gpt-5","input":"hi","max_output_tokens":10,"reasoning":{"effort":"low","summary":null}}""",
        """{"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":9,"thinkingConfig":{"thinkingBudget":0}}}""",
        """{"generation_config":{"max_output_tokens":9,"thinking_config":{}},"service_tier":"priority"}""",
        """{"mod\u0065l":"a\n\"b\ud83d\ude00","MODEL":null}""",
        """ {"input":["a","b"],"model":"text-embedding-3-small"} """,
        "{}",
        "{ \n}",
        "[]",
        "null",
    ];

    private static readonly string[] Talks =
    [
        """{"model":"m","max_tokens":9,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"tools":[{"name":"look","description":"d","input_schema":{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"type":["string","null"]}}}}],"tool_choice":{"type":"any"},"messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}]},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"weir1.t.cA.."},{"type":"tool_use","id":"t1","name":"look","input":{"a":"b"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[{"type":"text","text":"no"}]}]}]}""",
        """{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]},{"role":"assistant","content":null,"reasoning_details":[{"data":"weir1.s.cA.dA.c2ln"}],"tool_calls":[{"id":"c","type":"function","function":{"name":"look","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}},{"type":"custom","custom":{"name":"free","format":{"type":"grammar","grammar":{"definition":"x","syntax":"lark"}}}}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},"stop":["a","b"]}""",
        """{"model":"m","instructions":"s","input":[{"role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"reasoning","summary":[{"type":"summary_text","text":"t"}],"encrypted_content":"weir1.e.cA.aWQ.x"},{"type":"function_call","call_id":"c","name":"look","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"r"},{"type":"custom_tool_call","call_id":"d","name":"free","input":"text"}],"tools":[{"type":"function","name":"look","parameters":{}},{"type":"custom","name":"free"},{"type":"namespace","name":"n","tools":[{"type":"function","name":"in"}]}],"reasoning":{"effort":"high"}}""",
        """{"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"a"},{"inlineData":{"mimeType":"image/png","data":"aGk="}}]},{"role":"model","parts":[{"functionCall":{"name":"look","args":{"a":1}},"thoughtSignature":"d2VpcjEudC5jQS4u"}]},{"role":"user","parts":[{"functionResponse":{"name":"look","response":{"output":"r"}}}]}],"tools":[{"functionDeclarations":[{"name":"look","parameters":{"type":"OBJECT"}}]}],"generationConfig":{"thinkingConfig":{"thinkingBudget":9},"responseMimeType":"application/json"}}""",
    ];

    /// <summary>A whole conversation in each dialect.</summary>
    public static IReadOnlyList<byte[]> Conversations { get; } = [.. Talks.Select(Encoding.UTF8.GetBytes)];

    public static IReadOnlyList<byte[]> All { get; } = [.. Texts.Select(Encoding.UTF8.GetBytes)];
}
