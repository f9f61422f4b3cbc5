using System.Net;
using System.Net.Sockets;

namespace Weir.Foundation.Network;

/// <summary>
/// Connects where a policy allows it. The name is resolved once, each address is held against the policy, and the connection goes
/// to the very address that was checked: a name that means something else a moment later (DNS rebinding) gains nothing. Runs once
/// for each connection, never for a request. Thread-safe.
/// </summary>
/// <param name="policy">Where it may connect to.</param>
/// <param name="resolve">The addresses of a name; null for the system's resolver.</param>
public sealed class OutboundGuard(
    AddressPolicy policy,
    Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null
)
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve =
        resolve ?? (static (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken));

    /// <summary>What <see cref="SocketsHttpHandler.ConnectCallback"/> takes.</summary>
    /// <exception cref="AddressRefusedException">The policy allows none of the name's addresses.</exception>
    /// <exception cref="SocketException">The name is unknown, or no address answers.</exception>
    public ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        ConnectAsync(context.DnsEndPoint, cancellationToken);

    /// <summary>Connects to the first address of a name that is allowed and answers.</summary>
    /// <exception cref="AddressRefusedException">The policy allows none of the name's addresses.</exception>
    /// <exception cref="SocketException">The name is unknown, or no address answers.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        var host = endPoint.Host.Trim('[', ']');
        if (policy.WhyRefused(host) is { } refused)
        {
            throw new AddressRefusedException($"{host}: {refused}");
        }

        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await resolve(host, cancellationToken).ConfigureAwait(false);
        Exception failure = new SocketException((int)SocketError.HostNotFound);
        var tried = false;
        foreach (var address in addresses)
        {
            if (policy.WhyRefused(host, address) is { } why)
            {
                failure = tried ? failure : new AddressRefusedException($"{host}, that is {address}: {why}");
                continue;
            }

            tried = true;
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket
                    .ConnectAsync(new IPEndPoint(address, endPoint.Port), cancellationToken)
                    .ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException unreachable)
            {
                socket.Dispose();
                failure = unreachable;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure;
    }
}

/// <summary>A connection that the policy does not allow.</summary>
public sealed class AddressRefusedException : IOException
{
    /// <summary>Says why, for a person.</summary>
    public AddressRefusedException(string message)
        : base(message) { }

    /// <inheritdoc cref="AddressRefusedException(string)" />
    public AddressRefusedException() { }

    /// <inheritdoc cref="AddressRefusedException(string)" />
    public AddressRefusedException(string message, Exception innerException)
        : base(message, innerException) { }
}
