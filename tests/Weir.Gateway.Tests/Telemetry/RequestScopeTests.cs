using Microsoft.AspNetCore.Http;
using Weir.Gateway.Tests.Pipeline;
using Weir.Identity;

namespace Weir.Gateway.Tests.Telemetry;

/// <summary>What a request is called, beside Weir's own id.</summary>
public sealed class RequestScopeTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Theory]
    [InlineData("abc-1_2.3:/+=@#~", "abc-1_2.3:/+=@#~")]
    [InlineData("", null)]
    [InlineData("two words", null)]
    [InlineData("a\tb", null)]
    [InlineData("a\u001b[31m", null)]
    [InlineData("é", null)]
    [InlineData("{\"a\":1}", null)]
    public void A_callers_id_is_noted_where_it_is_one(string header, string? noted) =>
        Assert.Equal(noted, Of("x-request-id", header).CallerId);

    [Fact]
    public void An_id_has_a_bound_and_is_one()
    {
        Assert.NotNull(Of("x-request-id", new string('a', 128)).CallerId);
        Assert.Null(Of("x-request-id", new string('a', 129)).CallerId);
        Assert.Null(RequestScope.Of("req_1", new HeaderDictionary { ["x-request-id"] = new(["one", "two"]) }).CallerId);
    }

    [Fact]
    public async Task A_Weir_key_is_never_noted()
    {
        await using var host = await GatewayHost.StartAsync();

        Assert.True(KeyRing.LooksLikeKey(host.Key));
        Assert.Null(Of("x-request-id", host.Key).CallerId);
    }

    [Theory]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01", Trace)]
    [InlineData($"00-{Trace}-0000000000000000-01", null)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01", null)]
    [InlineData($"00-{Trace}", null)]
    [InlineData("nonsense", null)]
    public void A_callers_trace_is_noted_where_it_is_one(string header, string? noted) =>
        Assert.Equal(noted, Of("traceparent", header).CallerTrace);

    private static RequestScope Of(string name, string value) =>
        RequestScope.Of("req_1", new HeaderDictionary { [name] = value });
}
