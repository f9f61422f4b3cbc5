using System.Security.Cryptography;
using System.Text;

namespace Weir.Identity.Tests.ApiKeys;

public sealed class KeyTextTests
{
    [Fact]
    public void Checksum_is_crc32c_with_its_published_check_value() =>
        Assert.Equal(0xE3069283u, KeyText.Crc32C("123456789"u8));

    // Kept: texts in people's hands verify by these characters for ever.
    [Theory]
    [InlineData("wk_00000000000000000000000000000000", GoldenZeros)]
    [InlineData("wk_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", GoldenZs)]
    [InlineData("wk_0123456789ABCDEFGHIJabcdefghijKL", GoldenMixed)]
    public void Text_of_a_body_is_frozen(string body, string text) => Assert.Equal(text, KeyText.WithChecksum(body));

    private const string GoldenZeros = "wk_000000000000000000000000000000003YvImY";
    private const string GoldenZs = "wk_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz3lDCQJ";
    private const string GoldenMixed = "wk_0123456789ABCDEFGHIJabcdefghijKL19eB6l";

    [Fact]
    public void Hash_is_plain_sha256_of_the_whole_text()
    {
        var hash = new byte[32];
        Assert.True(KeyText.TryHash(GoldenMixed, hash));
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(GoldenMixed)), hash);
    }

    [Fact]
    public void New_texts_are_well_formed_and_differ()
    {
        var texts = Enumerable.Range(0, 1000).Select(_ => KeyText.New()).ToList();
        var hash = new byte[32];
        Assert.All(texts, t => Assert.True(KeyText.TryHash(t, hash)));
        Assert.Equal(1000, texts.Distinct(StringComparer.Ordinal).Count());
        Assert.All(texts, t => Assert.Matches("^wk_[0-9A-Za-z]{38}$", t));
    }

    [Fact]
    public void Every_single_wrong_character_is_refused()
    {
        var hash = new byte[32];
        for (var i = 0; i < GoldenMixed.Length; i++)
        {
            var wrong = GoldenMixed.ToCharArray();
            wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
            Assert.False(KeyText.TryHash(wrong, hash), $"position {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("wk_")]
    [InlineData("sk-ant-api03-000000000000000000000000000000")]
    [InlineData(GoldenMixed + "0")]
    [InlineData(GoldenMixed + " ")]
    [InlineData(" " + GoldenMixed)]
    [InlineData("WK_0123456789ABCDEFGHIJabcdefghijKL000000")]
    [InlineData("wk_0123456789ABCDEFGHIJabcdefghijKL-_!000")]
    [InlineData("wk_0123456789ABCDEFGHIJabcdefghijK\u212A000000")]
    [InlineData("wk_\u0130123456789ABCDEFGHIJabcdefghijKL00000")]
    [InlineData("wk_\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void Malformed_text_is_refused(string text) => Assert.False(KeyText.TryHash(text, new byte[32]));

    [Fact]
    public void A_character_whose_low_byte_looks_right_is_refused()
    {
        var text = GoldenMixed.ToCharArray();
        text[5] = (char)(text[5] + 0x100);
        Assert.False(KeyText.TryHash(text, new byte[32]));
    }
}
