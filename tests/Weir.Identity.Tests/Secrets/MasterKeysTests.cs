using FsCheck;
using FsCheck.Fluent;
using Weir.Identity.Secrets;

namespace Weir.Identity.Tests.Secrets;

public sealed class MasterKeysTests
{
    private static readonly MasterKey One = MasterKey.New();
    private static readonly MasterKey Two = MasterKey.New();

    [Fact]
    public void A_ring_is_read_as_it_was_written()
    {
        var read = MasterKeys.Parse(new MasterKeys([Two, One]).ToText()).Keys!;

        Assert.Equal([Two.Name, One.Name], read.All.Select(key => key.Name));
        Assert.Equal(Two.Name, read.Newest.Name);
        Assert.Equal(One.ToBase64(), read.Find(One.Id)!.ToBase64());
        Assert.Null(read.Find(MasterKey.New().Id));
    }

    [Theory]
    [InlineData("{1}", 1)]
    [InlineData(" {1} \r\n", 1)]
    [InlineData("{1},{2}", 2)]
    [InlineData("{1}, {2},\n", 2)]
    [InlineData("# a comment, {2}\n\n{1}\n", 1)]
    [InlineData("{1}\n{1}\n{2}", 2)]
    public void Keys_stand_between_lines_spaces_or_commas(string text, int keys)
    {
        var read = MasterKeys.Parse(Filled(text)).Keys!;

        Assert.Equal(keys, read.All.Length);
        Assert.Equal(One.Name, read.Newest.Name);
    }

    [Theory]
    [InlineData("", "there is no key")]
    [InlineData("# nothing\n", "there is no key")]
    [InlineData("{1},canary", "key 2 is not 32 bytes in base 64")]
    [InlineData("Y2FuYXJ5", "key 1 is not 32 bytes in base 64")]
    [InlineData("{1}{2}", "key 1 is not 32 bytes in base 64")]
    [InlineData("{1}\n \0", "key 2 is not 32 bytes in base 64")]
    public void A_text_with_a_fault_says_where_and_never_what(string text, string expected)
    {
        var (keys, fault) = MasterKeys.Parse(Filled(text));

        Assert.Null(keys);
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void A_ring_is_bounded()
    {
        string Ring(int keys) => string.Join('\n', Enumerable.Range(0, keys).Select(_ => MasterKey.New().ToBase64()));

        Assert.Equal(MasterKeys.Most, MasterKeys.Parse(Ring(MasterKeys.Most)).Keys!.All.Length);
        Assert.Equal("there are more than 16 keys", MasterKeys.Parse(Ring(MasterKeys.Most + 1)).Fault);
        Assert.NotNull(MasterKeys.Parse(new string('\n', MasterKeys.LongestText + 1)).Fault);
    }

    [Fact]
    public void Every_text_is_a_ring_or_has_a_fault() =>
        Prop.ForAll<string?>(text =>
            {
                var (keys, fault) = MasterKeys.Parse(text ?? "");
                return (keys is null) != (fault is null);
            })
            .QuickCheckThrowOnFailure();

    private static string Filled(string text) =>
        text.Replace("{1}", One.ToBase64(), StringComparison.Ordinal)
            .Replace("{2}", Two.ToBase64(), StringComparison.Ordinal);
}
