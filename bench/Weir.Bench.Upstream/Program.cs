// A vendor that answers at once: 2 KB of Anthropic Messages (below /v1/chat/completions of OpenAI Chat) from the model that was
// asked for, whole or streamed as the request asks, each with an id of its own and always the same usage. A stream has 8 pieces, or
// as many as the model's name says at its end (chunks-200). The header x-bench-delay-ms makes it wait first,
// x-bench-interval-ms between the pieces of a stream.
// Usage: upstream LISTEN-URL
using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Bench.Upstream;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(args[0]).ConfigureKestrel(o => o.Limits.MaxRequestBodySize = null);
var app = builder.Build();
long answered = 0;

ConcurrentDictionary<string, Answers> answersOf = [];
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
    data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{{{{{Answers.Usage}}}}10}}

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

    var (model, streams) = await ReadAsync(context.Request);
    var answers = answersOf.GetOrAdd(model, Answers.Of);
    if (context.Request.Headers.TryGetValue("x-bench-delay-ms", out var delay))
    {
        await Task.Delay(int.Parse(delay!, CultureInfo.InvariantCulture));
    }

    if (context.Request.Path == "/v1/chat/completions")
    {
        await ChatAnswers.AnswerAsync(context.Response, model, streams);
        return;
    }

    var id = Interlocked.Increment(ref answered).ToString("d" + Answers.IdDigits, CultureInfo.InvariantCulture);
    var response = context.Response;
    response.Headers["request-id"] = "req_" + id;
    if (!streams)
    {
        response.ContentType = "application/json";
        response.ContentLength = answers.Message.Bytes.Length;
        WriteWithId(response, answers.Message, id);
        await response.BodyWriter.FlushAsync();
        return;
    }

    response.ContentType = "text/event-stream; charset=utf-8";
    WriteWithId(response, answers.Start, id);
    await response.BodyWriter.FlushAsync();
    var interval = context.Request.Headers.TryGetValue("x-bench-interval-ms", out var between)
        ? int.Parse(between!, CultureInfo.InvariantCulture)
        : 0;
    for (var i = 0; i < ChatAnswers.PiecesOf(model); i++)
    {
        if (interval > 0)
        {
            await Task.Delay(interval);
        }

        response.BodyWriter.Write(delta);
        await response.BodyWriter.FlushAsync();
    }

    response.BodyWriter.Write(end);
    await response.BodyWriter.FlushAsync();
}

// Reads the body to its end. The load names its model first, and says within its first bytes whether it wants a stream.
static async Task<(string Model, bool Streams)> ReadAsync(HttpRequest request)
{
    var streams = false;
    string? model = null;
    while (true)
    {
        var read = await request.BodyReader.ReadAsync();
        if (model is null && !read.Buffer.IsEmpty)
        {
            var head = read.Buffer.FirstSpan;
            streams |= head.IndexOf("\"stream\":true"u8) >= 0;
            var name = head["{\"model\":\"".Length..];
            model = Encoding.ASCII.GetString(name[..name.IndexOf((byte)'"')]);
        }

        // Weir writes it last.
        foreach (var piece in read.Buffer)
        {
            streams |= piece.Span.IndexOf("\"stream\":true"u8) >= 0;
        }

        request.BodyReader.AdvanceTo(read.Buffer.End);
        if (read.IsCompleted)
        {
            return (model ?? "", streams);
        }
    }
}

static void WriteWithId(HttpResponse response, Template template, string id)
{
    var span = response.BodyWriter.GetSpan(template.Bytes.Length);
    template.Bytes.CopyTo(span);
    Encoding.ASCII.GetBytes(id, span[template.IdAt..]);
    response.BodyWriter.Advance(template.Bytes.Length);
}
