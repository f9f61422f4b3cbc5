using Weir.Server.Live;

namespace Weir.Server.Tests.Live;

public sealed class LivePlaceTests
{
    [Theory]
    [InlineData("42", 42L, null)]
    [InlineData("42.17", 42L, 17L)]
    [InlineData(".17", null, 17L)]
    [InlineData("0.0", 0L, 0L)]
    public void A_place_is_read_as_it_was_written(string text, long? changes, long? activity)
    {
        Assert.True(LivePlace.TryParse(text, out var place));
        Assert.Equal(new LivePlace(changes, activity), place);
        Assert.Equal(text, place.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("42.")]
    [InlineData("4 2")]
    [InlineData("-1")]
    [InlineData("1.-1")]
    [InlineData("1.2.3")]
    [InlineData("1e3")]
    [InlineData("٤٢")]
    [InlineData("99999999999999999999")]
    public void What_is_no_place_is_none(string text) => Assert.False(LivePlace.TryParse(text, out _));
}
