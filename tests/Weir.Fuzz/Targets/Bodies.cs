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

    public static IReadOnlyList<byte[]> All { get; } = [.. Texts.Select(Encoding.UTF8.GetBytes)];
}
