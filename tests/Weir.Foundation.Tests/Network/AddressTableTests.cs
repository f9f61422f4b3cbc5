using System.Buffers.Binary;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation.Network;

namespace Weir.Foundation.Tests.Network;

public sealed class AddressTableTests
{
    /// <summary>
    /// IANA's IPv4 and IPv6 special-purpose address registries as of 2025, row by row: whether a row is globally reachable. A row
    /// within another comes before it.
    /// </summary>
    private static readonly (IPNetwork Network, bool IsGlobal)[] Registry =
    [
        .. """
            0.0.0.0/8 no
            10.0.0.0/8 no
            100.64.0.0/10 no
            127.0.0.0/8 no
            169.254.0.0/16 no
            172.16.0.0/12 no
            192.0.0.9/32 yes
            192.0.0.10/32 yes
            192.0.0.8/32 no
            192.0.0.170/32 no
            192.0.0.171/32 no
            192.0.0.0/29 no
            192.0.0.0/24 no
            192.0.2.0/24 no
            192.31.196.0/24 yes
            192.52.193.0/24 yes
            192.88.99.0/24 no
            192.168.0.0/16 no
            192.175.48.0/24 yes
            198.18.0.0/15 no
            198.51.100.0/24 no
            203.0.113.0/24 no
            240.0.0.0/4 no
            255.255.255.255/32 no
            ::1/128 no
            ::/128 no
            64:ff9b:1::/48 no
            100::/64 no
            100:0:0:1::/64 no
            2001::/32 no
            2001:1::1/128 yes
            2001:1::2/128 yes
            2001:1::3/128 yes
            2001:2::/48 no
            2001:3::/32 yes
            2001:4:112::/48 yes
            2001:10::/28 no
            2001:20::/28 yes
            2001:30::/28 yes
            2001::/23 no
            2001:db8::/32 no
            2620:4f:8000::/48 yes
            3fff::/20 no
            5f00::/16 no
            fc00::/7 no
            fe80::/10 no
            """.Split('\n').Select(line => line.Split(' ')).Select(row => (IPNetwork.Parse(row[0]), row[1] == "yes")),
    ];

    [Fact]
    public void Every_row_of_the_registries_is_known_for_what_it_is() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>(),
                Gen.Elements(Registry).ToArbitrary(),
                (bits, row) =>
                {
                    var address = Within(row.Network, bits);
                    var expected = Registry.First(other => other.Network.Contains(address)).IsGlobal;
                    return expected == (AddressTable.KindOf(address) == AddressKind.Public);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_other_ipv4_address_is_public_but_for_multicast_and_the_clouds_own() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<uint>(),
                number =>
                {
                    var address = V4(number);
                    var listed = Registry.Where(row => row.Network.Contains(address)).ToList();
                    return listed.Count > 0
                        || (number >> 28) == 14
                        || address.ToString() == "168.63.129.16"
                        || AddressTable.KindOf(address) == AddressKind.Public;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void An_address_inside_another_is_what_it_is_outside() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<uint>().Filter(number => number != 0),
                Gen.Elements("::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "2002::").ToArbitrary(),
                (number, prefix) =>
                {
                    var bytes = IPAddress.Parse(prefix).GetAddressBytes();
                    BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(prefix == "2002::" ? 2 : 12), number);
                    return AddressTable.KindOf(new IPAddress(bytes)) == AddressTable.KindOf(V4(number));
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("127.0.0.1", AddressKind.Loopback)]
    [InlineData("127.255.255.254", AddressKind.Loopback)]
    [InlineData("0.0.0.0", AddressKind.Loopback)]
    [InlineData("::", AddressKind.Loopback)]
    [InlineData("::1", AddressKind.Loopback)]
    [InlineData("::ffff:127.0.0.1", AddressKind.Loopback)]
    [InlineData("::127.0.0.1", AddressKind.Loopback)]
    [InlineData("64:ff9b::7f00:1", AddressKind.Loopback)]
    [InlineData("10.255.255.255", AddressKind.Private)]
    [InlineData("172.15.255.255", AddressKind.Public)]
    [InlineData("172.16.0.0", AddressKind.Private)]
    [InlineData("172.31.255.255", AddressKind.Private)]
    [InlineData("172.32.0.0", AddressKind.Public)]
    [InlineData("192.168.1.1", AddressKind.Private)]
    [InlineData("100.64.0.1", AddressKind.Private)]
    [InlineData("fd12::1", AddressKind.Private)]
    [InlineData("fec0::1", AddressKind.Private)]
    [InlineData("2002:c0a8:101::1", AddressKind.Private)]
    [InlineData("169.254.169.254", AddressKind.LinkLocal)]
    [InlineData("::ffff:169.254.169.254", AddressKind.LinkLocal)]
    [InlineData("64:ff9b::a9fe:a9fe", AddressKind.LinkLocal)]
    [InlineData("2002:a9fe:a9fe::", AddressKind.LinkLocal)]
    [InlineData("fe80::1%5", AddressKind.LinkLocal)]
    [InlineData("febf::1", AddressKind.LinkLocal)]
    [InlineData("fd00:ec2::254", AddressKind.Metadata)]
    [InlineData("fd20:ce::254", AddressKind.Metadata)]
    [InlineData("100.100.100.200", AddressKind.Metadata)]
    [InlineData("168.63.129.16", AddressKind.Metadata)]
    [InlineData("192.0.0.192", AddressKind.Metadata)]
    [InlineData("224.0.0.1", AddressKind.Special)]
    [InlineData("255.255.255.255", AddressKind.Special)]
    [InlineData("198.19.0.1", AddressKind.Special)]
    [InlineData("ff02::1", AddressKind.Special)]
    [InlineData("2001::1", AddressKind.Special)]
    [InlineData("4000::1", AddressKind.Special)]
    [InlineData("1.1.1.1", AddressKind.Public)]
    [InlineData("2606:4700::1111", AddressKind.Public)]
    public void Each_kind_is_told(string address, AddressKind kind) =>
        Assert.Equal(kind, AddressTable.KindOf(IPAddress.Parse(address)));

    [Theory]
    [InlineData("localhost", AddressKind.Loopback)]
    [InlineData("LOCALHOST.", AddressKind.Loopback)]
    [InlineData("a.localhost", AddressKind.Loopback)]
    [InlineData("metadata.google.internal", AddressKind.Metadata)]
    [InlineData("Metadata.Google.Internal.", AddressKind.Metadata)]
    [InlineData("instance-data", AddressKind.Metadata)]
    [InlineData("notlocalhost", null)]
    [InlineData("example.com", null)]
    public void Some_names_say_it_themselves(string name, AddressKind? kind) =>
        Assert.Equal(kind, AddressTable.KindOf(name));

    private static IPAddress V4(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }

    private static IPAddress Within(IPNetwork network, byte[] noise)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < 8 * bytes.Length; bit++)
        {
            var from = noise.Length == 0 ? 0 : noise[bit / 8 % noise.Length];
            bytes[bit / 8] |= (byte)(from & (0x80 >> (bit % 8)));
        }

        return new IPAddress(bytes);
    }
}
