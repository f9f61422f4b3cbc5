using System.Buffers;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Relays one open stream: each piece goes to the meter, then to the caller, and what is written is flushed whenever the
/// upstream has nothing more to give. The record is journalled when the meter has seen the end (or an error), before the
/// piece that holds it goes out. While another target remains nothing goes out before the first content.
/// Two write to the caller: the loop, and the watchdog's looks (pings, and the end of holding back). The one that has
/// <c>turn</c> does, and the loop has it except while it waits for the upstream.
/// </summary>
internal sealed class StreamRelay : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int MaxHeld = 256 * 1024;
    private const int MaxUnflushed = 64 * 1024;

    /// <summary>When a look finds the loop at work.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    private readonly UpstreamCall call;
    private readonly Exchange exchange;
    private readonly UpstreamAttempt attempt;
    private readonly TimeProvider clock;
    private readonly AnswerMeter meter;
    private readonly TranslatedAnswer? translated;
    private readonly OpenAIUsageChunkFilter? filter;
    private readonly ReadOnlyMemory<byte> ping;
    private readonly bool keepsLastBracket;
    private readonly TimeSpan pingInterval;
    private readonly TimeSpan holdBack;
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);

    // Never disposed: a last look may still ask for it, and it holds no handle.
    private readonly SemaphoreSlim turn = new(0, 1);

    private PooledBuffer? held;
    private PooledBuffer? filtered;
    private SseBoundary boundary;
    private byte[] kept = [];
    private long saidAt;
    private int unflushed;
    private bool settled;
    private bool settledTwice;

    /// <summary>Takes over an accepted answer.</summary>
    /// <param name="call">The call that was answered.</param>
    /// <param name="answer">Its answer, whose body nobody has read.</param>
    /// <param name="holdsBack">Whether another target remains.</param>
    public StreamRelay(UpstreamCall call, HttpResponseMessage answer, bool holdsBack)
    {
        this.call = call;
        exchange = call.Exchange;
        attempt = call.Attempt;
        clock = call.Clock;
        Answer = answer;
        var contentType = ContentTypes.Of(answer);
        translated = call.Translation(answer);
        meter = new AnswerMeter(call.Dialect, answer, contentType, translated);
        var isEvents = translated is not null || ContentTypes.IsEventStream(contentType);
        if (isEvents && (!meter.IsCoded || translated is not null))
        {
            filter = call.HidesUsageChunk ? new OpenAIUsageChunkFilter() : null;
            // What has announced its length has no room for pings.
            ping =
                exchange.IsPassThrough || (answer.Content.Headers.ContentLength is not null && translated is null)
                    ? default
                    : SseBoundary.Ping(exchange.Endpoint.Dialect);
        }

        keepsLastBracket = !isEvents && !meter.IsCoded;
        pingInterval = exchange.Gateway.Config.PingInterval;
        holdBack =
            exchange.Gateway.Config.HoldBack - (clock.GetElapsedTime(exchange.StartedTimestamp) - attempt.Offset);
        if (holdsBack && holdBack > TimeSpan.Zero)
        {
            held = new PooledBuffer(BufferBytes);
        }

        saidAt = clock.GetTimestamp();
    }

    /// <summary>The upstream's answer.</summary>
    public HttpResponseMessage Answer { get; }

    /// <summary>What had come of a stream that failed while it was held back.</summary>
    public ReadOnlyMemory<byte> Held => held?.Memory ?? default;

    private HttpResponse Response => exchange.Context.Response;

    /// <summary>
    /// Relays to the end. False when the attempt failed while nothing of it had gone out; the attempt says how it ended.
    /// </summary>
    public async Task<bool> RunAsync()
    {
        if (held is null)
        {
            Open();
        }

        if (held is not null || !ping.IsEmpty)
        {
            call.Watchdog.OnLook = Look;
            call.Watchdog.LookIn(held is null ? pingInterval : holdBack);
        }

        try
        {
            await using var upstream = await Answer.Content.ReadAsStreamAsync(call.Watchdog.Token);
            while (await ReadAsync(upstream) is > 0 and var count)
            {
                call.Watchdog.Heard();
                if (!Take(buffer.AsSpan(0, count)))
                {
                    return false;
                }
            }
        }
        catch (Exception e) when (UpstreamCall.IsFailure(e))
        {
            return await BreakAsync(e);
        }

        return await EndAsync();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        held?.Dispose();
        filtered?.Dispose();
        filter?.Dispose();
        meter.Dispose();
        translated?.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Reads the next piece. With none there yet, what is written is flushed and the turn given up meanwhile.</summary>
    private async ValueTask<int> ReadAsync(Stream upstream)
    {
        var reading = upstream.ReadAsync(buffer, call.Watchdog.Token);
        if (reading.IsCompletedSuccessfully && unflushed < MaxUnflushed)
        {
            return await reading;
        }

        var task = reading.AsTask();
        await FlushAsync();
        turn.Release();
        try
        {
            return await task;
        }
        finally
        {
            await turn.WaitAsync();
        }
    }

    /// <summary>Meters and passes on one piece; false when the attempt failed while nothing had gone out.</summary>
    private bool Take(ReadOnlySpan<byte> piece)
    {
        meter.Feed(piece);
        var reading = meter.Reading;
        piece = translated is null ? piece : translated.Output.Span;
        if (reading.SawContent && attempt.FirstContent is null)
        {
            call.NoteFirstContent();
            if (translated is not { HasFailed: true })
            {
                // Whether it works is known: a stream may go on for many minutes.
                call.Tell(RequestStatus.Ok);
            }
        }

        if (held is not null)
        {
            held.Append(piece);
            translated?.Output.Clear();
            if (translated is { HasFailed: true } || (reading.ErrorType is not null && !reading.SawContent))
            {
                Fail(RequestStatus.StreamError);
                return false;
            }

            if (!reading.SawContent && !reading.SawEnd && held.Length < MaxHeld)
            {
                return true;
            }

            SettleWhenDone(reading);
            Open();
            return true;
        }

        SettleWhenDone(reading);
        Write(piece);
        translated?.Output.Clear();
        return true;
    }

    private async Task<bool> EndAsync()
    {
        meter.Complete();
        var reading = meter.Reading;
        translated?.Complete(reading, isWhole: true);
        held?.Append(translated is null ? default : translated.Output.Span);
        if (held is not null && (!reading.SawEnd || translated is { HasFailed: true }))
        {
            Fail(reading.ErrorType is null ? RequestStatus.UpstreamReset : RequestStatus.StreamError);
            return false;
        }

        SettleWhenDone(reading);
        if (!settled)
        {
            Settle(exchange.CallerGone ? RequestStatus.CallerAborted : RequestStatus.UpstreamReset);
        }
        else if (!settledTwice && IsNews(reading, attempt.Reading))
        {
            settledTwice = true;
            Settle(attempt.Status);
        }

        if (held is not null)
        {
            Open();
        }
        else if (translated is not null)
        {
            WriteOut(translated.Output.Span);
        }

        WriteOut(kept);
        if (filter is not null)
        {
            filtered!.Clear();
            filter.Complete(filtered);
            WriteOut(filtered.Span);
        }

        await FlushAsync();
        return true;
    }

    private async Task<bool> BreakAsync(Exception e)
    {
        var status = call.StatusOf(e);
        if (held is not null)
        {
            held.Clear();
            Fail(status);
            return false;
        }

        if (!settled)
        {
            Settle(status);
        }

        if (translated is not null)
        {
            // Told in the caller's own words, the break needs no broken connection.
            translated.Complete(meter.Reading, isWhole: false);
            WriteOut(translated.Output.Span);
            await FlushAsync();
        }
        else if (!exchange.CallerGone)
        {
            // What came is the caller's. Then it must see the break too, unless the stream had said its last word.
            WriteOut(kept);
            await FlushAsync();
            exchange.BrokeOff = !meter.Reading.SawEnd;
        }

        return true;
    }

    private void Fail(RequestStatus status)
    {
        attempt.Status = status;
        attempt.Reading = meter.Reading;
    }

    private void SettleWhenDone(in MeterReading reading)
    {
        var failed = reading.ErrorType is not null || translated is { HasFailed: true };
        if (settled || !(reading.SawEnd || failed))
        {
            return;
        }

        Settle(
            exchange.CallerGone ? RequestStatus.CallerAborted
            : failed ? RequestStatus.StreamError
            : RequestStatus.Ok
        );
    }

    private void Settle(RequestStatus status)
    {
        settled = true;
        Fail(status);
        call.Records.Write(exchange, attempt, attempt.HttpStatus);
        call.IsSettled = true;
    }

    private static bool IsNews(in MeterReading now, in MeterReading then) =>
        now.Usage != then.Usage || now.PriceMode != then.PriceMode || now.WebSearches != then.WebSearches;

    /// <summary>The head and what was held back go out, and from now on all else as it comes.</summary>
    private void Open()
    {
        var waiting = held;
        held = null;
        AnswerHead.Write(exchange, attempt, Answer, keepsLength: filter is null, attempt.SentModel, cost: null);
        AnswerCoding.Begin(exchange);
        unflushed++;
        if (waiting is not null)
        {
            Write(waiting.Span);
            waiting.Dispose();
        }
    }

    /// <summary>Writes a piece of the upstream's, less what is hidden from the caller or kept for the very end.</summary>
    private void Write(ReadOnlySpan<byte> piece)
    {
        if (filter is not null)
        {
            filtered ??= new PooledBuffer(BufferBytes);
            filtered.Clear();
            filter.Feed(piece, filtered);
            piece = filtered.Span;
        }
        else if (keepsLastBracket)
        {
            WriteOut(kept);
            kept = [];
            var end = piece.TrimEnd(" \t\r\n"u8);
            if (end is [.., (byte)']'])
            {
                kept = piece[(end.Length - 1)..].ToArray();
                piece = piece[..(end.Length - 1)];
            }
        }

        WriteOut(piece);
    }

    private void WriteOut(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || exchange.CallerGone)
        {
            return;
        }

        Response.BodyWriter.Write(bytes);
        unflushed += bytes.Length;
        saidAt = clock.GetTimestamp();
        if (!ping.IsEmpty)
        {
            boundary.Feed(bytes);
        }
    }

    private async ValueTask FlushAsync()
    {
        if (unflushed == 0)
        {
            return;
        }

        unflushed = 0;
        try
        {
            await Response.BodyWriter.FlushAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The caller has gone, which its token tells.
        }
    }

    private TimeSpan Look()
    {
        if (!turn.Wait(0))
        {
            return LookAgain;
        }

        var passesOn = false;
        try
        {
            var silence = clock.GetElapsedTime(saidAt);
            if (held is not null && silence < holdBack)
            {
                // A look for the silence's sake: nothing has been said yet, so the silence is as old as the holding back.
                return holdBack - silence;
            }

            if (held is not null)
            {
                Open();
                passesOn = true;
                return pingInterval;
            }

            if (silence < pingInterval)
            {
                return pingInterval - silence;
            }

            if (!ping.IsEmpty && boundary.AtBoundary && !exchange.CallerGone)
            {
                WriteOut(ping.Span);
                passesOn = true;
            }

            return pingInterval;
        }
        finally
        {
            if (passesOn)
            {
                _ = FlushAndPassOnAsync();
            }
            else
            {
                turn.Release();
            }
        }
    }

    private async Task FlushAndPassOnAsync()
    {
        try
        {
            await FlushAsync();
        }
        finally
        {
            turn.Release();
        }
    }
}
