using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Weir.Foundation.Network;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class ClientOriginTests
{
    private static readonly TrustedProxies ByX = Trust("10.0.0.0/8", "fd00::/8");
    private static readonly TrustedProxies ByStandard = ByX with { Header = ForwardingHeader.Forwarded };

    [Theory]
    // Only a trusted peer is believed.
    [InlineData("203.0.113.5", "198.51.100.1", "203.0.113.5")]
    [InlineData("::ffff:203.0.113.5", "198.51.100.1", "203.0.113.5")]
    [InlineData("10.0.0.1", null, "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1")]
    // The last one that is not trusted, whatever the caller wrote before it.
    [InlineData("10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "127.0.0.1, 198.51.100.1, 10.0.0.2", "198.51.100.1")]
    [InlineData("10.0.0.1", "10.9.9.9, 10.0.0.2", "10.9.9.9")]
    [InlineData("10.0.0.1", "198.51.100.1:4711", "198.51.100.1")]
    [InlineData("10.0.0.1", "[2001:db8::5]:4711", "2001:db8::5")]
    [InlineData("10.0.0.1", "2001:db8::5", "2001:db8::5")]
    [InlineData("fd00::1", "2001:db8::5, fd00::2", "2001:db8::5")]
    // What is no address ends the reading at the last that is known.
    [InlineData("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.1, junk, 10.0.0.2", "10.0.0.2")]
    [InlineData("10.0.0.1", "10.0.0.0/8", "10.0.0.1")]
    [InlineData("10.0.0.1", ",,", "10.0.0.1")]
    public void The_callers_address_is_the_last_that_is_no_proxys(string peer, string? forwarded, string address)
    {
        var request = Request(peer, ("X-Forwarded-For", forwarded), ("Forwarded", "for=192.0.2.99"));

        Assert.Equal(address, ClientOrigin.Of(request, ByX).Address!.ToString());
    }

    [Fact]
    public void Scheme_and_host_are_those_that_the_outermost_proxy_saw()
    {
        var one = Of(
            ByX,
            ("X-Forwarded-For", "198.51.100.1"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "weir.example:8443")
        );
        var forged = Of(
            ByX,
            ("X-Forwarded-For", "198.51.100.1, 10.0.0.2"),
            ("X-Forwarded-Proto", "ftp, https, http"),
            ("X-Forwarded-Host", "evil.example, weir.example, inner")
        );
        var odd = Of(
            ByX,
            ("X-Forwarded-For", "198.51.100.1"),
            ("X-Forwarded-Proto", "gopher"),
            ("X-Forwarded-Host", "a b")
        );

        Assert.Equal(("https", "weir.example:8443"), (one.Scheme, one.Host));
        Assert.Equal(
            ("198.51.100.1", "https", "weir.example"),
            (forged.Address!.ToString(), forged.Scheme, forged.Host)
        );
        Assert.Equal((null, null), (odd.Scheme, odd.Host));
    }

    [Theory]
    [InlineData("for=198.51.100.1;proto=https;host=weir.example", "198.51.100.1", "https", "weir.example")]
    [InlineData("For=\"[2001:db8::5]:4711\" ; Proto=HTTPS", "2001:db8::5", "https", null)]
    [InlineData(
        "for=127.0.0.1;host=evil, for=198.51.100.1;host=weir.example, for=10.0.0.2",
        "198.51.100.1",
        null,
        "weir.example"
    )]
    [InlineData("for=_hidden;proto=https", "10.0.0.1", "https", null)]
    [InlineData("for=\"a,b;c=d\";proto=https", "10.0.0.1", "https", null)]
    [InlineData("nonsense", "10.0.0.1", null, null)]
    public void The_standard_header_is_read_where_it_is_the_one_that_is_believed(
        string forwarded,
        string address,
        string? scheme,
        string? host
    )
    {
        var origin = Of(
            ByStandard,
            ("Forwarded", forwarded),
            ("X-Forwarded-For", "192.0.2.99"),
            ("X-Forwarded-Proto", "http")
        );

        Assert.Equal((address, scheme, host), (origin.Address!.ToString(), origin.Scheme, origin.Host));
    }

    [Fact]
    public void Nobody_is_believed_when_nobody_is_trusted()
    {
        var request = Request("127.0.0.1", ("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Proto", "https"));

        Assert.Equal(new ClientOrigin(IPAddress.Loopback, null, null), ClientOrigin.Of(request, TrustedProxies.None));
        Assert.Equal(default, ClientOrigin.Of(new DefaultHttpContext().Request, ByX));
    }

    [Fact]
    public void A_long_chain_is_read_from_its_end_alone()
    {
        var chain = string.Join(", ", Enumerable.Repeat("10.0.0.7", 10_000));

        Assert.Equal("10.0.0.7", Of(ByX, ("X-Forwarded-For", "198.51.100.1, " + chain)).Address!.ToString());
    }

    [Fact]
    public void A_forwarded_request_is_never_the_local_users_whoever_is_trusted()
    {
        foreach (var header in new[] { "X-Forwarded-For", "X-Forwarded-Host", "Forwarded" })
        {
            var request = Request("127.0.0.1", (header, "127.0.0.1"));
            request.Host = new HostString("localhost");

            Assert.Contains(header, CallerRules.WhyNotLocal(request), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_a_caller_writes_never_puts_words_into_a_trusted_proxys_mouth() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonNull<string>>(),
                written =>
                {
                    var text = written.Get.ReplaceLineEndings(" ").Replace("\"", "", StringComparison.Ordinal);
                    // As a proxy does: it adds the peer that it saw.
                    var origin = Of(ByX, ("X-Forwarded-For", text + ", 198.51.100.1"));
                    return origin.Address!.ToString() == "198.51.100.1";
                }
            )
            .QuickCheckThrowOnFailure();

    private static ClientOrigin Of(TrustedProxies proxies, params (string, string?)[] headers) =>
        ClientOrigin.Of(Request("10.0.0.1", headers), proxies);

    private static HttpRequest Request(string peer, params (string Name, string? Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        return context.Request;
    }

    private static TrustedProxies Trust(params string[] networks) =>
        new(
            new NetworkList(networks.Select(text => NetworkList.TryParse(text, out var network) ? network : default)),
            ForwardingHeader.XForwarded
        );
}
