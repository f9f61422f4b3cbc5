using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Tests.Upstreams;

public sealed class RetryAfterTests
{
    // RFC 9110, 10.2.3, has both examples; its date is taken as half a minute from now.
    private static readonly DateTimeOffset Now = new(1999, 12, 31, 23, 59, 29, TimeSpan.Zero);

    [Theory]
    [InlineData("retry-after", "120", 120)]
    [InlineData("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT", 30)]
    [InlineData("retry-after", "Fri, 31 Dec 1999 23:00:00 GMT", 0)]
    [InlineData("retry-after", "0.5", 0.5)]
    [InlineData("retry-after-ms", "1500", 1.5)]
    [InlineData("retry-after", "86400", 3600)]
    [InlineData("retry-after", "-5", 60)]
    [InlineData("retry-after", "99999999999999999999", 60)]
    [InlineData("retry-after", "soon", 60)]
    [InlineData("x-else", "1", 60)]
    public void It_is_what_the_provider_says_or_a_minute(string name, string value, double seconds)
    {
        using var answer = new HttpResponseMessage();
        answer.Headers.TryAddWithoutValidation(name, value);

        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Of(answer.Headers, Now));
    }
}
