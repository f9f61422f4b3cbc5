using System.Buffers;
using System.Net.WebSockets;

namespace Weir.Server.GraphQL;

/// <summary>Whole messages of a WebSocket, bounded.</summary>
internal sealed class SocketReader(WebSocket socket, int mostBytes)
{
    private readonly ArrayBufferWriter<byte> message = new(4096);

    /// <summary>Whether the last message was cut off for its length.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The next message, good until the one after; null at the end.</summary>
    public async Task<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        message.ResetWrittenCount();
        while (true)
        {
            var read = await socket.ReceiveAsync(message.GetMemory(4096), cancellationToken);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Advance(read.Count);
            if (message.WrittenCount > mostBytes)
            {
                IsTooLong = true;
                return null;
            }

            if (read.EndOfMessage)
            {
                return message.WrittenMemory;
            }
        }
    }
}
