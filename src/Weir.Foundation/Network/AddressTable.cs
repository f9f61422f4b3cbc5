using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

namespace Weir.Foundation.Network;

/// <summary>
/// What each address is for, after IANA's special-purpose address registries (RFC 6890 and its successors) and the addresses at
/// which clouds serve metadata. Stateless and thread-safe.
/// </summary>
public static class AddressTable
{
    // The most particular first.
    private static readonly (IPNetwork Network, AddressKind Kind)[] V4 =
    [
        // Azure's platform, Oracle's and Alibaba's metadata: inside other ranges, or public by number alone.
        (IPNetwork.Parse("168.63.129.16/32"), AddressKind.Metadata),
        (IPNetwork.Parse("192.0.0.192/32"), AddressKind.Metadata),
        (IPNetwork.Parse("100.100.100.200/32"), AddressKind.Metadata),
        // Linux takes 0.0.0.0 for this machine.
        (IPNetwork.Parse("0.0.0.0/32"), AddressKind.Loopback),
        (IPNetwork.Parse("0.0.0.0/8"), AddressKind.Special),
        (IPNetwork.Parse("10.0.0.0/8"), AddressKind.Private),
        (IPNetwork.Parse("100.64.0.0/10"), AddressKind.Private),
        (IPNetwork.Parse("127.0.0.0/8"), AddressKind.Loopback),
        (IPNetwork.Parse("169.254.0.0/16"), AddressKind.LinkLocal),
        (IPNetwork.Parse("172.16.0.0/12"), AddressKind.Private),
        (IPNetwork.Parse("192.0.0.9/32"), AddressKind.Public),
        (IPNetwork.Parse("192.0.0.10/32"), AddressKind.Public),
        (IPNetwork.Parse("192.0.0.0/24"), AddressKind.Special),
        (IPNetwork.Parse("192.0.2.0/24"), AddressKind.Special),
        (IPNetwork.Parse("192.88.99.0/24"), AddressKind.Special),
        (IPNetwork.Parse("192.168.0.0/16"), AddressKind.Private),
        (IPNetwork.Parse("198.18.0.0/15"), AddressKind.Special),
        (IPNetwork.Parse("198.51.100.0/24"), AddressKind.Special),
        (IPNetwork.Parse("203.0.113.0/24"), AddressKind.Special),
        (IPNetwork.Parse("224.0.0.0/4"), AddressKind.Special),
        (IPNetwork.Parse("240.0.0.0/4"), AddressKind.Special),
    ];

    private static readonly (IPNetwork Network, AddressKind Kind)[] V6 =
    [
        // Amazon's and Google's metadata, among the unique local addresses.
        (IPNetwork.Parse("fd00:ec2::254/128"), AddressKind.Metadata),
        (IPNetwork.Parse("fd20:ce::254/128"), AddressKind.Metadata),
        (IPNetwork.Parse("::/128"), AddressKind.Loopback),
        (IPNetwork.Parse("::1/128"), AddressKind.Loopback),
        (IPNetwork.Parse("fc00::/7"), AddressKind.Private),
        (IPNetwork.Parse("fe80::/10"), AddressKind.LinkLocal),
        // Site-local, as it was called before the unique local addresses.
        (IPNetwork.Parse("fec0::/10"), AddressKind.Private),
        (IPNetwork.Parse("2001:1::1/128"), AddressKind.Public),
        (IPNetwork.Parse("2001:1::2/128"), AddressKind.Public),
        (IPNetwork.Parse("2001:1::3/128"), AddressKind.Public),
        (IPNetwork.Parse("2001:3::/32"), AddressKind.Public),
        (IPNetwork.Parse("2001:4:112::/48"), AddressKind.Public),
        (IPNetwork.Parse("2001:20::/28"), AddressKind.Public),
        (IPNetwork.Parse("2001:30::/28"), AddressKind.Public),
        (IPNetwork.Parse("2001::/23"), AddressKind.Special),
        (IPNetwork.Parse("2001:db8::/32"), AddressKind.Special),
        (IPNetwork.Parse("3fff::/20"), AddressKind.Special),
        // All that is given out for single hosts; the rest belongs to nobody, or to multicast.
        (IPNetwork.Parse("2000::/3"), AddressKind.Public),
    ];

    // An IPv6 address that carries an IPv4 one, which is where a packet for it ends: first byte of that, by network.
    private static readonly (IPNetwork Network, int At)[] Carriers =
    [
        (IPNetwork.Parse("::ffff:0:0/96"), 12),
        (IPNetwork.Parse("::ffff:0:0:0/96"), 12),
        (IPNetwork.Parse("64:ff9b::/96"), 12),
        (IPNetwork.Parse("2002::/16"), 2),
        (IPNetwork.Parse("::/96"), 12),
    ];

    private static readonly FrozenSet<string> MetadataNames = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "instance-data",
        "instance-data.ec2.internal",
        "metadata",
        "metadata.azure.internal",
        "metadata.goog",
        "metadata.google.internal",
        "metadata.tencentyun.com"
    );

    /// <summary>What an address is for; one that carries an IPv4 address is for what that is for.</summary>
    public static AddressKind KindOf(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return Find(V4, address) ?? AddressKind.Public;
        }

        var plain = NetworkList.Plain(address);
        return plain.AddressFamily == AddressFamily.InterNetwork ? KindOf(plain)
            : Carried(plain) is { } inner ? KindOf(inner)
            : Find(V6, plain) ?? AddressKind.Special;
    }

    /// <summary>What a name is known to stand for without asking anybody; null when it could be anything.</summary>
    public static AddressKind? KindOf(string name)
    {
        var plain = name.TrimEnd('.');
        return plain.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || plain.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
                ? AddressKind.Loopback
            : MetadataNames.Contains(plain) ? AddressKind.Metadata
            : null;
    }

    /// <summary>The IPv4 address that an IPv6 address carries (mapped, translated or tunnelled); null when it carries none.</summary>
    public static IPAddress? Carried(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.Equals(IPAddress.IPv6Loopback))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var plain = new IPAddress(bytes);
        foreach (var (network, at) in Carriers)
        {
            // "::" and its like carry no address but zeros, and mean something of their own.
            if (network.Contains(plain) && BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) != 0)
            {
                return new IPAddress(bytes.Slice(at, 4));
            }
        }

        return null;
    }

    private static AddressKind? Find((IPNetwork Network, AddressKind Kind)[] table, IPAddress address)
    {
        foreach (var (network, kind) in table)
        {
            if (network.Contains(address))
            {
                return kind;
            }
        }

        return null;
    }
}
