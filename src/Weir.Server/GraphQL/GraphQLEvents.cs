using System.Buffers;
using Microsoft.AspNetCore.Http;
using Weir.GraphQL;
using Weir.Server.Live;

namespace Weir.Server.GraphQL;

/// <summary>
/// One operation as server-sent events, as the protocol of graphql-sse has it for connections of their own: <c>next</c> for each
/// answer, <c>complete</c> at the end. Whatever is wrong with the request comes as an answer too.
/// </summary>
internal static class GraphQLEvents
{
    /// <summary>Answers until the operation or the listener ends.</summary>
    public static async Task SendAsync(
        HttpContext context,
        PreparedOperation? operation,
        GraphQLResponse? refusal,
        GraphQLCall call,
        CancellationToken stopping
    )
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var options = call.Get<LiveOptions>();
        var response = context.Response;
        response.ContentType = EventStreamConnection.ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(over.Token);
        var writing = new SemaphoreSlim(1);
        var beating = BeatAsync();
        try
        {
            if (operation is null)
            {
                await NextAsync(refusal!);
            }
            else if (operation.IsSubscription)
            {
                await foreach (var answer in operation.SubscribeAsync(call, over.Token))
                {
                    await NextAsync(answer);
                }
            }
            else
            {
                await NextAsync(await operation.RunAsync(call, over.Token));
            }

            await WriteAsync("event: complete\ndata: \n\n"u8.ToArray());
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await CompleteAsync();
        }
        catch (TimeoutException)
        {
            // What was being sent is stuck: nothing can be said behind it.
            context.Abort();
        }
        finally
        {
            await over.CancelAsync();
            await beating;
            writing.Dispose();
        }

        Task NextAsync(GraphQLResponse answer)
        {
            var json = answer.ToJson();
            var message = new ArrayBufferWriter<byte>(json.Length + 32);
            message.Write("event: next\ndata: "u8);
            // It has no line breaks.
            message.Write(json.Span);
            message.Write("\n\n"u8);
            return WriteAsync(message.WrittenMemory);
        }

        async Task WriteAsync(ReadOnlyMemory<byte> message)
        {
            await writing.WaitAsync(over.Token);
            try
            {
                using var limit = new CancellationTokenSource(options.SendLimit, call.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, over.Token);
                try
                {
                    await response.BodyWriter.WriteAsync(message, either.Token);
                }
                catch (OperationCanceledException slow) when (limit.IsCancellationRequested)
                {
                    throw new TimeoutException("The listener does not take its messages.", slow);
                }
            }
            finally
            {
                writing.Release();
            }
        }

        // A comment now and then, so that nobody between takes the connection for dead.
        async Task BeatAsync()
        {
            try
            {
                while (true)
                {
                    await Task.Delay(options.Beat, call.Clock, over.Token);
                    await WriteAsync(":\n\n"u8.ToArray());
                }
            }
            catch (Exception ended) when (ended is OperationCanceledException or TimeoutException)
            {
                // The operation is over, or its listener is stuck, which the next answer finds too.
            }
        }

        async Task CompleteAsync()
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), call.Clock);
                await response.BodyWriter.WriteAsync("event: complete\ndata: \n\n"u8.ToArray(), limit.Token);
            }
            catch (OperationCanceledException)
            {
                // There is nobody left to tell.
            }
        }
    }
}
