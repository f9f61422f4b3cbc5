using System.Globalization;
using System.Text;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Tests.Ingest;

public sealed class TextPoolTests
{
    [Fact]
    public void Any_bytes_come_back_as_their_text_and_a_text_at_hand_is_the_same_one()
    {
        var pool = new TextPool();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 20_000; i++) // more than there are places
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"modell-ß-{i}");
                Assert.Equal(text, pool.Get(Encoding.UTF8.GetBytes(text)));
            }
        }

        Assert.Same(pool.Get("claude"u8), pool.Get("claude"u8));
        Assert.Equal("", pool.Get([]));
        Assert.Equal("a\uFFFDb", pool.Get([(byte)'a', 0xff, (byte)'b']));
        Assert.Equal(new string('x', 129), pool.Get(Encoding.UTF8.GetBytes(new string('x', 129))));
    }
}
