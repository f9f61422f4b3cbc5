using Weir.Foundation.Storage;

namespace Weir.Foundation.Tests.Storage;

public sealed class PreparedStatementTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("weir-foundation-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_bound_comes_back_whatever_was_bound_before()
    {
        using var connection = new SqliteDatabase(Path.Combine(folder, "x.db")).OpenWriter();
        using var echo = new PreparedStatement(connection, "SELECT typeof(?1), ?1");
        string?[] texts = [null, "", "ß€😀", new string('€', 128), new string('x', 129), "", null, null, "a"];
        foreach (var text in texts)
        {
            echo.Bind(1, text);
            Assert.Equal((text is null ? "null" : "text", text), Told(echo));
            echo.Bind(1, 7L);
            Assert.Equal(("integer", "7"), Told(echo));
            echo.Bind(1, text);
            Assert.Equal((text is null ? "null" : "text", text), Told(echo));
            echo.Bind(1, (long?)null);
            Assert.Equal(("null", null), Told(echo));
            echo.Bind(1, (long?)7);
            Assert.Equal(("integer", "7"), Told(echo));
            echo.Bind(1, "blob"u8);
            Assert.Equal(("blob", "blob"), Told(echo));
            echo.Bind(1, ReadOnlySpan<byte>.Empty);
            Assert.Equal(("null", null), Told(echo));
        }
    }

    private static (string?, string?) Told(PreparedStatement statement)
    {
        Assert.True(statement.Step());
        var told = (statement.Text(0), statement.Text(1));
        statement.Reset();
        return told;
    }
}
