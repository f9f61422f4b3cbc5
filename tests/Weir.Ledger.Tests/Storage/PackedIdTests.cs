using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Tests.Storage;

public sealed class PackedIdTests
{
    // Stored: what is written here must be read for ever, and a known id must go on to be packed as it is, for ids are looked for by their bytes.
    [Theory]
    [InlineData("req_011CSHoEeqs5C35K2UUqR7Fy", "0E140F301B762F6E500522E55B6B1B030001")]
    [InlineData("msg_01XFDUDYJgAACzvnptvVoYEL", "161606A424CCDDE23E06C2BC09D95E2971027903")]
    [InlineData("chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "221D417DA069484918029171716FED8B990429EC649BFB5900")]
    [InlineData("req_6b7f4f2c8f0e4b6b9a1d2c3e4f5a6b7c", "05" + "6B7F4F2C8F0E4B6B9A1D2C3E4F5A6B7C")]
    [InlineData("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "03" + "3F2504E04F8941D39A0C0305E82C3301")]
    [InlineData(
        "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b",
        "25" + "67CCD2BED1EC8190B14F964ABC0542670BB6A6B452D3795B"
    )]
    [InlineData("", "00")]
    [InlineData("req_", "04")]
    [InlineData("Ünïcode \u0000 id", "00" + "C39C6EC3AF636F64652000206964")]
    public void Known_ids_keep_their_bytes(string id, string bytes)
    {
        Assert.Equal(bytes, Convert.ToHexString(PackedId.Pack(id)!));
        Assert.Equal(id, PackedId.Unpack(Convert.FromHexString(bytes)));
    }

    [Fact]
    public void None_is_none()
    {
        Assert.Null(PackedId.Pack(null));
        Assert.Null(PackedId.Unpack([]));
    }

    [Fact]
    public void Every_id_comes_back_and_takes_little_more_than_its_text()
    {
        var digits = Gen.Elements("0123456789abcdefABCXYZz-_é ".ToCharArray());
        var rest = Gen.OneOf(
            Gen.ArrayOf(Gen.Elements("0123456789abcdef".ToCharArray())),
            Gen.ArrayOf(Gen.Elements("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".ToCharArray())),
            Gen.ArrayOf(digits),
            ArbMap.Default.GeneratorFor<Guid>().Select(id => id.ToString().ToCharArray()),
            ArbMap.Default.GeneratorFor<Guid>().Select(id => id.ToString().ToUpperInvariant().ToCharArray())
        );
        var ids =
            from beginning in Gen.Elements("", "req_", "req_011C", "msg_01", "chatcmpl-", "weir-req_", "msg", "other-")
            from characters in rest
            select beginning + new string(characters);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(5_000).WithEndSize(200),
            Prop.ForAll(
                ids.ToArbitrary(),
                id =>
                {
                    var packed = PackedId.Pack(id)!;
                    return PackedId.Unpack(packed) == id && packed.Length <= Encoding.UTF8.GetByteCount(id) + 2;
                }
            )
        );
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_as_some_id()
    {
        var chance = new Random(5);
        var bytes = new byte[40];
        for (var i = 0; i < 20_000; i++)
        {
            chance.NextBytes(bytes);
            try
            {
                _ = PackedId.Unpack(bytes.AsSpan(0, chance.Next(bytes.Length)));
            }
            catch (InvalidDataException) { }
        }
    }
}
