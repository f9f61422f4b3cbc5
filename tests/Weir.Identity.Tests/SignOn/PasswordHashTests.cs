using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weir.Identity.SignOn;

namespace Weir.Identity.Tests.SignOn;

public class PasswordHashTests
{
    private const string Password = "correct horse battery staple";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public void For_nobody_the_same_is_computed_as_for_a_new_password(bool? argon2)
    {
        if (argon2 is true && !PasswordHasher.HasArgon2)
        {
            return;
        }

        var hasher = new PasswordHasher(argon2);

        Assert.True(PasswordHash.TryParse(hasher.Hash(Password), out var stored));

        var nobody = hasher.Nobody;
        Assert.Equal((stored.Argon2, stored.Iterations), (nobody.Argon2, nobody.Iterations));
        Assert.Equal((stored.Salt.Length, stored.Hash.Length), (nobody.Salt.Length, nobody.Hash.Length));
        Assert.False(hasher.NeedsUpgrade(nobody.Text));
        Assert.False(hasher.Verify(null, Password));
    }

    [Theory]
    // Of the test suite of the reference implementation, version 0x13.
    [InlineData(
        2,
        65536,
        1,
        "password",
        "somesalt",
        "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
    )]
    [InlineData(2, 256, 1, "password", "somesalt", "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe")]
    [InlineData(2, 256, 2, "password", "somesalt", "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037")]
    [InlineData(
        1,
        65536,
        1,
        "password",
        "somesalt",
        "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98"
    )]
    [InlineData(
        4,
        65536,
        1,
        "password",
        "somesalt",
        "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c"
    )]
    [InlineData(
        2,
        65536,
        1,
        "differentpassword",
        "somesalt",
        "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde"
    )]
    [InlineData(
        2,
        65536,
        1,
        "password",
        "diffsalt",
        "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c"
    )]
    public void Argon2id_computes_the_published_vectors(
        int passes,
        int memory,
        int lanes,
        string password,
        string salt,
        string expected
    )
    {
        Assert.SkipUnless(Argon2Library.IsPresent, "This system has no libargon2.");
        var hash = new byte[32];

        Assert.True(
            Argon2Library.TryHash(
                Encoding.ASCII.GetBytes(password),
                Encoding.ASCII.GetBytes(salt),
                new Argon2Cost(memory, passes, lanes),
                hash
            )
        );

        Assert.Equal(expected, Convert.ToHexStringLower(hash));
        var stored = new PasswordHash
        {
            Argon2 = new Argon2Cost(memory, passes, lanes),
            Salt = Encoding.ASCII.GetBytes(salt),
            Hash = hash,
        };
        Assert.True(new PasswordHasher().Verify(stored.Text, password));
    }

    [Fact]
    public async Task The_argon2_program_computes_the_same()
    {
        Assert.SkipUnless(Argon2Library.IsPresent && File.Exists("/usr/bin/argon2"), "This system has no argon2.");
        var stored = new PasswordHasher(argon2: true).Hash(Password);
        Assert.True(PasswordHash.TryParse(stored, out var hash));
        // The program takes its salt as text.
        var salt = Encoding.ASCII.GetBytes("sixteen letters!");
        var program = await Weir.Testing.ProgramRun.RunAsync(
            "/usr/bin/argon2",
            ["sixteen letters!", "-id", "-t", "2", "-k", "19456", "-p", "1", "-l", "32", "-e"],
            new Dictionary<string, string>(),
            input: Password
        );

        Assert.Equal(0, program.ExitCode);
        Assert.True(new PasswordHasher().Verify(program.Output.Trim(), Password));
        Assert.Equal(hash.Argon2, new Argon2Cost(19456, 2, 1));
        Assert.Equal(program.Output.Trim(), (hash with { Salt = salt, Hash = Computed(salt) }).Text);
    }

    [Fact]
    public void Pbkdf2_computes_the_published_vector()
    {
        // Of the collections for HMAC-SHA-512 that follow RFC 6070.
        const string Vector =
            "8c0511f4c6e597c6ac6315d8f0362e225f3c501495ba23b868c005174dc4ee71"
            + "115b59f9e60cd9532fa33e0f75aefe30225c583a186cd82bd4daea9724a3d3b8";
        var stored = new PasswordHash
        {
            Iterations = 4096,
            Salt = Encoding.ASCII.GetBytes("saltSALTsaltSALTsaltSALTsaltSALTsalt"),
            Hash = Convert.FromHexString(Vector),
        }.Text;

        Assert.True(new PasswordHasher().Verify(stored, "passwordPASSWORDpassword"));
        Assert.False(new PasswordHasher().Verify(stored, "passwordPASSWORDpassworD"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_password_fits_its_own_hash_and_no_other_does(bool argon2)
    {
        Assert.SkipUnless(!argon2 || Argon2Library.IsPresent, "This system has no libargon2.");
        var hasher = new PasswordHasher(argon2);
        var stored = hasher.Hash(Password);

        Assert.StartsWith(
            argon2 ? "$argon2id$v=19$m=19456,t=2,p=1$" : "$pbkdf2-sha512$i=220000$",
            stored,
            StringComparison.Ordinal
        );
        Assert.True(hasher.Verify(stored, Password));
        Assert.False(hasher.Verify(stored, Password + "!"));
        Assert.False(hasher.Verify(stored, ""));
        Assert.NotEqual(stored, hasher.Hash(Password));
        Assert.False(hasher.NeedsUpgrade(stored));
    }

    [Fact]
    public void What_is_weaker_than_today_is_to_be_upgraded()
    {
        Assert.SkipUnless(Argon2Library.IsPresent, "This system has no libargon2.");
        var strong = new PasswordHasher(argon2: true);
        var plain = new PasswordHasher(argon2: false);

        Assert.True(strong.NeedsUpgrade(plain.Hash(Password)));
        Assert.False(plain.NeedsUpgrade(strong.Hash(Password)));
        Assert.True(strong.NeedsUpgrade(Argon2Text(memory: 19455, passes: 2)));
        Assert.True(strong.NeedsUpgrade(Argon2Text(memory: 19456, passes: 1)));
        Assert.False(strong.NeedsUpgrade(Argon2Text(memory: 65536, passes: 3)));
        Assert.True(plain.NeedsUpgrade(PbkdfText(219_999)));
        Assert.False(plain.NeedsUpgrade(PbkdfText(220_000)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("password")]
    [InlineData("$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData(
        "$argon2id$v=19$m=19456,t=2000000,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=255$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=-1,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=019456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=16$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$")]
    [InlineData("$pbkdf2-sha512$i=999999999$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$pbkdf2-sha512$i=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$pbkdf2-sha512$i=220000$AAAAAAAAAAAAAAAAAAAAAB$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_hostile_row_is_not_read_and_fits_nothing(string text)
    {
        Assert.False(PasswordHash.TryParse(text, out _));
        Assert.False(new PasswordHasher(argon2: false).Verify(text, Password));
    }

    [Fact]
    public void Any_text_is_read_or_refused_and_never_throws() =>
        Prop.ForAll<string>(text =>
                !PasswordHash.TryParse("$argon2id$" + text, out var hash) || hash.Text == "$argon2id$" + text
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_password_that_is_no_text_fits_nothing_and_does_no_harm()
    {
        var hasher = new PasswordHasher(argon2: false);
        var stored = hasher.Hash("\ufffd and some more of it");

        Assert.True(hasher.Verify(stored, "\ufffd and some more of it"));
        Assert.False(hasher.Verify(stored, new string('x', 1_000_000)));
        Assert.False(hasher.Verify(null, Password));
    }

    [Fact]
    public void Salt_and_hash_do_not_show_when_printed()
    {
        Assert.True(PasswordHash.TryParse(PbkdfText(220_000), out var hash));

        Assert.DoesNotContain("Salt", string.Create(CultureInfo.InvariantCulture, $"{hash}"), StringComparison.Ordinal);
    }

    private static byte[] Computed(byte[] salt)
    {
        var hash = new byte[32];
        Assert.True(Argon2Library.TryHash(Encoding.UTF8.GetBytes(Password), salt, Argon2Cost.Present, hash));
        return hash;
    }

    private static string Argon2Text(int memory, int passes) =>
        new PasswordHash
        {
            Argon2 = new Argon2Cost(memory, passes, 1),
            Salt = new byte[16],
            Hash = new byte[32],
        }.Text;

    private static string PbkdfText(int iterations) =>
        new PasswordHash
        {
            Iterations = iterations,
            Salt = new byte[16],
            Hash = new byte[32],
        }.Text;
}
