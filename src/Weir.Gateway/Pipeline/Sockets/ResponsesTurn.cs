using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire.OpenAIResponses;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// One message of a Responses socket and the answer to it. A <c>response.create</c> is a request of its own, which goes the way of all
/// requests; one that only warms up is answered here and sent nowhere. What nobody stored is put before the input again, so
/// that a conversation goes on over HTTP and in every dialect. Used once.
/// </summary>
internal sealed class ResponsesTurn : IDisposable
{
    private readonly ResponsesChain chain;
    private readonly string name;
    private readonly PooledBuffer body = new(0);
    private readonly PooledBuffer items = new(0);
    private byte[]? refusal;
    private string? previous;
    private string? stored;
    private bool isNotice;
    private bool isWarmUp;
    private bool isUnstored;
    private bool hasItems;

    private ResponsesTurn(ResponsesChain chain, string name)
    {
        this.chain = chain;
        this.name = name;
    }

    /// <summary>The body of the request that it is; empty for what is not sent on.</summary>
    public ReadOnlyMemory<byte> Body => body.Memory;

    /// <summary>The error that it is answered with; null for none so far.</summary>
    public ReadOnlyMemory<byte>? Refusal => refusal is null ? null : new ReadOnlyMemory<byte>?(refusal);

    /// <summary>Takes a message, whose bytes it does not keep.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="chain">The socket's last response.</param>
    /// <param name="name">What makes the id of a response that no provider gives.</param>
    public static ResponsesTurn Of(ReadOnlyMemory<byte> bytes, ResponsesChain chain, string name)
    {
        var turn = new ResponsesTurn(chain, name);
        turn.refusal = turn.Take(bytes);
        return turn;
    }

    /// <summary>Answers it, and keeps what the next may go on from.</summary>
    /// <param name="caller">Who gets the answer.</param>
    /// <param name="answer">Answers a request with this body into these events.</param>
    /// <param name="clock">Tells when a warm-up was.</param>
    /// <returns>The HTTP status that the answer would have had.</returns>
    public async Task<int> RunAsync(
        SocketEnd caller,
        Func<ReadOnlyMemory<byte>, ResponsesEvents, Task> answer,
        TimeProvider clock
    )
    {
        if (isNotice)
        {
            return StatusCodes.Status200OK;
        }

        using var events = new ResponsesEvents(caller);
        if (refusal is not null)
        {
            await events.EndAsync(refusal);
        }
        else if (isWarmUp)
        {
            await WarmUpAsync(events, clock);
        }
        else
        {
            await AskAsync(events, answer);
        }

        if (events.Response is not { } response)
        {
            chain.Forget(previous);
        }
        else if (!isUnstored && events.IsStored != false)
        {
            chain.KeepStored(response);
        }
        else if (hasItems)
        {
            chain.Keep(response, stored, items.Span, events.Output);
        }

        return refusal is null ? events.Head.StatusCode : StatusCodes.Status400BadRequest;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        body.Dispose();
        items.Dispose();
    }

    /// <summary>Null, or why it is not answered.</summary>
    private byte[]? Take(ReadOnlyMemory<byte> bytes)
    {
        if (!ResponsesMessage.TryRead(bytes, out var message))
        {
            return Refuse("invalid_json", "The message is not one JSON object.");
        }

        if (message.IsNotice)
        {
            isNotice = true;
            return null;
        }

        if (!message.IsCreate)
        {
            return Refuse("unknown_event", "A message of this type is not known here: response.create is.", "type");
        }

        previous = message.Previous;
        isUnstored = message.IsUnstored;
        isWarmUp = message.IsWarmUp;
        var before = previous is null ? null : chain.ItemsOf(previous);
        if (previous is not null && before is null && isUnstored && !chain.Knows(previous))
        {
            return Refuse(
                "previous_response_not_found",
                $"Previous response with id '{RequestRefusals.Shown(previous)}' not found.",
                "previous_response_id"
            );
        }

        stored = before is null ? previous : chain.Stored;
        items.Append(before is { } earlier ? earlier.Span : default);
        hasItems = message.TryAddItems(items);
        message.WriteBody(body, before is null ? (ReadOnlyMemory<byte>?)null : items.Memory, stored);
        return null;
    }

    private async Task AskAsync(ResponsesEvents events, Func<ReadOnlyMemory<byte>, ResponsesEvents, Task> answer)
    {
        try
        {
            await answer(body.Memory, events);
        }
        catch (BadHttpRequestException)
        {
            // The answer broke off, which over HTTP only the connection can tell.
        }

        await events.Head.CompleteAsync();
        await events.FinishAsync();
    }

    /// <summary>
    /// The request is remembered, and nobody is asked: a response without content, that used nothing, which the next request goes on from.
    /// </summary>
    private async Task WarmUpAsync(ResponsesEvents events, TimeProvider clock)
    {
        var request = TranslatedRequest.Read(Dialect.OpenAIResponses, body.Memory, streams: true, out var fault);
        var model = request?.Request.Text("model"u8) ?? default;
        if (request is null || model.IsEmpty)
        {
            refusal = Refuse("invalid_request_error", fault ?? RequestRefusals.NoModel);
            await events.EndAsync(refusal);
            return;
        }

        events.Head = new DefaultHttpContext().Response;
        events.Head.ContentType = "text/event-stream";
        using var stream = new PooledBuffer(0);
        using var writer = new ResponsesStreamWriter(
            new AnswerContext
            {
                Dialect = Dialect.OpenAIResponses,
                Id = default,
                AnswerId = $"resp_weir_warm_{name}",
                Model = "",
                Provider = "",
                At = clock.GetUtcNow(),
                Clock = clock,
                Conversation = request,
                Streams = true,
                EstimatedPrompt = 0,
            },
            stream
        );
        var nothing = new TokenUsage { Input = 0, Output = 0 };
        writer.OnStart(model.Span, nothing);
        writer.OnStop(StopReason.EndTurn, default, nothing);
        await events.WriteAsync(stream.Memory);
        await events.FinishAsync();
    }

    private static byte[] Refuse(string code, string message, string? parameter = null) =>
        SocketErrors.Make(StatusCodes.Status400BadRequest, code, message, parameter);
}
