using System.Text;

namespace Weir.Foundation.Tests.Usage;

public sealed class DerivedRecordIdTests
{
    // Kept: ledgers hold these ids, and must find them again.
    [Theory]
    [InlineData("", "req_00wzjc45h9c73")]
    [InlineData("1\nhttps://api.anthropic.com\nbatch/msgbatch_1\nmy-id\nmsg_1", "req_022k62desv7cc")]
    public void They_are_frozen(string identity, string id) =>
        Assert.Equal(id, DerivedRecordId.Of(Encoding.UTF8.GetBytes(identity)).ToString());

    [Fact]
    public void They_are_their_own_kind_and_lie_in_the_past()
    {
        var seen = new HashSet<RecordId>();
        var ids = new RecordIdSource(TimeProvider.System);
        for (var i = 0; i < 100_000; i++)
        {
            var id = DerivedRecordId.Of(BitConverter.GetBytes(i));
            Assert.True(DerivedRecordId.IsDerived(id));
            Assert.True(id.Value > 0 && id.CompareTo(ids.Next()) < 0);
            Assert.True(seen.Add(id));
        }

        Assert.False(DerivedRecordId.IsDerived(ids.Next()));
        Assert.False(DerivedRecordId.IsDerived(new RecordIdSource(TimeProvider.System, 255).Next()));
        Assert.False(DerivedRecordId.IsDerived(new RecordIdSource(TimeProvider.System, 512).Next()));
    }

    [Theory]
    [InlineData(DerivedRecordId.FirstNode)]
    [InlineData(DerivedRecordId.LastNode)]
    public void No_source_makes_them(int node) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordIdSource(TimeProvider.System, node));
}
