using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weir.Bench.Upstream;

/// <summary>The same words in OpenAI's dialect.</summary>
internal static class ChatAnswers
{
    private const string Usage =
        "\"usage\":{\"prompt_tokens\":1025,\"completion_tokens\":10,\"total_tokens\":1035,\"prompt_tokens_details\":{\"cached_tokens\":1000}}";

    private static readonly string Words = string.Concat(Enumerable.Repeat("The river runs high today. ", 60));

    private static long answered;

    public static int PiecesOf(string model)
    {
        var dash = model.LastIndexOf('-');
        return
            model.StartsWith("chunks-", StringComparison.Ordinal)
            && int.TryParse(model.AsSpan(dash + 1), CultureInfo.InvariantCulture, out var pieces)
            ? pieces
            : 8;
    }

    public static async Task AnswerAsync(HttpResponse response, string model, bool streams)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"chatcmpl-{Interlocked.Increment(ref answered):d12}");
        response.Headers["x-request-id"] = "req_" + id;
        if (!streams)
        {
            response.ContentType = "application/json";
            await response.WriteAsync(
                $$$"""{"id":"{{{id}}}","object":"chat.completion","created":1780000000,"model":"{{{model}}}","choices":[{"index":0,"message":{"role":"assistant","content":"{{{Words}}}","refusal":null},"finish_reason":"stop"}],{{{Usage}}}}"""
            );
            return;
        }

        response.ContentType = "text/event-stream; charset=utf-8";
        var head =
            $$"""data: {"id":"{{id}}","object":"chat.completion.chunk","created":1780000000,"model":"{{model}}",""";
        var piece = Encoding.UTF8.GetBytes(
            head
                + """
                "choices":[{"index":0,"delta":{"content":"The river runs high today. "},"finish_reason":null}]}


                """
        );
        for (var i = 0; i < PiecesOf(model); i++)
        {
            response.BodyWriter.Write(piece);
            await response.BodyWriter.FlushAsync();
        }

        response.BodyWriter.Write(
            Encoding.UTF8.GetBytes(
                head
                    + """
                    "choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}


                    """
                    + head
                    + "\"choices\":[],"
                    + Usage
                    + "}\n\ndata: [DONE]\n\n"
            )
        );
        await response.BodyWriter.FlushAsync();
    }
}
