using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Weir.Foundation.Network;

/// <summary>
/// Networks and single addresses, as <c>10.0.0.0/8</c>, <c>fd00::/8</c> or <c>192.0.2.7</c>. Immutable and thread-safe; equal
/// lists are equal values.
/// </summary>
public sealed class NetworkList : IEquatable<NetworkList>
{
    private readonly ImmutableArray<IPNetwork> networks;

    /// <summary>A list of these networks.</summary>
    public NetworkList(IEnumerable<IPNetwork> networks) => this.networks = [.. networks];

    /// <summary>No network.</summary>
    public static NetworkList Empty { get; } = new([]);

    /// <summary>Whether it holds none.</summary>
    public bool IsEmpty => networks.IsEmpty;

    /// <summary>A network of a text: <c>ADDRESS/BITS</c>, or an address alone.</summary>
    /// <returns>False when it is neither, or when bits are set behind the prefix, where it is not clear what is meant.</returns>
    public static bool TryParse(string text, out IPNetwork network)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            var isSound =
                IPNetwork.TryParse(text, out network)
                && IPAddress.TryParse(text.AsSpan(0, slash), out var first)
                && first.Equals(network.BaseAddress)
                && IsWrittenInFull(text[..slash], first);
            network = isSound ? Plain(network) : default;
            return isSound;
        }

        // Of an address alone, only the forms that everyone reads alike: not "10.1" nor "0x7f000001".
        if (IPAddress.TryParse(text, out var address) && IsWrittenInFull(text, address) && address.ScopeId() == 0)
        {
            address = Plain(address);
            network = new IPNetwork(address, 8 * address.GetAddressBytes().Length);
            return true;
        }

        network = default;
        return false;
    }

    /// <summary>Whether an address lies in one of them. An IPv4 address inside IPv6 (<c>::ffff:0:0/96</c>) counts as the IPv4 one.</summary>
    public bool Contains(IPAddress address)
    {
        var plain = Plain(address);
        foreach (var network in networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The address itself: IPv4 where it is an IPv4 address inside IPv6, and without a scope.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.ScopeId() == 0 ? address
        : new IPAddress(address.GetAddressBytes());

    /// <inheritdoc />
    public bool Equals(NetworkList? other) => other is not null && networks.SequenceEqual(other.networks);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as NetworkList);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var network in networks)
        {
            hash.Add(network);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc />
    public override string ToString() => string.Join(", ", networks);

    private static IPNetwork Plain(IPNetwork network) =>
        network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= 96
            ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96)
            : network;

    private static bool IsWrittenInFull(string text, IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6
        || string.Equals(text, address.ToString(), StringComparison.Ordinal);
}

/// <summary>What the framework's address lacks.</summary>
internal static class AddressExtensions
{
    /// <summary>The scope of an IPv6 address; 0 where there is none.</summary>
    public static long ScopeId(this IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
