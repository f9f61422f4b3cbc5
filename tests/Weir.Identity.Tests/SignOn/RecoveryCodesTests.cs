using Weir.Identity.SignOn;

namespace Weir.Identity.Tests.SignOn;

public class RecoveryCodesTests
{
    private static readonly byte[] Salt = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    [Fact]
    public void A_set_has_ten_different_codes()
    {
        var codes = RecoveryCodes.New();

        Assert.Equal(10, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(codes, code => Assert.Matches("^([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$", code));
        Assert.All(codes, code => Assert.True(RecoveryCodes.LooksLikeOne(code)));
    }

    [Theory]
    [InlineData("0a1b-2c3d-4e5f-6g7h")]
    [InlineData("0A1B 2C3D 4E5F 6G7H")]
    [InlineData("oaib2c3d4e5f6g7h")]
    [InlineData(" OALB-2C3D-4E5F-6G7H ")]
    public void However_it_is_typed_it_is_the_same(string typed) =>
        Assert.Equal(RecoveryCodes.Hash(Salt, "0a1b2c3d4e5f6g7h"), RecoveryCodes.Hash(Salt, typed));

    [Fact]
    public void A_code_has_120_bits_and_those_of_before_are_still_taken()
    {
        const string New = "0a1b-2c3d-4e5f-6g7h-8j9k-0m1n";

        Assert.Equal(24, RecoveryCodes.New()[0].Count(char.IsAsciiLetterOrDigit));
        Assert.Equal(RecoveryCodes.Hash(Salt, New), RecoveryCodes.Hash(Salt, "OA1B 2C3D 4E5F 6G7H 8J9K OMIN"));
        Assert.NotEqual(RecoveryCodes.Hash(Salt, New), RecoveryCodes.Hash(Salt, "0a1b-2c3d-4e5f-6g7h"));
        Assert.NotNull(RecoveryCodes.Hash(Salt, "0a1b-2c3d-4e5f-6g7h"));
        Assert.True(RecoveryCodes.LooksLikeOne("0a1b-2c3d-4e5f-6g7h"));
        Assert.False(RecoveryCodes.LooksLikeOne("0a1b-2c3d-4e5f-6g7h-8j9k"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("123456")]
    [InlineData("0a1b-2c3d-4e5f-6g7")]
    [InlineData("0a1b-2c3d-4e5f-6g7ü")]
    public void What_is_no_code_is_none(string typed) => Assert.Null(RecoveryCodes.Hash(Salt, typed));

    [Fact]
    public void Another_salt_or_code_is_another_hash()
    {
        var hash = RecoveryCodes.Hash(Salt, "0a1b-2c3d-4e5f-6g7h");

        Assert.NotEqual(hash, RecoveryCodes.Hash(Salt, "0a1b-2c3d-4e5f-6g7j"));
        Assert.NotEqual(hash, RecoveryCodes.Hash([.. Salt.Reverse()], "0a1b-2c3d-4e5f-6g7h"));
    }
}
