// A vendor that answers at once: 2 KB of Anthropic Messages, whole or streamed as the request asks, each with an id of
// its own and always the same usage. The header x-bench-delay-ms makes it wait first.
// Usage: upstream LISTEN-URL
using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

const int IdDigits = 12;
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(args[0]).ConfigureKestrel(o => o.Limits.MaxRequestBodySize = null);
var app = builder.Build();
long answered = 0;

var words = string.Concat(Enumerable.Repeat("The river runs high today. ", 60));
const string Usage =
    "\"input_tokens\":25,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":1000,\"output_tokens\":";
var (message, messageId) = Template(
    $$$$"""{"id":"msg_000000000000","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"text","text":"{{{{words}}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{{{{{Usage}}}}10}}"""
);
var (start, startId) = Template(
    $$$$"""
    event: message_start
    data: {"type":"message_start","message":{"id":"msg_000000000000","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{{{{{Usage}}}}1}}}

    event: content_block_start
    data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}


    """
);
var delta = Encoding.UTF8.GetBytes(
    """
    event: content_block_delta
    data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"The river runs high today. "}}


    """
);
var end = Encoding.UTF8.GetBytes(
    $$$$"""
    event: content_block_stop
    data: {"type":"content_block_stop","index":0}

    event: message_delta
    data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{{{{{Usage}}}}10}}

    event: message_stop
    data: {"type":"message_stop"}


    """
);

app.Run(AnswerAsync);
await app.RunAsync();

async Task AnswerAsync(HttpContext context)
{
    if (context.Request.Path == "/count")
    {
        await context.Response.WriteAsync(Interlocked.Read(ref answered).ToString(CultureInfo.InvariantCulture));
        return;
    }

    var streams = await ReadAsync(context.Request);
    if (context.Request.Headers.TryGetValue("x-bench-delay-ms", out var delay))
    {
        await Task.Delay(int.Parse(delay!, CultureInfo.InvariantCulture));
    }

    var id = Interlocked.Increment(ref answered).ToString("d" + IdDigits, CultureInfo.InvariantCulture);
    var response = context.Response;
    response.Headers["request-id"] = "req_" + id;
    if (!streams)
    {
        response.ContentType = "application/json";
        response.ContentLength = message.Length;
        WriteWithId(response, message, messageId, id);
        await response.BodyWriter.FlushAsync();
        return;
    }

    response.ContentType = "text/event-stream; charset=utf-8";
    WriteWithId(response, start, startId, id);
    await response.BodyWriter.FlushAsync();
    for (var i = 0; i < 8; i++)
    {
        response.BodyWriter.Write(delta);
        await response.BodyWriter.FlushAsync();
    }

    response.BodyWriter.Write(end);
    await response.BodyWriter.FlushAsync();
}

// Reads the body to its end and tells whether it asks for a stream, which the load says within its first bytes.
static async Task<bool> ReadAsync(HttpRequest request)
{
    var streams = false;
    var first = true;
    while (true)
    {
        var read = await request.BodyReader.ReadAsync();
        if (first && !read.Buffer.IsEmpty)
        {
            streams = read.Buffer.FirstSpan.IndexOf("\"stream\":true"u8) >= 0;
            first = false;
        }

        request.BodyReader.AdvanceTo(read.Buffer.End);
        if (read.IsCompleted)
        {
            return streams;
        }
    }
}

static void WriteWithId(HttpResponse response, byte[] template, int at, string id)
{
    var span = response.BodyWriter.GetSpan(template.Length);
    template.CopyTo(span);
    Encoding.ASCII.GetBytes(id, span[at..]);
    response.BodyWriter.Advance(template.Length);
}

static (byte[] Bytes, int IdAt) Template(string text)
{
    var bytes = Encoding.UTF8.GetBytes(text);
    return (bytes, bytes.AsSpan().IndexOf("msg_"u8) + 4);
}
