using Weir.Identity.SignOn;

namespace Weir.Identity.Tests.SignOn;

public class PasswordRulesTests
{
    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("all lower case words")]
    [InlineData("Tr0ub4dor&3-and-more")]
    [InlineData("парольчик для сервера")]
    [InlineData("🦆🦉🦩🐢🐙🦜🐝🦔🦥🐋🦭🐌")]
    [InlineData("kj4h5kjh4k5jh")]
    [InlineData("dragon lives under my very old bridge")]
    public void What_is_long_and_no_guess_is_fit(string password) => Assert.Null(PasswordRules.Fault(password));

    [Theory]
    [InlineData("")]
    [InlineData("short1!Aa")]
    [InlineData("elevenchars")]
    [InlineData("🦆🦉🦩🐢🐙🦜🐝🦔🦥🐋🦭")]
    public void What_is_short_is_not(string password) =>
        Assert.Contains("12 to 256", PasswordRules.Fault(password), StringComparison.Ordinal);

    [Fact]
    public void Every_one_of_256_characters_counts()
    {
        var longest = string.Concat(Enumerable.Range(0, 256).Select(i => (char)('a' + (i * i % 23))));
        var hasher = new PasswordHasher(argon2: false);

        Assert.Null(PasswordRules.Fault(longest));
        Assert.NotNull(PasswordRules.Fault(longest + "x"));
        Assert.False(hasher.Verify(hasher.Hash(longest), longest[..^1] + "~"));
    }

    [Theory]
    [InlineData("password1234")]
    [InlineData("Password1234!")]
    [InlineData("P@ssw0rd2026!")]
    [InlineData("passwordpassword")]
    [InlineData("123456789012")]
    [InlineData("987654321098")]
    [InlineData("qwertyuiopas")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("abcabcabcabc")]
    [InlineData("abababababab")]
    [InlineData("!!!!dragon!!!!")]
    [InlineData("leavemealone")]
    [InlineData("LEAVEMEALONE")]
    [InlineData("8675309867530")]
    public void What_is_tried_first_is_not(string password) =>
        Assert.Contains("tried first", PasswordRules.Fault(password), StringComparison.Ordinal);

    [Theory]
    [InlineData("ada-lovelace-1")]
    [InlineData("LovelaceAda99")]
    [InlineData("engines.ada!!")]
    public void What_is_made_of_names_is_not(string password) =>
        Assert.Contains(
            "a name that others know",
            PasswordRules.Fault(password, "Ada Lovelace", "ada@engines.example", null, "analytical"),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_name_among_other_words_is_no_harm() =>
        Assert.Null(PasswordRules.Fault("ada drinks tea at noon", "Ada Lovelace"));

    [Theory]
    [InlineData("twelve characters\n")]
    [InlineData("twelve chara\0cters")]
    public void What_cannot_be_kept_as_it_is_is_not(string password) =>
        Assert.Contains("cannot be kept", PasswordRules.Fault(password), StringComparison.Ordinal);

    [Fact]
    public void Half_a_character_is_not() =>
        Assert.Contains(
            "cannot be kept",
            PasswordRules.Fault("twelve characters" + (char)0xd800),
            StringComparison.Ordinal
        );

    [Fact]
    public void No_reason_repeats_the_password()
    {
        foreach (var password in new[] { "short", "password1234", "LovelaceAda99", "twelve characters\n" })
        {
            Assert.DoesNotContain(password, PasswordRules.Fault(password, "Ada Lovelace")!, StringComparison.Ordinal);
        }
    }
}
