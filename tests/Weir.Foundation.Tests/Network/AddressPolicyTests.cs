using System.Net;
using Weir.Foundation.Network;

namespace Weir.Foundation.Tests.Network;

public sealed class AddressPolicyTests
{
    [Theory]
    [InlineData("http://127.0.0.1:11434", true, false)]
    [InlineData("http://localhost:11434", true, false)]
    [InlineData("http://2130706433/", true, false)]
    [InlineData("http://0x7f.1/", true, false)]
    [InlineData("http://[::ffff:10.0.0.1]/", true, false)]
    [InlineData("http://192.168.1.9:8000", true, false)]
    [InlineData("http://198.18.0.5/", true, false)]
    [InlineData("http://169.254.169.254/latest/meta-data", false, false)]
    [InlineData("http://[fe80::1]/", false, false)]
    [InlineData("http://[::ffff:a9fe:a9fe]/", false, false)]
    [InlineData("http://metadata.google.internal/", false, false)]
    [InlineData("http://[fd00:ec2::254]/", false, false)]
    [InlineData("https://api.example.com", true, true)]
    [InlineData("https://1.1.1.1", true, true)]
    public void What_an_address_itself_tells_is_held_against_the_policy(string url, bool byServer, bool byOthers)
    {
        Assert.Equal(byServer, AddressPolicy.Server.WhyRefused(new Uri(url)) is null);
        Assert.Equal(byOthers, AddressPolicy.PublicOnly.WhyRefused(new Uri(url)) is null);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", "11.1.2.3.example")]
    [InlineData("169.254.169.254", "169.254.169.254", "169.254.169.253")]
    [InlineData("169.254.169.254", "::ffff:169.254.169.254", "fe80::1")]
    [InlineData("127.0.0.1", "64:ff9b::7f00:1", "127.0.0.2")]
    [InlineData("fd00:1::/64", "fd00:1::5", "fd00:2::5")]
    [InlineData("Ollama.Example.", "ollama.example", "127.0.0.1")]
    public void What_is_listed_is_let_through_and_nothing_beside_it(string listed, string let, string other)
    {
        var policy = AddressPolicy.PublicOnly.Allowing([listed]);

        Assert.Null(policy.WhyRefused(let, Address(let)));
        Assert.NotNull(policy.WhyRefused(other, Address(other)));
    }

    [Theory]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.1")]
    [InlineData("http://10.0.0.1")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("fe80::1%1")]
    public void What_is_no_network_is_told_apart(string text)
    {
        Assert.False(NetworkList.TryParse(text, out _));
    }

    [Fact]
    public void Equal_policies_are_equal_values()
    {
        var one = AddressPolicy.Server.Allowing(["10.0.0.0/8", "b.example", "a.example"]);
        var same = AddressPolicy.Server.Allowing(["10.0.0.0/8", "A.example", "b.example."]);

        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, AddressPolicy.Server.Allowing(["10.0.0.0/9", "a.example", "b.example"]));
        Assert.NotEqual(one, AddressPolicy.Server.Allowing(["10.0.0.0/8", "a.example"]));
        Assert.NotEqual(one, one with { AllowsPrivate = false });
    }

    // A name's address is the one that a resolver under the caller's control would give.
    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : IPAddress.Loopback;
}
