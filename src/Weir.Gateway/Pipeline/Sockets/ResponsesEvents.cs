using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Gateway.Metering;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// The body of an answer, which goes down a socket instead: each event of a stream as a message of its own, an error as the event that
/// it is there, and a response that came whole as the event that ends one. Written to as the server's own body is, by one
/// writer at a time, who waits while the caller takes nothing. Comments stay behind: a socket has pings.
/// </summary>
/// <param name="caller">Who gets it.</param>
internal sealed class ResponsesEvents(SocketEnd caller) : Stream
{
    private readonly Events events = new();
    private readonly PooledBuffer whole = new(0);
    private readonly List<byte[]> output = [];
    private bool tooLarge;

    /// <summary>The answer that is written; set before the first byte.</summary>
    public HttpResponse Head { get; set; } = null!;

    /// <summary>Whether the caller has been told how it ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The id of the response that came to its end in order; null while none has.</summary>
    public string? Response { get; private set; }

    /// <summary>Whether the provider says that it stored that response; null when it says neither.</summary>
    public bool? IsStored { get; private set; }

    /// <summary>The items that came out.</summary>
    public IReadOnlyList<byte[]> Output => output;

    /// <summary>Whether the caller took all that there was.</summary>
    public bool IsTaken { get; private set; } = true;

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private bool IsStream => ContentTypes.IsEventStream(Head.ContentType);

    /// <inheritdoc />
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        if (IsStream)
        {
            events.Feed(buffer.Span);
            await PassOnAsync();
        }
        else if (whole.Length + buffer.Length <= SseReader.MaxEventBytes)
        {
            whole.Append(buffer.Span);
        }
        else
        {
            tooLarge = true;
        }
    }

    /// <summary>The answer is over: what is left goes out, and the caller hears in any case that nothing follows.</summary>
    public async Task FinishAsync()
    {
        if (IsStream)
        {
            events.Complete();
            await PassOnAsync();
        }
        else if (Head.StatusCode is >= 200 and < 300 && !tooLarge)
        {
            await PassOnWholeAsync();
        }
        else
        {
            await EndAsync(SocketErrors.OfAnswer(Head.StatusCode, Head.Headers, tooLarge ? default : whole.Memory));
        }

        if (!HasEnded)
        {
            await EndAsync(
                SocketErrors.Make(
                    StatusCodes.Status502BadGateway,
                    "upstream_error",
                    "The provider's answer broke off before its end."
                )
            );
        }
    }

    /// <summary>Says the last word of this answer.</summary>
    public ValueTask EndAsync(ReadOnlyMemory<byte> message)
    {
        HasEnded = true;
        return SayAsync(message);
    }

    /// <inheritdoc />
    public override void Flush() { }

    /// <inheritdoc />
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            events.Dispose();
            whole.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask PassOnAsync()
    {
        foreach (var at in events.Gathered)
        {
            // Who has heard the end may have asked for more: what follows would be taken for the next answer.
            if (!HasEnded)
            {
                await PassOnAsync(events.Memory[at]);
            }
        }

        events.Forget();
    }

    private async ValueTask PassOnAsync(ReadOnlyMemory<byte> message)
    {
        var type = OpenAIMessage.TypeOf(message.Span);
        if (type.SequenceEqual("error"u8))
        {
            await EndAsync(SocketErrors.OfEvent(message) ?? message);
            return;
        }

        if (type.SequenceEqual("response.output_item.done"u8))
        {
            KeepItem(message);
        }
        else if (type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.incomplete"u8))
        {
            HasEnded = true;
            KeepResponse(message);
        }
        else if (type.SequenceEqual("response.failed"u8))
        {
            HasEnded = true;
        }

        await SayAsync(message);
    }

    private async ValueTask PassOnWholeAsync()
    {
        if (
            !ResponsesMessage.TryRead(whole.Memory, out _)
            || JsonValue.Parse(whole.Memory) is var response && !response.Is("object"u8, "response"u8)
        )
        {
            return;
        }

        var status = JsonValue.Parse(whole.Memory).Text("status"u8);
        using var message = new PooledBuffer(whole.Length + 128);
        var json = new JsonOut(message);
        json.Object();
        json.Text(
            "type"u8,
            status.Is("failed"u8) ? "response.failed"u8
                : status.Is("incomplete"u8) ? "response.incomplete"u8
                : "response.completed"u8
        );
        json.Number("sequence_number"u8, 0);
        json.Raw("response"u8, whole.Span);
        json.EndObject();
        await PassOnAsync(message.Memory);
    }

    private void KeepItem(ReadOnlyMemory<byte> message)
    {
        try
        {
            if (JsonValue.Parse(message).Get("item"u8) is { ValueKind: JsonValueKind.Object } item)
            {
                output.Add(item.Raw.ToArray());
            }
        }
        catch (JsonException)
        {
            // A message that nobody can go on from; the caller sees it as it is.
        }
    }

    private void KeepResponse(ReadOnlyMemory<byte> message)
    {
        try
        {
            var response = JsonValue.Parse(message).Get("response"u8);
            Response = response.Text("id"u8) is { IsEmpty: false } id ? id.ToString() : null;
            IsStored = response.Flag("store"u8);
            if (output.Count == 0)
            {
                foreach (var item in response.Get("output"u8).Items())
                {
                    output.Add(item.Raw.ToArray());
                }
            }
        }
        catch (JsonException)
        {
            Response = null;
        }
    }

    private async ValueTask SayAsync(ReadOnlyMemory<byte> message)
    {
        if (IsTaken)
        {
            IsTaken = await caller.WriteAsync(message, System.Net.WebSockets.WebSocketMessageType.Text);
        }
    }

    /// <summary>The events of what was written last; an end mark that is no JSON is none.</summary>
    private sealed class Events : SseReader, IDisposable
    {
        private readonly PooledBuffer bytes = new(0);

        public List<Range> Gathered { get; } = [];

        public ReadOnlyMemory<byte> Memory => bytes.Memory;

        public void Forget()
        {
            bytes.Clear();
            Gathered.Clear();
        }

        public void Dispose() => bytes.Dispose();

        protected override void OnEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> eventData)
        {
            var data = eventData.Trim(" \t\r\n"u8);
            if (data is [(byte)'{', ..])
            {
                Gathered.Add(bytes.Length..(bytes.Length + data.Length));
                bytes.Append(data);
            }
        }
    }
}
