using System.Net.WebSockets;

namespace Weir.Server.GraphQL;

/// <summary>Why a WebSocket of <c>/graphql</c> ends: the protocol's code, and words.</summary>
internal sealed record SocketEnd(int Code, string Word)
{
    public static SocketEnd Normal { get; } = new((int)WebSocketCloseStatus.NormalClosure, "");
    public static SocketEnd Stopping { get; } =
        new((int)WebSocketCloseStatus.EndpointUnavailable, "the server is stopping");
    public static SocketEnd TooLong { get; } = new((int)WebSocketCloseStatus.MessageTooBig, "a message is too long");
    public static SocketEnd Unauthorized { get; } = new(4401, "Unauthorized");
    public static SocketEnd NotGreeted { get; } = new(4408, "Connection initialisation timeout");
    public static SocketEnd GreetedTwice { get; } = new(4429, "Too many initialisation requests");

    public static SocketEnd Invalid(string why) => new(4400, why);

    // A close frame's reason has at most 123 bytes.
    public static SocketEnd TwiceSubscribed(string id) =>
        new(4409, $"Subscriber for {(id.Length <= 24 ? id : "this id")} already exists");

    public static SocketEnd TooMany(int most) => new(4429, $"at most {most} operations at once");
}
