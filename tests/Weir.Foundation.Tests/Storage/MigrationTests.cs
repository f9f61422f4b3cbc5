using System.Reflection;
using Weir.Foundation.Storage;

namespace Weir.Foundation.Tests.Storage;

public sealed class MigrationTests
{
    private static readonly Assembly Here = typeof(MigrationTests).Assembly;

    [Fact]
    public void Embedded_steps_are_read_in_order_with_plain_line_breaks()
    {
        var steps = Migration.Embedded(Here, "good/");
        Assert.Equal([1, 2], steps.Select(s => s.Number));
        Assert.Equal(["first", "second_step"], steps.Select(s => s.Name));
        Assert.Equal("CREATE TABLE a (x INTEGER);\n", steps[0].Sql);
    }

    [Theory]
    [InlineData("gap/")]
    [InlineData("doubled/")]
    [InlineData("unnamed/")]
    [InlineData("none/")]
    public void Steps_that_are_out_of_order_are_a_bug_that_is_told(string prefix) =>
        Assert.Throws<InvalidOperationException>(() => Migration.Embedded(Here, prefix));

    [Fact]
    public void The_checksum_is_that_of_the_text() =>
        Assert.Equal(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            new Migration(1, "x", "abc").Checksum
        );
}
