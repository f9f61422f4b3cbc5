using System.Net.WebSockets;
using System.Text;

namespace Weir.Gateway.Pipeline;

/// <summary>How one direction of a relayed socket ended.</summary>
internal enum SocketOutcome
{
    /// <summary>The peer said good-bye; the other one was told in its words.</summary>
    Closed,

    /// <summary>The caller's connection broke, or went silent.</summary>
    CallerBroke,

    /// <summary>The provider's connection broke, or went silent.</summary>
    ProviderBroke,

    /// <summary>A message was larger than the bound.</summary>
    TooLarge,

    /// <summary>The message may not be passed on.</summary>
    Refused,
}

/// <summary>
/// One side of a relayed socket. One reads from it and one writes to it, at the same time; closing may come from both.
/// Nothing throws when the peer has gone.
/// </summary>
/// <param name="socket">The connection.</param>
/// <param name="broken">What it means when it breaks.</param>
/// <param name="clock">Bounds the saying of good-bye.</param>
internal sealed class SocketEnd(WebSocket socket, SocketOutcome broken, TimeProvider clock) : IDisposable
{
    private const int PieceBytes = 16 * 1024;

    /// <summary>In UTF-8, what a frame of control has room for beside the status (RFC 6455, 5.5).</summary>
    private const int LongestReason = 123;

    /// <summary>How long a peer may keep a good-bye from leaving.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource over = new();
    private PooledBuffer message = new(0);

    /// <summary>The message that was read last; valid until the next is asked for.</summary>
    public ReadOnlyMemory<byte> Message => message.Memory;

    /// <summary>The kind of the message that was read last.</summary>
    public WebSocketMessageType Kind { get; private set; }

    /// <summary>
    /// What the peer said when it closed; valid after <see cref="SocketOutcome.Closed"/>. One that gave no status counts as 1000: the
    /// runtime cannot send a good-bye without one.
    /// </summary>
    public (WebSocketCloseStatus Status, string? Reason) GoodBye =>
        socket.CloseStatus is { } status and not WebSocketCloseStatus.Empty
            ? (status, socket.CloseStatusDescription)
            : (WebSocketCloseStatus.NormalClosure, null);

    /// <summary>Reads one whole message; null when one came, else how it ended.</summary>
    /// <param name="limit">The largest that is taken, in bytes.</param>
    public async ValueTask<SocketOutcome?> ReadAsync(long limit)
    {
        // One large message must not hold its memory for the rest of the connection.
        message.Dispose();
        message = new PooledBuffer(0);
        try
        {
            while (true)
            {
                // Waits without a buffer: most sockets say nothing most of the time.
                if (message.Length == 0)
                {
                    var waiting = await socket.ReceiveAsync(Memory<byte>.Empty, over.Token);
                    if (waiting.MessageType == WebSocketMessageType.Close)
                    {
                        return SocketOutcome.Closed;
                    }

                    if (waiting.EndOfMessage)
                    {
                        Kind = waiting.MessageType;
                        return null;
                    }
                }

                message.Reserve(PieceBytes);
                var piece = await socket.ReceiveAsync(message.Room(), over.Token);
                if (piece.MessageType == WebSocketMessageType.Close)
                {
                    return SocketOutcome.Closed;
                }

                message.Advance(piece.Count);
                Kind = piece.MessageType;
                if (message.Length > limit)
                {
                    return SocketOutcome.TooLarge;
                }

                if (piece.EndOfMessage)
                {
                    return null;
                }
            }
        }
        catch (Exception e) when (IsGone(e))
        {
            return broken;
        }
    }

    /// <summary>Writes one whole message; waits while the peer takes nothing. False when it has gone.</summary>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType kind)
    {
        await turn.WaitAsync();
        try
        {
            await socket.SendAsync(bytes, kind, endOfMessage: true, over.Token);
            return true;
        }
        catch (Exception e) when (IsGone(e))
        {
            return false;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Says good-bye, unless that has been said. A peer who lets nothing leave is cut off.</summary>
    public async Task CloseAsync(WebSocketCloseStatus status, string? reason)
    {
        using var limit = new CancellationTokenSource(CloseLimit, clock);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, over.Token);
        try
        {
            await turn.WaitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            Abort();
            return;
        }

        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(
                    status,
                    Encoding.UTF8.GetByteCount(reason ?? "") > LongestReason ? null : reason,
                    enough.Token
                );
            }
        }
        catch (Exception e) when (IsGone(e) || e is ArgumentException)
        {
            // There is nobody left to tell, or it is nothing that may be said.
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Cuts the connection: what waits for it is let go.</summary>
    public void Abort()
    {
        over.Cancel();
        socket.Abort();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        message.Dispose();
        socket.Dispose();
        over.Dispose();
    }

    private static bool IsGone(Exception e) =>
        e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException;
}
