using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Sessions;

namespace Weir.Capture.Tests.Sessions;

/// <summary>Cursors of lists by time and name.</summary>
public sealed class PageCursorTests
{
    [Fact]
    public void A_cursor_comes_back_as_it_was() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonNegativeInt>(),
                ArbMap.Default.ArbFor<NonNull<string>>(),
                (at, name) =>
                {
                    // Half a pair of surrogates is no text.
                    var whole = string.Concat(name.Get.Where(c => !char.IsSurrogate(c)));
                    var cursor = new PageCursor(at.Get, whole);
                    Assert.True(PageCursor.TryParse(cursor.ToString(), out var read));
                    Assert.Equal(cursor, read);
                    Assert.True(cursor.CompareTo(PageCursor.Start) < 0);
                    Assert.True(new PageCursor(at.Get, whole + "a").CompareTo(cursor) > 0);
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1")]
    [InlineData("1.6")]
    [InlineData("1.zz")]
    [InlineData("1.ff")]
    [InlineData("-1.61")]
    [InlineData("ffffffffffffffff.61")]
    [InlineData("7fffffffffffffff.")]
    public void What_was_never_given_is_none(string text) => Assert.False(PageCursor.TryParse(text, out _));
}
