using System.Buffers;
using Weir.Foundation;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Relays a plain answer that is too large to be held whole. One piece stays behind until the next has come, so that the
/// record is journalled before the last byte goes out. Goes on reading when the caller has gone.
/// </summary>
internal sealed class LargeRelay(UpstreamCall call, HttpResponseMessage answer, AnswerMeter meter, PooledBuffer behind)
{
    private readonly Exchange exchange = call.Exchange;
    private readonly UpstreamAttempt attempt = call.Attempt;

    /// <summary>Relays to the end, beginning with what has been read; the attempt then says how it ended.</summary>
    public async Task RunAsync(Stream upstream)
    {
        AnswerHead.Write(exchange, attempt, answer, keepsLength: true, attempt.SentModel, cost: null);
        AnswerCoding.Begin(exchange);
        meter.Feed(behind.Span);
        var length = (long)behind.Length;
        if (meter.HasNoRoom)
        {
            exchange.BrokeOff = true;
            return;
        }

        var next = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await upstream.ReadAsync(next, call.Watchdog.Token) is > 0 and var count)
            {
                call.Watchdog.Heard();
                length += count;
                await SendAsync(behind.Memory);
                behind.Clear();
                behind.Append(next.AsSpan(0, count));
                meter.Feed(behind.Span);
                if (meter.HasNoRoom)
                {
                    exchange.BrokeOff = true;
                    return;
                }
            }
        }
        catch (Exception e) when (UpstreamCall.IsFailure(e))
        {
            Settle(call.StatusOf(e));
            await SendAsync(behind.Memory);
            exchange.BrokeOff = true;
            return;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(next);
        }

        if (call.IsCut(answer, length))
        {
            Settle(RequestStatus.UpstreamReset);
            await SendAsync(behind.Memory);
            exchange.BrokeOff = true;
            return;
        }

        meter.Complete();
        if (meter.HasNoRoom)
        {
            exchange.BrokeOff = true;
            return;
        }

        Settle(exchange.CallerGone && attempt.WasAccepted ? RequestStatus.CallerAborted : attempt.Status);
        await SendAsync(behind.Memory);
    }

    private void Settle(RequestStatus status)
    {
        attempt.Status = status;
        attempt.Reading = meter.Reading;
        call.Records.Write(exchange, attempt, attempt.HttpStatus);
        call.IsSettled = true;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (exchange.CallerGone)
        {
            return;
        }

        try
        {
            await exchange.Context.Response.BodyWriter.WriteAsync(bytes);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The caller has gone, which its token tells.
        }
    }
}
