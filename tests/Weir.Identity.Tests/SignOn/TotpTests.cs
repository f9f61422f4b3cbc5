using System.Globalization;
using System.Text;
using Weir.Identity.SignOn;
using Weir.Testing;

namespace Weir.Identity.Tests.SignOn;

public class TotpTests
{
    private static readonly byte[] Published = Encoding.ASCII.GetBytes("12345678901234567890");
    private static readonly DateTimeOffset Now = new(2026, 7, 2, 12, 0, 10, TimeSpan.Zero);

    [Theory]
    // RFC 4226, appendix D.
    [InlineData(0, "755224")]
    [InlineData(1, "287082")]
    [InlineData(2, "359152")]
    [InlineData(3, "969429")]
    [InlineData(4, "338314")]
    [InlineData(5, "254676")]
    [InlineData(6, "287922")]
    [InlineData(7, "162583")]
    [InlineData(8, "399871")]
    [InlineData(9, "520489")]
    public void The_vectors_of_rfc_4226(long counter, string code) =>
        Assert.Equal(code, Totp.CodeAt(Published, counter));

    [Theory]
    // RFC 6238, appendix B; its codes have eight digits, of which these are the last six.
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void The_vectors_of_rfc_6238(long seconds, string code) =>
        Assert.Equal(code[2..], Totp.CodeAt(Published, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Fact]
    public async Task Oathtool_makes_the_same_codes()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/oathtool"), "This system has no oathtool.");
        var secret = Totp.NewSecret();
        var program = await ProgramRun.RunAsync(
            "/usr/bin/oathtool",
            [
                "--totp",
                "--base32",
                "--now",
                Now.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
                "--window",
                "20",
                Base32.Encode(secret),
            ],
            new Dictionary<string, string>()
        );

        Assert.Equal(
            Enumerable.Range(0, 21).Select(i => Totp.CodeAt(secret, Totp.StepAt(Now) + i)),
            program.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void One_step_either_way_is_taken(int away, bool taken)
    {
        var step = Totp.StepAt(Now) + away;

        Assert.Equal(taken ? step : null, Totp.Match(Published, Totp.CodeAt(Published, step), Now, null));
    }

    [Fact]
    public void A_code_works_once_and_so_does_none_before_it()
    {
        var step = Totp.StepAt(Now);

        Assert.Equal(step, Totp.Match(Published, Totp.CodeAt(Published, step), Now, step - 1));
        Assert.Null(Totp.Match(Published, Totp.CodeAt(Published, step), Now, step));
        Assert.Null(Totp.Match(Published, Totp.CodeAt(Published, step - 1), Now, step));
        Assert.Equal(step + 1, Totp.Match(Published, Totp.CodeAt(Published, step + 1), Now, step));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("abcdef")]
    [InlineData("１２３４５６")]
    [InlineData("٠٠")]
    public void What_is_no_code_is_none(string code) => Assert.Null(Totp.Match(Published, code, Now, null));

    [Fact]
    public void Spaces_do_not_count()
    {
        var code = Totp.CodeAt(Published, Totp.StepAt(Now));

        Assert.NotNull(Totp.Match(Published, $" {code[..3]} {code[3..]} ", Now, null));
    }

    [Fact]
    public void The_address_tells_an_authenticator_everything() =>
        Assert.Equal(
            "otpauth://totp/Weir:ada%40engines%20%26%20co?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Weir"
                + "&algorithm=SHA1&digits=6&period=30",
            Totp.Address(Published, "Weir", "ada@engines & co")
        );

    [Theory]
    // RFC 4648, section 10, without padding.
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base_32_of_rfc_4648(string text, string expected) =>
        Assert.Equal(expected, Base32.Encode(Encoding.ASCII.GetBytes(text)));
}
