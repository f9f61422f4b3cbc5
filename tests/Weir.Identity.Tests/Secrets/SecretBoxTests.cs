using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Identity.Secrets;

namespace Weir.Identity.Tests.Secrets;

public sealed class SecretBoxTests
{
    private static readonly MasterKey Key = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly MasterKeys Ring = new([Key]);
    private static readonly SecretLabel Label = new(new WorkspaceId(7), "anthropic", "https://api.anthropic.com", 3);

    /// <summary>Made by OpenSSL's AES-256-GCM from the words of docs/formats/secrets.md: persisted, so it never changes.</summary>
    private const string Golden =
        "01" // version
        + "4b180fe56779e24c" // key id
        + "cafebabefacedbaddecaf888" // nonce
        + "f9c88d47c40e627c296739b81530ff5e6155a5" // ciphertext
        + "aa594d29ff6bbbb7409c25b9391ae20e"; // tag

    [Fact]
    public void What_another_implementation_sealed_after_the_description_opens()
    {
        var opening = SecretBox.Open(Ring, Label, Convert.FromHexString(Golden));

        Assert.Equal(OpeningOutcome.Opened, opening.Outcome);
        Assert.Equal("sk-ant-golden-value", opening.Value);
        Assert.Equal("4b180fe56779e24c", Key.Name);
    }

    [Fact]
    public void What_is_sealed_opens_with_another_implementation_after_the_description()
    {
        var sealedValue = SecretBox.Seal(Ring, Label, "sk-ant-of-mine");

        Assert.Equal("sk-ant-of-mine", Encoding.UTF8.GetString(OutsideGcm.Open(Key, Label, sealedValue)));
        sealedValue[^1] ^= 1;
        Assert.Throws<CryptographicException>(() => OutsideGcm.Open(Key, Label, sealedValue));
    }

    /// <summary>The cases of AES-256 in McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, as submitted to NIST.</summary>
    [Theory]
    [InlineData("00", "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b")]
    [InlineData(
        "00",
        "000000000000000000000000",
        "00000000000000000000000000000000",
        "",
        "cea7403d4d606b6e074ec5d3baf39d18",
        "d0d1c8a799996bf0265b98b5d48ab919"
    )]
    [InlineData(
        "feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        "",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
        "b094dac5d93471bdec1a502270e3cc6c"
    )]
    [InlineData(
        "feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )]
    public void The_cipher_is_the_standards(
        string keyPart,
        string nonce,
        string plain,
        string associated,
        string cipherText,
        string tag
    )
    {
        var key = new MasterKey(keyPart.Length == 2 ? new byte[32] : Convert.FromHexString(keyPart + keyPart));
        var (made, madeTag) = (new byte[plain.Length / 2], new byte[SecretBox.TagLength]);

        using var cipher = key.Cipher();
        cipher.Encrypt(
            Convert.FromHexString(nonce),
            Convert.FromHexString(plain),
            made,
            madeTag,
            Convert.FromHexString(associated)
        );

        Assert.Equal(cipherText, Convert.ToHexStringLower(made));
        Assert.Equal(tag, Convert.ToHexStringLower(madeTag));
        Assert.Equal(
            (cipherText, tag),
            OutsideGcm.Seal(
                key,
                Convert.FromHexString(nonce),
                Convert.FromHexString(associated),
                Convert.FromHexString(plain)
            )
        );
    }

    [Fact]
    public void A_value_opens_where_it_was_sealed_and_nowhere_else()
    {
        var sealedValue = SecretBox.Seal(Ring, Label, "sk-1");

        Assert.Equal("sk-1", SecretBox.Open(Ring, Label, sealedValue).Value);
        SecretLabel[] elsewhere =
        [
            Label with
            {
                Workspace = new WorkspaceId(8),
            },
            Label with
            {
                Name = "anthropi",
            },
            Label with
            {
                Name = "anthropic2",
            },
            Label with
            {
                Origin = "https://api.anthropic.co",
            },
            Label with
            {
                Origin = null,
            },
            Label with
            {
                Version = 4,
            },
            // The same characters, cut elsewhere.
            Label with
            {
                Name = "anthropichttps",
                Origin = "://api.anthropic.com",
            },
        ];
        Assert.All(
            elsewhere,
            label => Assert.Equal(OpeningOutcome.Refused, SecretBox.Open(Ring, label, sealedValue).Outcome)
        );
    }

    [Fact]
    public void Equal_values_are_sealed_unequally() =>
        Assert.Equal(
            1_000,
            Enumerable
                .Range(0, 1_000)
                .Select(_ => Convert.ToHexString(SecretBox.Seal(Ring, Label, "sk-1")))
                .Distinct()
                .Count()
        );

    [Fact]
    public void A_change_of_any_bit_is_found()
    {
        var sealedValue = SecretBox.Seal(Ring, Label, "sk-1");
        for (var bit = 0; bit < sealedValue.Length * 8; bit++)
        {
            var changed = (byte[])sealedValue.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            var expected =
                bit < 8 ? OpeningOutcome.Malformed
                : bit < 8 * (1 + MasterKey.IdLength) ? OpeningOutcome.UnknownKey
                : OpeningOutcome.Refused;
            Assert.Equal(expected, SecretBox.Open(Ring, Label, changed).Outcome);
        }
    }

    [Fact]
    public void No_bytes_make_opening_throw() =>
        Prop.ForAll<byte[]>(bytes =>
            {
                var known = (byte[])[SecretBox.Version, .. Key.Id, .. bytes];
                return SecretBox.Open(Ring, Label, bytes).Value is null
                    && SecretBox.Open(Ring, Label, known).Outcome is OpeningOutcome.Malformed or OpeningOutcome.Refused;
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_longer_than_any_value_is_not_even_tried()
    {
        var bytes = new byte[SecretBox.LongestValue + 100];
        bytes[0] = SecretBox.Version;
        Key.Id.CopyTo(bytes.AsSpan(1));

        Assert.Equal(OpeningOutcome.Malformed, SecretBox.Open(Ring, Label, bytes).Outcome);
        Assert.Equal(OpeningOutcome.Malformed, SecretBox.Open(Ring, Label, []).Outcome);
    }

    [Fact]
    public void Values_from_one_byte_to_8_KiB_are_sealed()
    {
        foreach (var value in new[] { "x", "höher – 水", new string('k', SecretBox.LongestValue) })
        {
            Assert.Equal(value, SecretBox.Open(Ring, Label, SecretBox.Seal(Ring, Label, value)).Value);
        }

        Assert.Throws<ArgumentException>(() => SecretBox.Seal(Ring, Label, ""));
        Assert.Throws<ArgumentException>(() =>
            SecretBox.Seal(Ring, Label, new string('k', SecretBox.LongestValue + 1))
        );
        Assert.Throws<EncoderFallbackException>(() => SecretBox.Seal(Ring, Label, "\ud800"));
    }

    [Fact]
    public void The_newest_key_seals_and_every_key_opens()
    {
        var newer = MasterKey.New();
        var old = SecretBox.Seal(Ring, Label, "sk-1");
        var both = new MasterKeys([newer, Key]);

        var young = SecretBox.Seal(both, Label, "sk-2");

        Assert.Equal("sk-1", SecretBox.Open(both, Label, old).Value);
        Assert.Equal("sk-2", SecretBox.Open(both, Label, young).Value);
        Assert.Equal(OpeningOutcome.UnknownKey, SecretBox.Open(Ring, Label, young).Outcome);
    }

    [Fact]
    public void No_text_of_any_of_it_shows_a_key_or_a_value()
    {
        var opening = SecretBox.Open(Ring, Label, SecretBox.Seal(Ring, Label, "sk-canary"));
        var texts = $"{Key} {Ring} {opening} {Label}";

        Assert.DoesNotContain("sk-canary", texts, StringComparison.Ordinal);
        Assert.DoesNotContain(Key.ToBase64(), texts, StringComparison.Ordinal);
    }
}
